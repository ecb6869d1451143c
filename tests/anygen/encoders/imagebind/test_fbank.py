"""Kaldi's filter bank, against recorded numbers."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from anygen.encoders.imagebind.config import (
    AudioPreparation,
)
from anygen.encoders.imagebind.fbank import log_mel, mel_filters
from anygen.encoders.imagebind.preprocess import prepare_audio

OWN_GOLDEN_DIR = Path(__file__).parents[3] / "golden"


GOLDEN_DIR = Path(os.environ.get("ANYGEN_GOLDEN", OWN_GOLDEN_DIR))


def test_golden_audio_front_end() -> None:
    with np.load(GOLDEN_DIR / "golden_audio_fbank.npz") as file:
        waveform, wanted_mel, wanted_input = file["waveform"], file["logmel_raw"], file["input_1x128x204"]
    sample_rate, mel_bins = 16_000, wanted_mel.shape[1]
    samples = torch.from_numpy(waveform - waveform.mean())
    assert (log_mel(samples, sample_rate, mel_bins) - torch.from_numpy(wanted_mel)).abs().max() < 1e-3
    config = AudioPreparation(clips=1, mel_bins=mel_bins, frames=wanted_input.shape[-1])
    prepared = prepare_audio(SimpleNamespace(samples=waveform, sample_rate=sample_rate), config)
    assert (prepared[0] - torch.from_numpy(wanted_input)).abs().max() < 1e-3


def test_filters_are_triangles_between_20_hz_and_half_the_rate() -> None:
    filters_KB = mel_filters(16_000, 512, 40)
    assert filters_KB.shape == (257, 40) and filters_KB.dtype == torch.float32
    assert (filters_KB[0] == 0).all() and (filters_KB[-1] == 0).all() and filters_KB.min() == 0
    peaks = filters_KB.argmax(0)
    assert (peaks[1:] > peaks[:-1]).all() and filters_KB.max() <= 1


def test_a_sound_shorter_than_a_frame_is_one_frame() -> None:
    assert log_mel(torch.zeros(10), 16_000, 23).shape == (1, 23)
