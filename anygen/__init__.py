"""anygen reads any mix of text, image, audio and video, and answers with any mix of them. What sensors measure (depth,
thermal, IMU) is read by models that have an encoder for it.

The names below are imported when first used: `import anygen` itself loads no model library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from anygen.core.deprecated_paths import install as install_moved_modules

if TYPE_CHECKING:
    from anygen.core.errors import CheckpointError, ConfigError, MediaError, PromptError
    from anygen.media import Audio, Image, Video, open_media
    from anygen.media.base import MediaLimits
    from anygen.media.measurements import Depth, Imu, Thermal
    from anygen.messages.message import Message
    from anygen.messages.options import AudioOptions, GenerationOptions, ImageOptions, VideoOptions
    from anygen.messages.reply import DecoderProgress, Done, MediaReady, Reply, SpanStarted, TextDelta
    from anygen.model import AnyGen, generate

__version__ = "0.1.0"

install_moved_modules()

_NAMES = {
    "anygen.model": ("AnyGen", "generate"),
    "anygen.media": ("Image", "Audio", "Video", "open_media"),
    "anygen.media.base": ("MediaLimits",),
    "anygen.media.measurements": ("Depth", "Thermal", "Imu"),
    "anygen.messages.message": ("Message",),
    "anygen.messages.options": ("GenerationOptions", "ImageOptions", "AudioOptions", "VideoOptions"),
    "anygen.messages.reply": ("Reply", "TextDelta", "SpanStarted", "DecoderProgress", "MediaReady", "Done"),
    "anygen.core.errors": ("MediaError", "PromptError", "ConfigError", "CheckpointError"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "AnyGen",
    "Audio",
    "AudioOptions",
    "CheckpointError",
    "ConfigError",
    "DecoderProgress",
    "Depth",
    "Done",
    "GenerationOptions",
    "Image",
    "ImageOptions",
    "Imu",
    "MediaError",
    "MediaLimits",
    "MediaReady",
    "Message",
    "PromptError",
    "Reply",
    "SpanStarted",
    "TextDelta",
    "Thermal",
    "Video",
    "VideoOptions",
    "__version__",
    "generate",
    "open_media",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module anygen has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(_HOME))
