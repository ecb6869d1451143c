"""The vocoder without weights."""

from __future__ import annotations

import torch

from anygen.decoders.griffin_lim import GriffinLim, LogMel, MelConfig


def test_griffin_lim_gives_back_the_spectrogram_of_a_tone() -> None:
    config = MelConfig()
    time = torch.arange(20_480) / config.sampling_rate
    tone = 0.5 * torch.sin(2 * torch.pi * 440 * time) * torch.linspace(0.2, 1, len(time))
    mel = LogMel(config)(tone[None])
    assert mel.shape == (1, len(time) // config.hop_length, config.num_mels)
    again = GriffinLim(config)(mel)
    assert again.shape == (1, len(time))
    spectrum = torch.fft.rfft(again[0]).abs()
    assert abs(float(spectrum.argmax()) * config.sampling_rate / len(time) - 440) < 15  # within a mel band
    loud = mel > mel.max() - 0.8  # within 3 nats of the loudest band
    assert (LogMel(config)(again) - mel)[loud].abs().mean() * config.scale < 0.25


def test_griffin_lim_is_the_same_every_time() -> None:
    mel = torch.randn(1, 16, 64, generator=torch.Generator().manual_seed(0))
    vocoder = GriffinLim(MelConfig(), num_iterations=4)
    assert torch.equal(vocoder(mel), vocoder(mel))
