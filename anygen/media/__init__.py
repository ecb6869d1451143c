"""Media as arrays with units: opened with limits, saved with the record of what made them."""

from anygen.media.base import DEFAULT_LIMITS, MediaLimits
from anygen.media.measurements import Depth, Imu, Thermal
from anygen.media.types import MEDIA_TYPES, SUFFIX, Audio, Image, Video, kind_of, modality_of, open_media

__all__ = [
    "DEFAULT_LIMITS",
    "MEDIA_TYPES",
    "SUFFIX",
    "Audio",
    "Depth",
    "Image",
    "Imu",
    "MediaLimits",
    "Thermal",
    "Video",
    "kind_of",
    "modality_of",
    "open_media",
]
