"""What `anygen convert imagebind` takes in time and memory, on random weights in the published form at full size.

    python -m anygen_pipelines.benchmarks.published.time_conversion FOLDER

Needs 10 GB of disk in FOLDER, for a file of 4.8 GB and what is made of it; both are removed at the end.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from anygen.encoders.imagebind.config import ImageBindConfig, imagebind_huge
from anygen.loading.convert.imagebind import CAUSAL_MASK, convert_imagebind, expected_shapes
from anygen_pipelines.benchmarks.result_page import described_parser


@dataclass(frozen=True)
class Conversion:
    """What one conversion took; `peak` is the most memory of its process, in bytes, file pages it mapped counted in."""

    tensors: int
    file_bytes: int
    seconds: float
    peak: int


def write_random(path: Path, config: ImageBindConfig) -> int:
    """A file as torch saves a state dict: every name of the published one, random values; how many."""
    generator = torch.Generator().manual_seed(0)
    tensors = {
        name: torch.randn(shape, generator=generator).mul_(0.02)
        for name, shape in expected_shapes(config).items()
    }
    if CAUSAL_MASK in tensors:
        tensors[CAUSAL_MASK] = torch.full_like(tensors[CAUSAL_MASK], float("-inf")).triu_(1)
    torch.save(tensors, path)
    return len(tensors)


def time_conversion(folder: Path, config: ImageBindConfig | None = None) -> Conversion:
    """Convert a random file in a process of its own. The command itself knows the full size alone; `config` is for tests."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        source, out = Path(made) / "imagebind_huge.pth", Path(made) / "imagebind"
        count = write_random(source, config or imagebind_huge())
        size = source.stat().st_size
        started = time.perf_counter()
        if config is None:
            command = [sys.executable, "-m", "anygen", "convert", "imagebind", str(source), str(out)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
        else:
            convert_imagebind(source, out, config)
            used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    return Conversion(count, size, seconds, used.ru_maxrss * unit)


def main() -> None:
    """The command."""
    parser = described_parser(__doc__)
    parser.add_argument("folder", type=Path)
    done = time_conversion(parser.parse_args().folder)
    print(
        f"{done.tensors} tensors, {done.file_bytes / 1e9:.1f} GB: {done.seconds:.0f} s, "
        f"at most {done.peak / 1e9:.1f} GB of memory"
    )


if __name__ == "__main__":
    main()
