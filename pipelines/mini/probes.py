"""The judges of mini: two small classifiers of different build for each modality.

They learn from world samples only (train_probes.py), never from anything a model made, and they know all pairs. Two
differ in what they are blind to, so the lower of their scores counts. Pictures and clips that no longer show one
thing (smeared, scrambled, two things in one) are a class of their own, "unclear", and clips that stand still or jump
about have the motion "unclear": without it a classifier calls every blob by the name of the nearest thing.

Shapes: N items, C channels, H, W pixels, F frames, T samples or mel frames, M mel bands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image as PILImage
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from anygen_pipelines.mini.sounds import SAMPLE_RATE, window
from anygen_pipelines.mini.world import COLOURS, MOTIONS, POSITIONS, SIZES, SOUNDING, THINGS

PROBES_DIR = Path(__file__).parent / "probe_weights"
UNCLEAR = "unclear"
LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "image": {"thing": (*THINGS, UNCLEAR), "colour": tuple(COLOURS), "position": POSITIONS, "size": SIZES},
    "video": {
        "thing": (*THINGS, UNCLEAR),
        "colour": tuple(COLOURS),
        "size": SIZES,
        "motion": (*MOTIONS, UNCLEAR),
    },
    "audio": {"class": SOUNDING},
}
SIDE = 64  # pixels a picture or a frame is brought to
FRAMES = 8
MELS, HOP, FFT = 64, 160, 512


# ---------------------------------------------------------------------------------------------- the networks


class Judge(nn.Module):
    """What all judges share: a body that makes a vector of what is read, and a linear classifier a label on it."""

    heads: nn.ModuleDict

    def body_of(self, inputs: Tensor) -> Tensor:
        """What is read (N, ...) as vectors (N, D)."""
        raise NotImplementedError

    def forward(self, inputs: Tensor) -> dict[str, Tensor]:
        """Scores (N, K) of the values of each label."""
        x = self.body_of(inputs)
        return {name: head(x) for name, head in self.heads.items()}


class ImageNet(Judge):
    """Convolutions down to 4x4, then everything at once: sees edges and their exact places."""

    def __init__(self) -> None:
        super().__init__()
        self.body = _down_to_vector((3, 24, 40, 56, 64), (5, 3, 3, 3), (2, 2, 2, 2))
        self.heads = _heads("image", 64)

    def body_of(self, inputs: Tensor) -> Tensor:
        """Pixels (N, C, H, W) as vectors."""
        return self.body(inputs)


class ImageMixer(Judge):
    """Patches of 8x8 pixels mixed by perceptrons, without a convolution: sees the whole before the parts."""

    def __init__(self, dim: int = 88, num_layers: int = 3) -> None:
        super().__init__()
        self.patch = nn.Linear(3 * 64, dim)
        self.layers = nn.ModuleList(_MixerLayer(64, dim) for _ in range(num_layers))
        self.norm = nn.LayerNorm(dim)
        self.heads = _heads("image", 2 * dim)

    def body_of(self, inputs: Tensor) -> Tensor:
        """Pixels (N, C, H, W) as vectors."""
        x = self.patch(nn.functional.unfold(inputs, 8, stride=8).transpose(1, 2))
        for layer in self.layers:
            x = layer(x)
        x = self.norm(x)
        return torch.cat([x.mean(dim=1), x.amax(dim=1)], dim=-1)


class _MixerLayer(nn.Module):
    def __init__(self, num_tokens: int, dim: int) -> None:
        super().__init__()
        self.norm_tokens, self.norm_channels = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.tokens = nn.Sequential(
            nn.Linear(num_tokens, num_tokens), nn.GELU(), nn.Linear(num_tokens, num_tokens)
        )
        self.channels = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tokens(self.norm_tokens(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm_channels(x))


class VideoStack(Judge):
    """All frames stacked as 24 channels at 32x32: sees change at a place."""

    def __init__(self) -> None:
        super().__init__()
        self.body = _down_to_vector((3 * FRAMES, 48, 56, 64, 64), (3, 3, 3, 3), (1, 2, 2, 2))
        self.heads = _heads("video", 64)

    def body_of(self, inputs: Tensor) -> Tensor:
        """Frames (N, F, C, H, W) as vectors."""
        return self.body(nn.functional.avg_pool2d(inputs.flatten(1, 2), 2))


class VideoFrames(Judge):
    """Every frame by itself at full size, then the order of the frames: sees what each frame shows."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = _down_to_vector((3, 20, 32, 40, 48), (5, 3, 3, 3), (2, 2, 2, 2))
        self.order = nn.Sequential(nn.Flatten(), nn.Linear(64 * FRAMES, 64), nn.ReLU())
        self.heads = _heads("video", 64 + 128)

    def body_of(self, inputs: Tensor) -> Tensor:
        """Frames (N, F, C, H, W) as vectors."""
        num_items, num_frames = inputs.shape[:2]
        x_NFD = self.frame(inputs.flatten(0, 1)).view(num_items, num_frames, -1)
        return torch.cat([self.order(x_NFD), x_NFD.mean(dim=1), x_NFD.amax(dim=1)], dim=-1)


class AudioNet(Judge):
    """Convolutions over the log-mel picture, then mean and maximum: sees shapes in time and pitch."""

    def __init__(self) -> None:
        super().__init__()
        self.body = _convolutions((1, 16, 32, 48, 64, 64), (5, 3, 3, 3, 3), (2, 2, 2, 2, 1))
        self.drop = nn.Dropout(0.3)
        self.heads = _heads("audio", 128)

    def body_of(self, inputs: Tensor) -> Tensor:
        """Log-mel (N, T, M) as vectors."""
        x = self.body(inputs.unsqueeze(1)).flatten(2)
        return self.drop(torch.cat([x.mean(dim=-1), x.amax(dim=-1)], dim=-1))


class AudioFrames(Judge):
    """Dilated convolutions in time alone, then mean and spread of each channel (an x-vector): hears timbre."""

    def __init__(self, dim: int = 80) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv1d(MELS, dim, 5, 1),
            _conv1d(dim, dim, 3, 2),
            _conv1d(dim, dim, 3, 4),
            _conv1d(dim, dim, 1, 1),
        )
        self.drop = nn.Dropout(0.3)
        self.heads = _heads("audio", 2 * dim)

    def body_of(self, inputs: Tensor) -> Tensor:
        """Log-mel (N, T, M) as vectors."""
        x = self.body(inputs.transpose(1, 2))
        deviation = (x.var(dim=-1, unbiased=False) + 1e-4).sqrt()
        return self.drop(torch.cat([x.mean(dim=-1), deviation], dim=-1))


NETS: dict[str, tuple[type[Judge], type[Judge]]] = {
    "image": (ImageNet, ImageMixer),
    "video": (VideoStack, VideoFrames),
    "audio": (AudioNet, AudioFrames),
}


def _convolutions(channels: Sequence[int], kernels: Sequence[int], strides: Sequence[int]) -> nn.Sequential:
    return nn.Sequential(
        *(
            nn.Sequential(
                nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            )
            for inputs, outputs, kernel, stride in zip(channels, channels[1:], kernels, strides, strict=False)
        )
    )


def _down_to_vector(channels: Sequence[int], kernels: Sequence[int], strides: Sequence[int]) -> nn.Sequential:
    """Convolutions down to 4x4, then everything at once as 64 numbers."""
    layers = _convolutions(channels, kernels, strides)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * 16, 64), nn.ReLU())


def _conv1d(inputs: int, outputs: int, kernel: int, dilation: int) -> nn.Sequential:
    conv = nn.Conv1d(inputs, outputs, kernel, padding=dilation * (kernel // 2), dilation=dilation, bias=False)
    return nn.Sequential(conv, nn.BatchNorm1d(outputs), nn.ReLU())


def _heads(modality: str, dim: int) -> nn.ModuleDict:
    return nn.ModuleDict({name: nn.Linear(dim, len(classes)) for name, classes in LABELS[modality].items()})


# ---------------------------------------------------------------------------------------------- what a probe reads


def read_pictures(pictures: Sequence[np.ndarray]) -> Tensor:
    """Pictures (H, W, 3) uint8 of any size -> (N, 3, 64, 64) float32 in [-1, 1]."""
    same_size = np.stack([resized(picture) for picture in pictures])
    return torch.from_numpy(same_size).permute(0, 3, 1, 2).float() / 127.5 - 1


def read_clips(clips: Sequence[np.ndarray]) -> Tensor:
    """Clips (F, H, W, 3) uint8 of any length and size -> (N, 8, 3, 64, 64) float32: eight frames evenly spaced."""
    read = []
    for clip in clips:
        chosen = np.linspace(0, len(clip) - 1, FRAMES).round().astype(int)
        read.append(read_pictures([clip[index] for index in chosen]))
    return torch.stack(read)


def read_sounds(sounds: Sequence[np.ndarray]) -> Tensor:
    """Waveforms (T,) float32 at 16 kHz -> log-mel (N, 256, 64): the loudest 2.56 s, brought to one loudness."""
    return log_mel(torch.from_numpy(np.stack([window(sound) for sound in sounds])))


def log_mel(waves_NT: Tensor) -> Tensor:
    """(N, 40960) at 16 kHz -> (N, 256, 64): natural log of 64 mel bands every 10 ms, loudness removed, about unit scale."""
    level = waves_NT.square().mean(dim=-1, keepdim=True).sqrt().clamp_min(1e-5)
    spectrum = torch.stft(
        waves_NT / level * 0.1, FFT, HOP, window=torch.hann_window(FFT), center=True, return_complex=True
    )
    power_NTF = spectrum.abs().square().transpose(1, 2)[:, :-1]
    return (torch.log(power_NTF @ _mel_filters() + 1e-4) + 2.5) / 3.5


def _mel_filters() -> Tensor:
    """(257, 64) triangles, evenly spaced in mel between 50 and 7800 Hz (mel = 1127 ln(1 + f / 700))."""
    edges = torch.linspace(_mel(50.0), _mel(7800.0), MELS + 2)
    centres = 700 * (torch.exp(edges / 1127) - 1)
    frequencies = torch.linspace(0, SAMPLE_RATE / 2, FFT // 2 + 1)
    rising = (frequencies[:, None] - centres[:-2]) / (centres[1:-1] - centres[:-2])
    falling = (centres[2:] - frequencies[:, None]) / (centres[2:] - centres[1:-1])
    return torch.minimum(rising, falling).clamp_min(0)


def _mel(frequency: float) -> float:
    return float(1127 * np.log(1 + frequency / 700))


def resized(picture: np.ndarray) -> np.ndarray:
    """A picture (H, W, 3) uint8 of any size at 64x64, by averaging; unchanged where it has that size."""
    if picture.shape[:2] == (SIDE, SIDE):
        return picture
    return np.asarray(PILImage.fromarray(picture).resize((SIDE, SIDE), PILImage.Resampling.BOX))


READERS = {"image": read_pictures, "video": read_clips, "audio": read_sounds}


# ---------------------------------------------------------------------------------------------- judging


def judge(
    probes: Sequence[nn.Module], modality: str, media: Sequence[np.ndarray], batch_size: int = 64
) -> list[list[dict[str, str]]]:
    """What each probe sees in each item: `result[probe][item]` is e.g. {"thing": "dog", "colour": "red", ...}.

    media: arrays as the reader of the modality takes them (pictures, clips, or 16 kHz mono waveforms).
    """
    verdicts: list[list[dict[str, str]]] = [[] for _ in probes]
    for start in range(0, len(media), batch_size):
        inputs = READERS[modality](media[start : start + batch_size])
        for found, probe in zip(verdicts, probes, strict=True):
            with torch.inference_mode():
                chosen = {name: scores.argmax(dim=-1).tolist() for name, scores in probe(inputs).items()}
            found.extend(
                {name: LABELS[modality][name][picks[item]] for name, picks in chosen.items()}
                for item in range(len(inputs))
            )
    return verdicts


def right(
    probes: Sequence[nn.Module],
    modality: str,
    media: Sequence[np.ndarray],
    truths: Sequence[Mapping[str, str]],
) -> dict[str, list[list[bool]]]:
    """Whether each probe is right: `result[label][item][probe]`, for the labels that the truths name."""
    verdicts = judge(probes, modality, media)
    return {
        name: [[found[item][name] == truth[name] for found in verdicts] for item, truth in enumerate(truths)]
        for name in truths[0]
        if name in LABELS[modality]
    }


def load_probes(modality: str, folder: Path = PROBES_DIR) -> tuple[nn.Module, nn.Module]:
    """The two trained probes of a modality ("image", "video" or "audio"), in eval mode."""

    def load(net: type[Judge]) -> nn.Module:
        weights, probe = load_file(str(folder / f"{modality}_{net.__name__}.safetensors")), net()
        whole = {name: each.float() if each.is_floating_point() else each for name, each in weights.items()}
        probe.load_state_dict(whole)
        return probe.eval()

    first, second = NETS[modality]
    return load(first), load(second)


def save_probe(
    probe: nn.Module, modality: str, folder: Path, metadata: Mapping[str, str] | None = None
) -> Path:
    """Write one probe as fp16 safetensors, named by its modality and class."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{modality}_{type(probe).__name__}.safetensors"
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in probe.state_dict().items()
    }
    save_file(state, str(path), metadata=dict(metadata or {}))
    return path
