"""Kaldi's log-mel filter bank, the front end of ImageBind's audio tower.

Follows Kaldi's compute-fbank-feats as described in its documentation, with ImageBind's settings: 25 ms frames every
10 ms, whole frames only, mean removed, pre-emphasis 0.97, Hann window, power spectrum, no dither, no energy.
"""

from __future__ import annotations

import functools
import warnings

import torch
from torch import Tensor

# T samples, R frames, W window length, B mel bins
FRAME_SECONDS = 0.025
SHIFT_SECONDS = 0.010
PREEMPHASIS = 0.97
LOW_HZ = 20.0


def log_mel(samples_T: Tensor, sample_rate: int, mel_bins: int) -> Tensor:
    """Natural-log mel energies (R, B) float32 of mono samples (T,); a sound shorter than one frame is zero-padded."""
    window, shift = int(sample_rate * FRAME_SECONDS), int(sample_rate * SHIFT_SECONDS)
    if samples_T.numel() < window:
        samples_T = torch.nn.functional.pad(samples_T, (0, window - samples_T.numel()))
    frames_RW = samples_T.float().unfold(0, window, shift)
    frames_RW = frames_RW - frames_RW.mean(dim=1, keepdim=True)
    before_RW = torch.cat([frames_RW[:, :1], frames_RW[:, :-1]], dim=1)
    frames_RW = (frames_RW - PREEMPHASIS * before_RW) * torch.hann_window(window, periodic=False)
    length = 1 << (window - 1).bit_length()
    power = torch.fft.rfft(frames_RW, n=length).abs().square()
    energies_RB = power @ mel_filters(sample_rate, length, mel_bins)
    return energies_RB.clamp(min=torch.finfo(torch.float32).eps).log()


@functools.lru_cache(maxsize=8)
def mel_filters(sample_rate: int, length: int, mel_bins: int) -> Tensor:
    """Kaldi's triangles in mel space from 20 Hz to half the sample rate: (K, B) float32, K = length / 2 + 1."""
    from transformers.audio_utils import mel_filter_bank

    with warnings.catch_warnings():
        # A triangle that is narrower than a bin is empty, in Kaldi too.
        warnings.simplefilter("ignore", UserWarning)
        filters = mel_filter_bank(
            length // 2 + 1,
            mel_bins,
            LOW_HZ,
            sample_rate / 2,
            sample_rate,
            mel_scale="kaldi",
            triangularize_in_mel_space=True,
        )
    return torch.from_numpy(filters).float()
