"""Depth, Thermal, Imu: what sensors measure, as arrays with units. They are read and never made.

A file of theirs does not say what it is (a picture of depth is a grey picture), so it is opened by the type that is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np

from anygen.core.atomic import write_files
from anygen.core.errors import MediaError, shown
from anygen.core.modality import DEPTH, IMU, THERMAL, Modality
from anygen.media.base import (
    DEFAULT_LIMITS,
    Grid,
    MediaLimits,
    Medium,
    Source,
    check_pixels,
    is_number,
    what,
)
from anygen.media.files import grid, sniff, table

M = TypeVar("M", bound=Medium)

MAX_METRES = 1000.0
"""The farthest depth: larger numbers are of another unit."""
MAX_MEASURED = 10_000.0
"""The largest m/s2 or rad/s: larger numbers are of another unit."""
RATES = (1.0, 10_000.0)
"""Lowest and highest sample rate of an Imu, in Hz."""


class Measurement(Medium):
    """A medium that is read and never made: its file carries no record."""

    def encode(self, suffix: str = "") -> bytes:
        """The bytes of a file of this suffix, the usual one unless given. Raises MediaError for another."""
        raise NotImplementedError

    def save(self, path: str | Path) -> Path:
        """Write a file, whole or not at all; see `encode`."""
        return write_files([(Path(path), self.encode(Path(path).suffix.lower()))])[0]

    def _exact_file(self) -> tuple[str, bytes]:
        return self.suffixes[0], self.encode(self.suffixes[0])


@dataclass(frozen=True, eq=False)
class Depth(Measurement, Grid):
    """How far away each pixel is: metres (H, W) float32, from 0 to 1000; 0 where nothing was measured.

    Raises MediaError for another shape or type, no pixel, and values that are not finite or out of range.
    """

    metres: np.ndarray
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = DEPTH
    suffixes: ClassVar[tuple[str, ...]] = (".png", ".npy")

    def __post_init__(self) -> None:
        check_pixels("Depth.metres", self.metres, np.float32, "(H, W)")
        if not np.isfinite(self.metres).all():
            raise MediaError(
                "Depth.metres holds values that are not finite (NaN or infinite); 0 stands for what was not measured"
            )
        low, high = float(self.metres.min()), float(self.metres.max())
        if low < 0 or high > MAX_METRES:
            raise MediaError(
                f"Depth.metres goes from {low:.6g} to {high:.6g}; metres from 0 to {MAX_METRES:g} are accepted"
            )

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Depth:
        """Read a 16-bit grey PNG, in millimetres, or a .npy of floats (H, W), in metres. Raises MediaError."""
        name, data, container = sniff.read_accepted(source, limits.max_bytes, ("png", "npy"))
        if container == "npy":
            values = grid.read_npy(name, data, limits.max_pixels)
            if values.dtype.kind != "f":
                raise MediaError(f"{name}: {what(values)}; a (H, W) array of floats, in metres, is accepted")
            # What a wider float holds beyond float32 is out of range, which is said below.
            with np.errstate(over="ignore", invalid="ignore"):
                metres = values.astype(np.float32)
        else:
            values = grid.read_grey(name, data, "png", limits.max_pixels)
            if values.dtype != np.uint16:
                raise MediaError(
                    f"{name}: a picture of 8 bits; a grey PNG of 16 bits, in millimetres, is accepted"
                )
            metres = values.astype(np.float32) / np.float32(1000)
        return _named(name, cls, metres, data)

    def encode(self, suffix: str = ".png") -> bytes:
        """The bytes of a 16-bit grey PNG, rounded to millimetres, or of a .npy with exactly these metres.

        Raises MediaError for a PNG of more than 65.535 metres."""
        self._check_suffix(suffix)
        if suffix == ".npy":
            return grid.encode_npy(self.metres)
        if self.metres.max() > 65.535:
            raise MediaError(
                f"a depth of {float(self.metres.max()):.6g} metres; a PNG holds up to 65.535, a .npy holds any"
            )
        return grid.encode_grey(np.rint(self.metres * np.float32(1000)).astype(np.uint16))

    def _content(self) -> tuple[np.ndarray, str]:
        return self.metres, "m"

    def _exact_file(self) -> tuple[str, bytes]:
        return ".npy", self.encode(".npy")

    def __repr__(self) -> str:
        return f"Depth({self.width}x{self.height}, up to {float(self.metres.max()):.1f} m)"


@dataclass(frozen=True, eq=False, repr=False)
class Thermal(Measurement, Grid):
    """How warm each pixel is beside the others: pixels (H, W) uint8, brighter is warmer. No temperature: thermal pictures
    come stretched to what they show.

    Raises MediaError for another shape or type, and no pixel.
    """

    pixels: np.ndarray
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = THERMAL
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    def __post_init__(self) -> None:
        check_pixels("Thermal.pixels", self.pixels, np.uint8, "(H, W)")

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Thermal:
        """Read a grey PNG, JPEG or WebP (a coloured one by its brightness); or a 16-bit grey PNG or a .npy (H, W) of sensor
        counts or temperatures of any unit, stretched so that the coldest pixel is 0 and the warmest 255. Raises MediaError.
        """
        accepted = ("png", "jpeg", "webp", "npy")
        name, data, container = sniff.read_accepted(source, limits.max_bytes, accepted)
        if container == "npy":
            values = grid.read_npy(name, data, limits.max_pixels)
        else:
            values = grid.read_grey(name, data, container, limits.max_pixels)
        if container == "npy" or values.dtype != np.uint8:
            values = grid.stretch(name, values)
        return _named(name, cls, values, data)

    def encode(self, suffix: str = ".png") -> bytes:
        """The bytes of an 8-bit grey PNG with exactly these pixels."""
        self._check_suffix(suffix)
        return grid.encode_grey(self.pixels)

    def _content(self) -> tuple[np.ndarray, str]:
        return self.pixels, "thermal"


@dataclass(frozen=True, eq=False)
class Imu(Measurement):
    """What an inertial measurement unit felt: samples (6, T) float32, T at least 2, sample_rate in Hz (to a thousandth).

    Rows 0 to 2 are the acceleration along x, y and z in m/s2, gravity included; rows 3 to 5 the turning around x, y and z in
    rad/s. Raises MediaError for another shape or type, values that are not finite or out of range, or a rate out of range.
    """

    samples: np.ndarray
    sample_rate: float
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = IMU
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)

    def __post_init__(self) -> None:
        samples, rate = self.samples, self.sample_rate
        is_table = isinstance(samples, np.ndarray) and samples.dtype == np.float32 and samples.ndim == 2
        if not is_table or samples.shape[0] != 6 or samples.shape[1] < 2:
            raise MediaError(
                f"Imu.samples is {what(samples)}; a (6, T) float32 array with T of 2 or more is accepted"
            )
        if not np.isfinite(samples).all():
            raise MediaError("Imu.samples holds values that are not finite (NaN or infinite)")
        largest = float(np.abs(samples).max())
        if largest > MAX_MEASURED:
            raise MediaError(
                f"Imu.samples goes up to {largest:.6g}; m/s2 and rad/s up to {MAX_MEASURED:g} are accepted"
            )
        if not is_number(rate) or not RATES[0] <= rate <= RATES[1]:
            raise MediaError(
                f"Imu.sample_rate is {shown(rate)}; {RATES[0]:g} to {RATES[1]:g} Hz are accepted"
            )
        object.__setattr__(self, "sample_rate", round(float(rate), 3))

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Imu:
        """Read a CSV whose first line names the columns: time (s), accel_x, accel_y, accel_z (m/s2), gyro_x, gyro_y, gyro_z
        (rad/s), in any order, others ignored. The rate is the mean one; uneven times are interpolated. Raises MediaError."""
        name, data = sniff.read_source(source, limits.max_bytes)
        samples, rate = table.read_csv(name, data, limits.max_rows, limits.max_seconds)
        return _named(name, cls, samples, rate, data)

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1] / self.sample_rate)

    def encode(self, suffix: str = ".csv") -> bytes:
        """The bytes of a CSV with exactly these samples; see `open`."""
        self._check_suffix(suffix)
        return table.encode_csv(self.samples, self.sample_rate)

    def _content(self) -> tuple[np.ndarray, str]:
        return self.samples, f"{self.sample_rate:.3f} Hz imu"

    def __repr__(self) -> str:
        return f"Imu({self.seconds:.2f} s, {self.sample_rate:g} Hz)"


def _named(name: str, kind: Callable[..., M], *values: Any) -> M:
    """What `kind` makes of the values of a file; its MediaError says which file."""
    try:
        return kind(*values)
    except MediaError as error:
        raise MediaError(f"{name}: {error}") from None
