"""What an ImageBind is made of: one dataclass per tower, one per preparation, all frozen.

A tower left at None is not built. The defaults of every option are Meta's; the conv stem, the flat pooling
and more than two frames per clip are options for small models trained from scratch (preset mini).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from anygen.core.errors import ConfigError

TOWERS = ("vision", "text", "audio", "depth", "thermal", "imu")


@dataclass(frozen=True)
class ConvStemConfig:
    """Strided 3x3 convolutions in place of the patch embedding: each halves height and width.

    The last of `widths` must be the tower's dim. `frame_widths` (vision only) are those of a second stem that
    sees all frames of a clip at once, stacked as channels and averaged down to `frame_size` pixels; its tokens are
    added to those of the clip's middle frame.
    """

    widths: tuple[int, ...]
    frame_widths: tuple[int, ...] = ()
    frame_size: int = 32
    groups: int = 8


@dataclass(frozen=True)
class VisionTowerConfig:
    """Images and clips. `flat_dim` None takes the class token; a number keeps that many values of each token."""

    dim: int
    blocks: int
    heads: int
    image_size: int = 224
    patch: tuple[int, int, int] = (2, 14, 14)
    video_frames: int = 2
    conv_stem: ConvStemConfig | None = None
    flat_dim: int | None = None


@dataclass(frozen=True)
class GridTowerConfig:
    """One-channel grids: log-mel spectrograms (height = mel bins, width = frames), depth and thermal images."""

    dim: int
    blocks: int
    heads: int
    height: int
    width: int
    kernel: int = 16
    stride: int = 16
    logit_scale: float = 1.0
    conv_stem: ConvStemConfig | None = None
    flat_dim: int | None = None


@dataclass(frozen=True)
class TextTowerConfig:
    """Token ids. The feature is read at the first `end_id`; None reads it at the highest id, as Meta's does."""

    dim: int
    blocks: int
    heads: int
    vocab_size: int
    context_length: int
    end_id: int | None = None
    logit_scale: float = 1 / 0.07


@dataclass(frozen=True)
class ImuTowerConfig:
    """Inertial measurements: `channels` series of `length` samples, read `kernel` samples at a time."""

    dim: int
    blocks: int
    heads: int
    channels: int = 6
    length: int = 2000
    kernel: int = 8
    logit_scale: float = 5.0
    dropout: float = 0.5


@dataclass(frozen=True)
class ImagePreparation:
    """Images: resampled with PIL's antialiased bicubic to `size` x `size`, scaled to [0, 1], normalised.

    fit "crop": the short side becomes `size`, the centre is kept. fit "squeeze": the whole picture becomes the
    square, so that nothing is lost at the border and left, right, top and bottom stay where they were.
    """

    size: int = 224
    fit: Literal["crop", "squeeze"] = "crop"
    mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class VideoPreparation:
    """Videos: `clips` pieces, `frames` frames of each, normalised as images are.

    spread "clips": pieces of `clip_seconds` at uniform starts, the first to the last frame of each, resized by
    plain bilinear interpolation to the short side, `crops` squares along the long side (so clips * crops pieces).
    spread "whole": the frames are evenly spread from the first to the last of the whole video, whatever its rate and
    length (repeated where it has fewer), and each is squeezed into the square as an image is.
    """

    clips: int = 5
    clip_seconds: float = 2.0
    frames: int = 2
    crops: int = 3
    spread: Literal["clips", "whole"] = "clips"


@dataclass(frozen=True)
class AudioPreparation:
    """Audio: channels averaged, resampled to `sample_rate`, cut to `clips` windows, each a Kaldi log-mel.

    windows "uniform": at uniform starts, the first at 0 and the last ending with the sound. windows "loudest": the one
    with the most energy (then `clips` must be 1). short "pad": a sound shorter than a window leaves its last frames
    empty; short "loop": it is repeated until the window is full. `peak` scales each window to that largest absolute
    value, None leaves it.
    """

    sample_rate: int = 16000
    clips: int = 3
    clip_seconds: float = 2.0
    mel_bins: int = 128
    frames: int = 204
    mean: float = -4.268
    std: float = 9.138
    windows: Literal["uniform", "loudest"] = "uniform"
    short: Literal["pad", "loop"] = "pad"
    peak: float | None = None


@dataclass(frozen=True)
class DepthPreparation:
    """Depth: metres to the disparity (pixels) of a pair of cameras `baseline` metres apart with a focal length of
    `focal_length` pixels; clamped and divided by `max_disparity`, short side to the tower's size by antialiased bilinear
    interpolation, centre kept, normalised. Pixels that were not measured are read as `max_metres` away.

    As documented, not measured here: ImageBind published no loader of depth. Disparity "as in Omnivore" is the paper's
    word (Girdhar et al., 2023, section 3.3); baseline, metres' range, max_disparity, mean and std are those of Omnivore's
    code and of its authors' answer about SUN RGB-D (facebookresearch/omnivore, issue 12); the focal length is that of a
    Kinect v1 at 640 pixels. The treatment of what was not measured, and the antialiasing, are anygen's choice.
    """

    baseline: float = 0.075
    focal_length: float = 518.857901
    min_metres: float = 0.01
    max_metres: float = 50.0
    max_disparity: float = 75.0
    mean: float = 0.0418
    std: float = 0.0295


@dataclass(frozen=True)
class ImuPreparation:
    """Inertial measurements: resampled to `sample_rate`, the middle kept of what is longer than the tower reads, zeros put
    behind what is shorter; m/s2 and rad/s as they are.

    As documented, not measured here: 2000 samples of 5 seconds are the paper's (Girdhar et al., 2023, section 3.3), so 400
    Hz; ImageBind published no loader of its own. Zeros behind and no normalisation are those of IMU2CLIP (Moon et al.,
    2022), which read the same recordings (Ego4D); the middle is anygen's choice.
    """

    sample_rate: float = 400.0


@dataclass(frozen=True)
class ImageBindSettings:
    """What a model may ask of a saved encoder in place of its own config; None leaves that as it is.

    One folder of Meta's weights serves Meta's embeddings, those of NExT-GPT (`scale_audio` False) and the tokens of its
    v1.5 (`output` "tokens" too), each with just the `towers` it needs. `scale_measurements` False gives depth, thermal and
    IMU features the length of an image's, for a projector that was trained on those."""

    towers: tuple[str, ...] | None = None
    output: str | None = None
    scale_audio: bool | None = None
    scale_measurements: bool | None = None

    def __post_init__(self) -> None:
        if self.output not in (None, "embedding", "tokens"):
            raise ConfigError(f"output: {self.output!r}, expected one of embedding, tokens")


@dataclass(frozen=True)
class ImageBindConfig:
    """The whole encoder. `embed_dim` is E, the width of its features.

    output "embedding": one feature per item, Meta's. output "tokens": one per patch, without the class token, as in
    NExT-GPT v1.5. `scale_audio` False leaves out audio's logit scale, as both generations of NExT-GPT do;
    `scale_measurements` False those of depth, thermal and IMU.
    """

    embed_dim: int
    vision: VisionTowerConfig | None = None
    text: TextTowerConfig | None = None
    audio: GridTowerConfig | None = None
    depth: GridTowerConfig | None = None
    thermal: GridTowerConfig | None = None
    imu: ImuTowerConfig | None = None
    output: Literal["embedding", "tokens"] = "embedding"
    scale_audio: bool = True
    scale_measurements: bool = True
    image: ImagePreparation = ImagePreparation()
    video: VideoPreparation = VideoPreparation()
    sound: AudioPreparation = AudioPreparation()
    disparity: DepthPreparation = DepthPreparation()
    motion: ImuPreparation = ImuPreparation()

    def __post_init__(self) -> None:
        flat = [name for name in self.towers if getattr(getattr(self, name), "flat_dim", None) is not None]
        if self.output == "tokens" and flat:
            raise ConfigError(f"output: tokens needs the class token, but {', '.join(flat)} pools flat")
        if self.sound.windows == "loudest" and self.sound.clips != 1:
            raise ConfigError(f"sound.clips: {self.sound.clips}, but windows: loudest takes 1")
        for name, grid in (("depth", self.depth), ("thermal", self.thermal)):
            if grid is not None and grid.height != grid.width:
                raise ConfigError(f"{name}: {grid.height} x {grid.width}, but its pictures are square")

    @property
    def towers(self) -> tuple[str, ...]:
        """Names of the towers that are built, in ImageBind's order."""
        return tuple(name for name in TOWERS if getattr(self, name) is not None)

    def only(self, towers: tuple[str, ...]) -> ImageBindConfig:
        """The same encoder with just these towers. Raises ConfigError for one it does not have."""
        absent = [name for name in towers if name not in self.towers]
        if absent:
            raise ConfigError(f"towers: no {', '.join(absent)}; there are {', '.join(self.towers)}")
        dropped: dict[str, Any] = {name: None for name in self.towers if name not in towers}
        return dataclasses.replace(self, **dropped)

    def changed(self, settings: ImageBindSettings) -> ImageBindConfig:
        """The same encoder as `settings` ask for it."""
        given = {name: getattr(settings, name) for name in ("output", "scale_audio", "scale_measurements")}
        config = self if settings.towers is None else self.only(settings.towers)
        return dataclasses.replace(config, **{name: each for name, each in given.items() if each is not None})

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ImageBindConfig:
        """Read what to_dict wrote. Raises ConfigError naming the dotted path of an unknown or missing key."""
        return _read(cls, values, "")


def imagebind_huge(towers: tuple[str, ...] = TOWERS, **changes: Any) -> ImageBindConfig:
    """Meta's imagebind_huge, or some of its towers; `changes` are fields of ImageBindConfig."""
    config = ImageBindConfig(
        embed_dim=1024,
        vision=VisionTowerConfig(dim=1280, blocks=32, heads=16),
        text=TextTowerConfig(dim=1024, blocks=24, heads=16, vocab_size=49408, context_length=77),
        audio=GridTowerConfig(
            dim=768, blocks=12, heads=12, height=128, width=204, kernel=16, stride=10, logit_scale=20.0
        ),
        depth=GridTowerConfig(dim=384, blocks=12, heads=8, height=224, width=224, logit_scale=5.0),
        thermal=GridTowerConfig(dim=768, blocks=12, heads=12, height=224, width=224, logit_scale=10.0),
        imu=ImuTowerConfig(dim=512, blocks=6, heads=8),
    )
    return dataclasses.replace(config.only(towers), **changes)


def _read(cls: type, values: Mapping[str, Any], path: str) -> Any:
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for key in values:
        if key not in fields:
            raise ConfigError(f"{path}{key}: unknown; known are {', '.join(fields)}")
    for name, field in fields.items():
        if name not in values and field.default is dataclasses.MISSING:
            raise ConfigError(f"{path}{name}: missing")
    return cls(**{key: _value(hints[key], value, f"{path}{key}") for key, value in values.items()})


def _value(hint: Any, value: Any, path: str) -> Any:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None:
        if type(None) in options:
            return None
        raise ConfigError(f"{path}: null, expected {hint}")
    kind = next(option for option in options if option is not type(None))
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{path}: {value!r}, expected a mapping")
        return _read(typing.cast(type, kind), value, f"{path}.")
    origin = typing.get_origin(kind)
    if origin is Literal:
        if value not in typing.get_args(kind):
            raise ConfigError(f"{path}: {value!r}, expected one of {', '.join(typing.get_args(kind))}")
        return value
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{path}: {value!r}, expected a list")
        inner = typing.get_args(kind)[0]
        return tuple(_value(inner, item, f"{path}[{index}]") for index, item in enumerate(value))
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{path}: {value!r}, expected {kind.__name__}")
    return float(value) if kind is float else value
