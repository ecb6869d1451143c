"""Messages and their parts, and how the chat schema of transformers and OpenAI is read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, get_args

import numpy as np

from anygen.core.errors import MediaError, PromptError, nearest
from anygen.core.modality import AUDIO, DEPTH, IMAGE, IMU, THERMAL, VIDEO, Modality
from anygen.media.base import DEFAULT_LIMITS, MediaLimits
from anygen.media.measurements import Depth, Imu, Thermal
from anygen.media.types import MEDIA_TYPES, Audio, Image, Video, modality_of, open_media

Part: TypeAlias = str | Image | Audio | Video | Depth | Thermal | Imu

ROLES = ("system", "user", "assistant")
_PART_TYPES = ("text", *MEDIA_TYPES, "image_url", "input_audio", "audio_url", "video_url")


@dataclass(frozen=True)
class Message:
    """One turn: who speaks, and the parts in the order they stand.

    A part is a text or a media object (any object with a `modality`, so that a new modality needs no edit here).
    Raises PromptError for an unknown role, a part of another type, no part at all, or media in a system turn.
    """

    role: str
    parts: tuple[Any, ...]

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise PromptError(f"message role is {self.role!r}; {', '.join(ROLES)} are accepted")
        object.__setattr__(self, "parts", tuple(self.parts))
        if not self.parts:
            raise PromptError(f"the {self.role} message is empty; at least one part is needed")
        for part in self.parts:
            if not isinstance(part, str) and not hasattr(part, "modality"):
                raise PromptError(
                    f"a part of the {self.role} message is of type {type(part).__name__}; "
                    f"text, {', '.join(kind.__name__ for kind in MEDIA_TYPES.values())} are accepted"
                )
            if isinstance(part, str) and any("\ud800" <= each <= "\udfff" for each in part):
                raise PromptError(
                    f"a text of the {self.role} message holds bytes that are no characters; UTF-8 text is accepted"
                )
            if self.role == "system" and not isinstance(part, str):
                raise PromptError(
                    f"the system message holds {modality_of(part)}; only text is accepted there"
                )

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def media(self) -> tuple[Any, ...]:
        """The media parts, in order."""
        return tuple(part for part in self.parts if not isinstance(part, str))


def as_messages(
    prompt: Any, *, limits: MediaLimits = DEFAULT_LIMITS, allow_paths: bool = True
) -> tuple[Message, ...]:
    """What a caller gave as a prompt, as messages.

    Accepts a text, a media object, a pathlib.Path, a list of those (one user turn), a Message, a list of Message, or a
    list of chat dicts ({"role": ..., "content": text or parts}; the part types of transformers and OpenAI). A Reply stands
    for the assistant's turn. Text is never taken for a path. Remote addresses are refused; `allow_paths=False` (for
    servers) refuses files too. Raises PromptError or MediaError.
    """
    reader = _Reader(limits, allow_paths)
    if _is_turn(prompt) and not isinstance(prompt, Mapping):
        return (reader.turn(prompt),)
    if isinstance(prompt, Mapping):
        return (reader.message(prompt),) if "role" in prompt else (Message("user", (reader.part(prompt),)),)
    if isinstance(prompt, (str, Path, *get_args(Part))) or hasattr(prompt, "modality"):
        return (Message("user", (reader.part(prompt),)),)
    if not isinstance(prompt, Sequence) or isinstance(prompt, (bytes, bytearray)):
        raise PromptError(
            f"the prompt is of type {type(prompt).__name__}; a text, a media object, a list of parts or a list of "
            "messages is accepted"
        )
    if not prompt:
        raise PromptError("the prompt is empty; a text, a media object or messages are needed")
    turns = [_is_turn(each) for each in prompt]
    if all(turns):
        return tuple(reader.turn(each) for each in prompt)
    if any(turns):
        raise PromptError("the prompt mixes messages and parts; give a list of one or of the other")
    return (Message("user", tuple(reader.part(each) for each in prompt)),)


def _is_turn(value: Any) -> bool:
    """A Message, a chat dict, or a Reply (anything with a `message()`), which stands for what was answered."""
    return (
        isinstance(value, Message)
        or (isinstance(value, Mapping) and "role" in value)
        or callable(getattr(value, "message", None))
    )


@dataclass(frozen=True)
class _Reader:
    """Reads chat dicts under given limits."""

    limits: MediaLimits
    allow_paths: bool

    def turn(self, turn: Any) -> Message:
        if isinstance(turn, Message):
            return turn
        return self.message(turn) if isinstance(turn, Mapping) else turn.message()

    def message(self, turn: Mapping[str, Any]) -> Message:
        if turn["role"] not in ROLES:
            raise PromptError(f"message role is {turn['role']!r}; {', '.join(ROLES)} are accepted")
        content = turn.get("content")
        if content is None:
            raise PromptError(
                f"the {turn['role']} message has no content; a text or a list of parts is accepted"
            )
        parts = content if isinstance(content, (list, tuple)) else [content]
        return Message(turn["role"], tuple(self.part(part) for part in parts))

    def part(self, part: Any) -> Any:
        if isinstance(part, Path):
            return open_media(self.path(str(part)), self.limits)
        if not isinstance(part, Mapping):
            return _from_object(part, None, self.limits)
        kind = part.get("type")
        if kind == "text":
            if not isinstance(part.get("text"), str):
                raise PromptError(f"a text part holds {part.get('text')!r}; a text is accepted")
            return part["text"]
        if kind == "input_audio":
            return self.media(AUDIO, {"base64": _inner(part, "input_audio", "data")})
        if kind in ("image_url", "audio_url", "video_url"):
            given = part.get(kind)
            return self.media(
                Modality(kind[:-4]), {"url": given if isinstance(given, str) else _inner(part, kind, "url")}
            )
        if kind in MEDIA_TYPES:
            return self.media(Modality(kind), part)
        raise PromptError(f"unknown part type {kind!r}; {nearest(str(kind), _PART_TYPES)}")

    def media(self, modality: Modality, part: Mapping[str, Any]) -> Any:
        keys = [key for key in (str(modality), "path", "url", "base64") if part.get(key) is not None]
        if len(keys) != 1:
            raise PromptError(
                f"the {modality} part has {' and '.join(keys) or 'no source'}; "
                f"one of path, url, base64 or {modality} is accepted"
            )
        value = part[keys[0]]
        kind = MEDIA_TYPES[modality]
        if keys[0] == "base64":
            return kind.open(self.decoded(modality, value), self.limits)
        if isinstance(value, str) and value.startswith("data:"):
            return kind.open(self.decoded(modality, value.partition(",")[2]), self.limits)
        if isinstance(value, (str, Path)):
            return kind.open(self.path(str(value)), self.limits)
        return _from_object(value, modality, self.limits)

    def path(self, value: str) -> Path:
        scheme = value.split("://", 1)[0].lower() if "://" in value else ""
        if scheme == "file":
            value = value[len("file://") :]
        elif scheme:
            raise MediaError(
                f"{value[:80]}: a remote address; addresses are not fetched, give a file or its bytes"
            )
        if not self.allow_paths:
            raise MediaError(
                "a file path was given; only uploaded bytes (base64 or a data: address) are accepted here"
            )
        return Path(value)

    def decoded(self, modality: Modality, value: Any) -> bytes:
        if not isinstance(value, (str, bytes)):
            raise MediaError(f"the {modality} part holds {type(value).__name__}; base64 text is accepted")
        if len(value) * 3 // 4 > self.limits.max_bytes:
            raise MediaError(
                f"the {modality} part holds {len(value) * 3 // 4} bytes; at most {self.limits.max_bytes} are accepted"
            )
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise MediaError(
                f"the {modality} part is not valid base64; the bytes of a file in base64 are accepted"
            ) from None


def _inner(part: Mapping[str, Any], key: str, name: str) -> Any:
    inner = part.get(key)
    if not isinstance(inner, Mapping) or name not in inner:
        raise PromptError(f"the {key} part has no {key}.{name}; OpenAI's form is accepted")
    return inner[name]


def _from_object(value: Any, modality: Modality | None, limits: MediaLimits) -> Any:
    """A text or media object as it is; a PIL picture or an (H, W, 3) uint8 array as an Image."""
    if isinstance(value, str) or hasattr(value, "modality"):
        if modality is not None and getattr(value, "modality", None) != modality:
            raise PromptError(f"the {modality} part holds {modality_of(value)}")
        return value
    if modality in (None, IMAGE) and type(value).__module__.startswith("PIL."):
        from anygen.media.files.image import to_rgb

        if value.width * value.height > limits.max_pixels:
            raise MediaError(
                f"the picture has {value.width} x {value.height} pixels; at most {limits.max_pixels} are accepted"
            )
        # Read as the same picture in a file would be: turned as EXIF says, transparency over white.
        return Image(to_rgb(value))
    if modality in (None, IMAGE) and isinstance(value, np.ndarray):
        return Image(value)
    if modality == VIDEO and isinstance(value, np.ndarray):
        raise PromptError("the video part holds an array, which has no fps; Video(frames, fps) is accepted")
    if modality == AUDIO and isinstance(value, np.ndarray):
        raise PromptError(
            "the audio part holds an array, which has no rate; Audio(samples, sample_rate) is accepted"
        )
    if modality in (DEPTH, THERMAL, IMU) and isinstance(value, np.ndarray):
        kind = MEDIA_TYPES[modality].__name__
        raise PromptError(
            f"the {modality} part holds an array, which has no unit; a {kind} or a file is accepted"
        )
    raise PromptError(
        f"a part of type {type(value).__name__}; text, {', '.join(each.__name__ for each in MEDIA_TYPES.values())} "
        "or a pathlib.Path are accepted"
    )
