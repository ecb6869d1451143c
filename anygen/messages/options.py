"""What a caller may vary per call. Sampling knobs keep diffusers' names; None means the decoder's own default."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

from anygen.core.errors import ConfigError, nearest, shown
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality

ROADS = ("projector", "caption")
"""Where conditioning comes from: the learned output projector, or the decoder's text encoder reading the caption."""
READINGS = ("projector", "words")
"""How media are read: by the learned input projector where there is one, or always described in words."""


@dataclass(frozen=True)
class OptionLimits:
    """The lowest and highest value of each option: a small request must not cost much (checked before allocation)."""

    num_inference_steps: tuple[float, float] = (1, 200)
    guidance_scale: tuple[float, float] = (0, 50)
    height: tuple[float, float] = (8, 2048)
    width: tuple[float, float] = (8, 2048)
    num_frames: tuple[float, float] = (1, 512)
    fps: tuple[float, float] = (1, 60)
    seconds: tuple[float, float] = (0.1, 120)
    max_new_tokens: tuple[float, float] = (1, 4096)
    temperature: tuple[float, float] = (0, 10)
    top_p: tuple[float, float] = (1e-3, 1)
    video_pixels: tuple[float, float] = (1, 2**26)


LIMITS = OptionLimits()
_WHOLE = frozenset({"num_inference_steps", "height", "width", "num_frames", "max_new_tokens"})


@dataclass(frozen=True)
class _Checked:
    """Options whose fields have the right types and lie within LIMITS. `prefix` is what their names begin with in sentences.

    Raises ConfigError where one does not."""

    prefix: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            _check(self, each.name, f"{self.prefix}{each.name}")


def _check(options: Any, name: str, path: str) -> None:
    value = getattr(options, name)
    if name == "negative_prompt" and value is not None and not isinstance(value, str):
        raise ConfigError(f"{path} is {shown(value)}; a text is accepted")
    if not hasattr(LIMITS, name) or value is None:
        return
    low, high = getattr(LIMITS, name)
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    # A NaN lies between no two numbers.
    if not is_number or not low <= value <= high or (name in _WHOLE and not isinstance(value, Integral)):
        kind = "a whole number" if name in _WHOLE else "a number"
        raise ConfigError(f"{path} is {shown(value)}; {kind} from {low:g} to {high:g} is accepted")
    # numpy's numbers become Python's, which JSON can hold.
    object.__setattr__(options, name, int(value) if isinstance(value, Integral) else float(value))


def check_video_size(num_frames: int, height: int, width: int) -> None:
    """Raises ConfigError where a clip's pixels in all frames are more than LIMITS allow: each number alone may be fine."""
    most = int(LIMITS.video_pixels[1])
    if num_frames * height * width > most:
        raise ConfigError(
            f"video: {num_frames} frames of {width} x {height} are {num_frames * height * width / 1e6:.0f} million pixels; "
            f"at most {most / 1e6:.0f} million are accepted"
        )


@dataclass(frozen=True)
class ImageOptions(_Checked):
    """How a picture is drawn; height and width in pixels."""

    prefix: ClassVar[str] = "image."
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    height: int | None = None
    width: int | None = None
    negative_prompt: str | None = None


@dataclass(frozen=True)
class AudioOptions(_Checked):
    """How a sound is made; its length in seconds."""

    prefix: ClassVar[str] = "audio."
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    seconds: float | None = None
    negative_prompt: str | None = None


@dataclass(frozen=True)
class VideoOptions(_Checked):
    """How a clip is made; height and width in pixels, fps in frames per second."""

    prefix: ClassVar[str] = "video."
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    num_frames: int | None = None
    height: int | None = None
    width: int | None = None
    fps: float | None = None
    negative_prompt: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if None not in (self.num_frames, self.height, self.width):
            check_video_size(self.num_frames or 0, self.height or 0, self.width or 0)


OPTION_TYPES: dict[Modality, type] = {IMAGE: ImageOptions, AUDIO: AudioOptions, VIDEO: VideoOptions}


@dataclass(frozen=True)
class GenerationOptions(_Checked):
    """Everything one call may vary. `extra` holds the options of modalities that have no field of their own.

    temperature 0 takes the likeliest token; `exact` composes batches alike, for the same bytes every time.
    """

    max_new_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    image: ImageOptions = field(default_factory=ImageOptions)
    audio: AudioOptions = field(default_factory=AudioOptions)
    video: VideoOptions = field(default_factory=VideoOptions)
    conditioning: str = "projector"
    reading: str = "projector"
    exact: bool = False
    extra: Mapping[Modality, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for modality, kind in OPTION_TYPES.items():
            value = getattr(self, modality)
            if not isinstance(value, kind):
                raise ConfigError(f"{modality} is {type(value).__name__}; {kind.__name__} is accepted")
        if self.conditioning not in ROADS:
            raise ConfigError(f"conditioning is {shown(self.conditioning)}; {' or '.join(ROADS)} is accepted")
        if self.reading not in READINGS:
            raise ConfigError(f"reading is {shown(self.reading)}; {' or '.join(READINGS)} is accepted")
        if not isinstance(self.exact, bool):
            raise ConfigError(f"exact is {shown(self.exact)}; true or false is accepted")
        if not isinstance(self.extra, Mapping):
            raise ConfigError(f"extra is {shown(self.extra)}; a mapping of modality to options is accepted")

    def of(self, modality: Modality | str) -> Any:
        """The options of one modality: a field of this class, or what `extra` holds, or None."""
        if modality in OPTION_TYPES:
            return getattr(self, modality)
        return self.extra.get(Modality(modality))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GenerationOptions:
        """Options from plain values, as JSON or YAML holds them. Raises ConfigError for unknown keys and for `extra`."""
        given = _strict(values, cls, "")
        if "extra" in given:
            raise ConfigError("extra cannot be given as plain values; build GenerationOptions in Python")
        for modality, kind in OPTION_TYPES.items():
            if modality in given:
                given[modality] = kind(**_strict(given[modality], kind, f"{modality}."))
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """What differs from the defaults, as plain values; `from_dict` reads it back. `extra` is left out."""
        result = _changed(self, skip=(*OPTION_TYPES, "extra"))
        for modality in OPTION_TYPES:
            changed = _changed(getattr(self, modality))
            if changed:
                result[str(modality)] = changed
        return result


def as_options(options: GenerationOptions | Mapping[str, Any] | None) -> GenerationOptions:
    """What a caller gave as options: None for the defaults, plain values as `from_dict` takes them. Raises ConfigError."""
    if options is None:
        return GenerationOptions()
    if isinstance(options, Mapping):
        return GenerationOptions.from_dict(options)
    if not isinstance(options, GenerationOptions):
        raise ConfigError(
            f"options is {shown(options)}; GenerationOptions or a mapping of option to value is accepted"
        )
    return options


def _strict(values: Any, kind: type, prefix: str) -> dict[str, Any]:
    """`values` as a dict whose keys are all fields of `kind`, else ConfigError with the dotted path."""
    if not isinstance(values, Mapping):
        raise ConfigError(
            f"{prefix.rstrip('.') or 'options'} is {shown(values)}; a mapping of option to value is accepted"
        )
    known = [each.name for each in dataclasses.fields(kind)]
    for key in values:
        if key not in known:
            raise ConfigError(f"unknown option {prefix}{str(key)[:80]}; {nearest(str(key), known)}")
    return dict(values)


def _changed(options: Any, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    fresh = type(options)()
    names = [each.name for each in dataclasses.fields(options) if each.name not in skip]
    return {name: getattr(options, name) for name in names if getattr(options, name) != getattr(fresh, name)}
