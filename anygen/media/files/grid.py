"""Grey pictures and NumPy files to and from (H, W) arrays of one channel."""

from __future__ import annotations

import io
import math

import numpy as np

from anygen.core.errors import MediaError
from anygen.media.files import image, sniff

NPY_VERSIONS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_grey(name: str, data: bytes, container: str, max_pixels: int) -> np.ndarray:
    """A picture as (H, W): uint16 where it is grey of 16 bits, else uint8, a coloured one by its brightness (ITU-R 601-2);
    turned as EXIF says.

    Raises MediaError."""
    from PIL import ImageOps

    picture = image.open_header(name, data, container, max_pixels)
    try:
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I"):
            # Pillow gives 16-bit greys as I;16 or, in older versions, as I.
            return np.asarray(picture).astype(np.uint16)
        return np.array(picture.convert("L"), dtype=np.uint8)
    except Exception:  # a decoder may raise anything on a damaged file
        raise sniff.damaged(name, container) from None


def encode_grey(values: np.ndarray) -> bytes:
    """A grey PNG of (H, W) uint8 or uint16."""
    from PIL import Image

    target = io.BytesIO()
    Image.fromarray(values).save(target, format="PNG")
    return target.getvalue()


def read_npy(name: str, data: bytes, max_pixels: int) -> np.ndarray:
    """The (H, W) array of numbers in a .npy file, judged from its header before anything is read. Raises MediaError.

    No pickle: an array of objects is refused."""
    file = io.BytesIO(data)
    try:
        shape, is_fortran, dtype = NPY_VERSIONS[np.lib.format.read_magic(file)](file)
    except Exception:  # a header is a Python literal: a hostile one raises many types
        raise MediaError(f"{name}: a damaged NumPy array file; a .npy of format 1 or 2 is accepted") from None
    if dtype.kind not in "fiu" or len(shape) != 2 or min(shape) < 1:
        found = f"a {shape} {dtype} array" if not dtype.hasobject else "an array of Python objects"
        raise MediaError(f"{name}: {found}; a (H, W) array of numbers is accepted")
    if math.prod(shape) > max_pixels:
        raise MediaError(
            f"{name}: {math.prod(shape) / 1e6:.0f} million pixels; at most {max_pixels / 1e6:.0f} million are accepted"
        )
    missing = math.prod(shape) * dtype.itemsize - (len(data) - file.tell())
    if missing > 0:
        raise MediaError(
            f"{name}: a truncated NumPy array file, {missing} bytes are missing; a whole file is accepted"
        )
    values = np.frombuffer(data, dtype, math.prod(shape), file.tell())
    return values.reshape(shape, order="F" if is_fortran else "C")


def encode_npy(values: np.ndarray) -> bytes:
    """A .npy file with exactly these values, of any shape."""
    target = io.BytesIO()
    np.save(target, values, allow_pickle=False)
    return target.getvalue()


def stretch(name: str, values: np.ndarray) -> np.ndarray:
    """Numbers of any unit as (H, W) uint8, the least 0 and the largest 255; all 0 where they are the same.

    Raises MediaError for values that are not finite."""
    if not np.isfinite(values).all():
        raise MediaError(
            f"{name}: values that are not numbers (NaN or infinite); finite numbers are accepted"
        )
    low, high = float(values.min()), float(values.max())
    if not math.isfinite(high - low):
        raise MediaError(f"{name}: values from {low:.3g} to {high:.3g}; temperatures or counts are accepted")
    # In steps of 1/255 of the range, whatever it is, so that nothing overflows.
    scale = 255 / (high - low) if high - low > 0 and math.isfinite(255 / (high - low)) else 0.0
    return np.rint((values.astype(np.float64) - low) * scale).astype(np.uint8)
