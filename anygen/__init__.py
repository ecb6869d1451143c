"""anygen reads any mix of text, image, audio and video, and answers with any mix of them. What sensors measure (depth,
thermal, IMU) is read by models that have an encoder for it.

The names below are imported when first used: `import anygen` itself loads no model library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anygen.errors import CheckpointError, ConfigError, MediaError, PromptError
    from anygen.measurements import Depth, Imu, Thermal
    from anygen.media import Audio, Image, Video, open_media
    from anygen.medium import MediaLimits
    from anygen.message import Message
    from anygen.model import AnyGen, generate
    from anygen.options import AudioOptions, GenerationOptions, ImageOptions, VideoOptions
    from anygen.reply import DecoderProgress, Done, MediaReady, Reply, SpanStarted, TextDelta

__version__ = "0.1.0"

_HOME = {
    "AnyGen": "anygen.model",
    "generate": "anygen.model",
    "Image": "anygen.media",
    "Audio": "anygen.media",
    "Video": "anygen.media",
    "Depth": "anygen.measurements",
    "Thermal": "anygen.measurements",
    "Imu": "anygen.measurements",
    "MediaLimits": "anygen.medium",
    "open_media": "anygen.media",
    "Message": "anygen.message",
    "Reply": "anygen.reply",
    "TextDelta": "anygen.reply",
    "SpanStarted": "anygen.reply",
    "DecoderProgress": "anygen.reply",
    "MediaReady": "anygen.reply",
    "Done": "anygen.reply",
    "GenerationOptions": "anygen.options",
    "ImageOptions": "anygen.options",
    "AudioOptions": "anygen.options",
    "VideoOptions": "anygen.options",
    "MediaError": "anygen.errors",
    "PromptError": "anygen.errors",
    "ConfigError": "anygen.errors",
    "CheckpointError": "anygen.errors",
}

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
