"""A vocoder without weights: log-mel spectrogram -> waveform by Griffin-Lim, behind the vocoder interface of diffusers.

Shapes: B batch, T frames, M mel bands, K frequency bins, S samples.
Source: D. Griffin, J. Lim, "Signal estimation from modified short-time Fourier transform", 1984; momentum after
N. Perraudin, P. Balazs, P. Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class MelConfig:
    """How a waveform becomes a log-mel spectrogram: rates in Hz, lengths in samples."""

    sampling_rate: int = 16_000
    fft_length: int = 1024
    hop_length: int = 320
    num_mels: int = 64
    min_frequency: float = 0.0
    max_frequency: float = 8000.0
    floor: float = 1e-5
    mean: float = -5.75  # log-mel values are stored as (value - mean) / scale
    scale: float = 3.75


def mel_filters(config: MelConfig) -> Tensor:
    """(K, M): slaney triangles, the ones AudioLDM uses."""
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(
        num_frequency_bins=config.fft_length // 2 + 1,
        num_mel_filters=config.num_mels,
        min_frequency=config.min_frequency,
        max_frequency=config.max_frequency,
        sampling_rate=config.sampling_rate,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.from_numpy(filters).float()


class LogMel(nn.Module):
    """Waveform (B, S) float32 in [-1, 1] -> normalised log-mel (B, S // hop, M)."""

    filters_KM: Tensor
    window: Tensor

    def __init__(self, config: MelConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("filters_KM", mel_filters(config), persistent=False)
        self.register_buffer("window", torch.hann_window(config.fft_length), persistent=False)

    def forward(self, samples_BS: Tensor) -> Tensor:
        config = self.config
        # Padded so that a waveform of n hops gives n frames.
        padding = (config.fft_length - config.hop_length) // 2
        padded = nn.functional.pad(samples_BS[:, None], (padding, padding), mode="reflect")[:, 0]
        spectrum = torch.stft(
            padded,
            config.fft_length,
            config.hop_length,
            window=self.window,
            center=False,
            return_complex=True,
        )
        mel_BMT = self.filters_KM.T @ spectrum.abs()
        log_BTM = mel_BMT.clamp_min(config.floor).log().transpose(1, 2)
        return (log_BTM - config.mean) / config.scale


class GriffinLim(nn.Module):
    """Normalised log-mel (B, T, M) -> waveform (B, T * hop) in [-1, 1]. Deterministic: the first phases are fixed."""

    filters_KM: Tensor
    inverse_MK: Tensor
    window: Tensor

    def __init__(self, config: MelConfig, num_iterations: int = 48, momentum: float = 0.9) -> None:
        super().__init__()
        self.mel_config, self.num_iterations, self.momentum = config, num_iterations, momentum
        # The names diffusers reads from a vocoder.
        self.config = SimpleNamespace(
            model_in_dim=config.num_mels,
            sampling_rate=config.sampling_rate,
            upsample_rates=[config.hop_length],
        )
        filters_KM = mel_filters(config)
        self.register_buffer("inverse_MK", torch.linalg.pinv(filters_KM), persistent=False)
        self.register_buffer("filters_KM", filters_KM, persistent=False)
        self.register_buffer("window", torch.hann_window(config.fft_length), persistent=False)

    @property
    def dtype(self) -> torch.dtype:
        return self.window.dtype

    @property
    def device(self) -> torch.device:
        return self.window.device

    def _magnitude(self, mel_BTM: Tensor) -> Tensor:
        """The least-squares spectrum behind a mel spectrogram, kept positive by a few multiplicative updates: (B, K, T)."""
        filters_MK = self.filters_KM.T
        target_BMT = mel_BTM.transpose(1, 2)
        guess_BKT = (self.inverse_MK.T @ target_BMT).clamp_min(1e-6)
        for _ in range(10):
            ratio_BMT = target_BMT / (filters_MK @ guess_BKT).clamp_min(1e-8)
            guess_BKT = (
                guess_BKT * (self.filters_KM @ ratio_BMT) / self.filters_KM.sum(1)[:, None].clamp_min(1e-8)
            )
        return guess_BKT

    @torch.no_grad()
    def forward(self, normalised_BTM: Tensor) -> Tensor:
        config = self.mel_config
        log_BTM = normalised_BTM.float() * config.scale + config.mean
        magnitude_BKT = self._magnitude(log_BTM.clamp(math.log(config.floor), 6.0).exp())
        batch, bins, frames = magnitude_BKT.shape
        generator = torch.Generator().manual_seed(0)
        phase_KT = torch.rand(bins, frames, generator=generator).to(magnitude_BKT.device) * 2 * math.pi
        angles = torch.polar(torch.ones_like(phase_KT), phase_KT).expand(batch, -1, -1)
        # `center=True` frames start half a window early; one frame more than hops, dropped at the end.
        length = frames * config.hop_length
        magnitude_BKT = nn.functional.pad(magnitude_BKT, (0, 1), mode="replicate")
        angles = torch.cat([angles, angles[..., -1:]], dim=-1)
        previous = torch.zeros_like(angles)
        for _ in range(self.num_iterations):
            samples_BS = self._synthesise(magnitude_BKT * angles, length)
            rebuilt = torch.stft(
                samples_BS, config.fft_length, config.hop_length, window=self.window, return_complex=True
            )
            ahead = rebuilt + self.momentum * (rebuilt - previous)
            angles = ahead / ahead.abs().clamp_min(1e-8)
            previous = rebuilt
        return self._synthesise(magnitude_BKT * angles, length).clamp(-1, 1)

    def _synthesise(self, spectrum_BKT: Tensor, length: int) -> Tensor:
        config = self.mel_config
        return torch.istft(
            spectrum_BKT, config.fft_length, config.hop_length, window=self.window, length=length
        )
