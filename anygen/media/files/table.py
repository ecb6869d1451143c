"""Tables of inertial measurements: CSV to and from (6, T) float32 and a rate."""

from __future__ import annotations

import numpy as np

from anygen.core.errors import MediaError
from anygen.media.files import sniff

TIME = "time"
CHANNELS = ("accel_x", "accel_y", "accel_z", "gyro_x", "gyro_y", "gyro_z")
"""The columns of a CSV beside the time, in the order of the rows they become: m/s2, then rad/s."""
JITTER = 0.01
"""The share of a step by which times may be uneven and still count as even."""
LARGEST_GAP = 10.0
"""Steps between two rows that are still bridged, in median steps: more is a recording with a hole."""
LONGEST_LINE = 10_000
"""Characters: a table of a few columns has a hundred or two."""

_ACCEPTED = (
    f"a CSV is accepted whose first line names {TIME} (s), {', '.join(CHANNELS[:3])} (m/s2), "
    f"{', '.join(CHANNELS[3:])} (rad/s)"
)


def read_csv(name: str, data: bytes, max_rows: int, max_seconds: float) -> tuple[np.ndarray, float]:
    """Samples (6, T) float32 at an even rate, and the rate in Hz: the mean one, uneven times being interpolated.

    Raises MediaError."""
    container = sniff.container_of(data)
    if container is not None:
        raise MediaError(f"{name}: a {sniff.spoken((container,))} file; {_ACCEPTED}")
    # Lines end as Unix, Windows and old Macs end them.
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    num_lines = data.count(b"\n")
    if num_lines > max_rows + 1:
        raise MediaError(f"{name}: {num_lines} lines; at most {max_rows} rows are accepted")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MediaError(f"{name}: {sniff.describe(data)}; {_ACCEPTED}") from None
    lines = text.split("\n")
    if max(map(len, lines)) > LONGEST_LINE:
        raise MediaError(f"{name}: a line of more than {LONGEST_LINE} characters; {_ACCEPTED}")
    names = [each.strip().strip('"').lower() for each in lines[0].split(",")]
    missing = [each for each in (TIME, *CHANNELS) if names.count(each) != 1]
    if missing:
        raise MediaError(f"{name}: its first line does not name {missing[0]} once; {_ACCEPTED}")
    rows = [(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    if len(rows) > max_rows:
        raise MediaError(f"{name}: {len(rows)} rows; at most {max_rows} are accepted")
    columns = [names.index(each) for each in (TIME, *CHANNELS)]
    values_TC = _numbers(name, rows, columns) if rows else np.empty((0, len(columns)))
    if len(rows) < 2:
        number = "1 row" if rows else "no rows"
        raise MediaError(f"{name}: {number} below the first line; at least 2 are needed")
    return _even(name, values_TC[:, 0], values_TC[:, 1:], max_seconds)


def encode_csv(samples: np.ndarray, rate: float) -> bytes:
    """A CSV of (6, T) float32 at a rate in Hz, which reads back as it was."""
    lines = [",".join((TIME, *CHANNELS))]
    for index, row in enumerate(samples.T):
        # The shortest text that is this very float32 or time.
        lines.append(",".join((str(index / rate), *(str(value) for value in row))))
    return ("\n".join(lines) + "\n").encode()


def _numbers(name: str, rows: list[tuple[int, str]], columns: list[int]) -> np.ndarray:
    """The wanted columns as (T, C) float64. Raises MediaError naming the line."""
    try:
        values = np.loadtxt(
            [line for _, line in rows], delimiter=",", usecols=columns, ndmin=2, comments=None, quotechar='"'
        )
    except ValueError:
        # Read again, slowly, to name the line.
        for number, line in rows:
            cells = [each.strip().strip('"') for each in line.split(",")]
            for column in columns:
                try:
                    float(cells[column])
                except (IndexError, ValueError):
                    found = repr(cells[column][:40]) if column < len(cells) else "too few columns"
                    raise MediaError(
                        f"{name}: line {number} holds {found}; a number in every column is accepted"
                    ) from None
        raise MediaError(f"{name}: cannot be read as a table of numbers; {_ACCEPTED}") from None
    if not np.isfinite(values).all():
        number = rows[int(np.argmin(np.isfinite(values).all(axis=1)))][0]
        raise MediaError(f"{name}: line {number} holds NaN or infinity; finite numbers are accepted")
    return values


def _even(
    name: str, times_T: np.ndarray, values_TC: np.ndarray, max_seconds: float
) -> tuple[np.ndarray, float]:
    with np.errstate(over="ignore"):
        steps = np.diff(times_T)
    if steps.min() <= 0:
        raise MediaError(f"{name}: its times do not increase from row to row; seconds that do are accepted")
    span = float(times_T[-1] - times_T[0])
    if span > max_seconds:
        raise MediaError(f"{name}: {span:.0f} seconds; at most {max_seconds:.0f} are accepted")
    mean = span / len(steps)
    # The mean would hold the gap itself.
    usual = float(np.median(steps))
    if steps.max() > LARGEST_GAP * usual:
        raise MediaError(
            f"{name}: a gap of {float(steps.max()):.3g} seconds where rows are {usual:.3g} apart; "
            "a recording without gaps is accepted"
        )
    if np.abs(steps - mean).max() > JITTER * mean:
        even_T = np.linspace(times_T[0], times_T[-1], len(times_T))
        values_TC = np.stack([np.interp(even_T, times_T, each) for each in values_TC.T], axis=1)
    # What float32 cannot hold becomes infinite, and is refused with what is not finite.
    with np.errstate(over="ignore"):
        samples = np.ascontiguousarray(values_TC.T, dtype=np.float32)
    return samples, round(1 / mean, 3)
