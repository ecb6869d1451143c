"""Picture files to and from (H, W, 3) uint8 sRGB arrays. PNG, JPEG, WebP, and the first frame of a GIF."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from anygen.core.errors import MediaError
from anygen.media import provenance
from anygen.media.files import sniff

if TYPE_CHECKING:
    from PIL import Image as PILImage

PILLOW_FORMATS = {"png": ["PNG"], "jpeg": ["JPEG", "MPO"], "webp": ["WEBP"], "gif": ["GIF"]}


def open_header(name: str, data: bytes, container: str, max_pixels: int) -> PILImage.Image:
    """Open with Pillow, reading the header only; refuse more than `max_pixels`. Raises MediaError."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Pillow warns above its own limit; ours, below, refuses.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=PILLOW_FORMATS[container])
    except Image.DecompressionBombError as error:
        count = next((int(word) for word in str(error).replace("(", " ").split() if word.isdigit()), 0)
        raise MediaError(_too_many(name, f"{count / 1e6:.0f} million pixels", max_pixels)) from None
    except Exception:  # a decoder may raise anything on a damaged file
        raise sniff.damaged(name, container) from None
    width, height = picture.size
    if width * height > max_pixels:
        raise MediaError(
            _too_many(name, f"{width} x {height} = {width * height / 1e6:.0f} million pixels", max_pixels)
        )
    return picture


def _too_many(name: str, found: str, max_pixels: int) -> str:
    return f"{name}: {found}; at most {max_pixels / 1e6:.0f} million are accepted"


def is_animated(picture: PILImage.Image) -> bool:
    """Whether a GIF holds several pictures; a damaged one, of which one may be readable, does not."""
    try:
        return bool(getattr(picture, "is_animated", False))
    except Exception:  # a decoder may raise anything on a damaged file
        return False


def to_rgb(picture: PILImage.Image) -> np.ndarray:
    """(H, W, 3) uint8: turned as EXIF says, transparency over white, 16-bit and float greys scaled to 8 bits."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        grey = np.asarray(picture)
        # Pillow gives 16-bit greys as I;16 or, in older versions, as I. A table takes no copy of the whole in floats.
        levels = np.rint(np.arange(65536) / 257.0).astype(np.uint8)
        return np.repeat(levels[np.clip(grey, 0, 65535).astype(np.uint16)][:, :, None], 3, axis=2)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        over = Image.new("RGBA", coloured.size, (255, 255, 255, 255))
        over.alpha_composite(coloured)
        picture = over
    return np.array(picture.convert("RGB"), dtype=np.uint8)


def read(name: str, data: bytes, container: str, max_pixels: int) -> np.ndarray:
    """The (first) picture of a file as (H, W, 3) uint8. Raises MediaError."""
    picture = open_header(name, data, container, max_pixels)
    try:
        return to_rgb(picture)
    except Exception:  # a decoder may raise anything on a damaged file
        raise sniff.damaged(name, container) from None


def encode_png(pixels: np.ndarray, record: Mapping[str, Any] | None) -> bytes:
    """A PNG file of (H, W, 3) uint8; the record in an iTXt chunk named "anygen" and as XMP."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if record is not None:
        info.add_itxt("anygen", provenance.as_json(record).decode())
        info.add_itxt("Software", provenance.software(record))
        info.add_itxt("XML:com.adobe.xmp", provenance.as_xmp(record).decode())
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, format="PNG", pnginfo=info)
    return target.getvalue()
