"""Seconds and memory of one model in a process of its own: python -m anygen_pipelines.mini.evaluation.costs MODEL

Imports are done before the clock starts; every answer is timed warm, the median of three seeds. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

REQUESTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "text": ("Hello! Who are you?", ()),
    "image": ("Draw a small dog on the left on a blue background.", ("image",)),
    "audio": ("Let me hear a dog.", ("audio",)),
    "video": ("Make a clip of a big cat moving left on a green background.", ("video",)),
    "all four": ("Draw a dog, let me hear it, and make a clip of it spinning.", ("image", "audio", "video")),
}
AIMS = {"load": 3.0, "text": 0.5, "image": 1.0, "audio": 2.0, "video": 4.0, "all four": 8.0,
        "peak memory": 2.0, "import anygen": 0.5}  # fmt: skip


def measure(model_name: str, num_threads: int) -> dict[str, float]:
    """Seconds by request, seconds to load, GB of peak memory. Runs in this process."""
    import torch

    import anygen

    torch.set_num_threads(num_threads)
    _import_everything()
    started = time.perf_counter()
    model = anygen.AnyGen.from_pretrained(model_name)
    found = {"load": time.perf_counter() - started}
    for name, (words, required) in REQUESTS.items():
        seconds = []
        for seed in range(4):
            started = time.perf_counter()
            model.generate(words, require=required, modalities=("text", *required), seed=seed)
            seconds.append(time.perf_counter() - started)
        found[name] = statistics.median(seconds[1:])
    found["peak memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return found


def _import_everything() -> None:
    """What the first answer would import, so that loading and answering are timed alone."""
    from diffusers import (  # noqa: F401
        AudioLDMPipeline,
        StableDiffusionPipeline,
        TextToVideoSDPipeline,
    )
    from transformers import LlamaForCausalLM  # noqa: F401


def measure_apart(model_name: str, num_threads: int = 2) -> dict[str, float]:
    """`measure` in a fresh process, and the seconds `import anygen` takes in another."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(num_threads))
    command = [sys.executable, "-m", __name__, model_name, "--threads", str(num_threads)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(answer.stdout.strip().splitlines()[-1])
    timing = "import time; t = time.perf_counter(); import anygen; print(time.perf_counter() - t)"
    command = [sys.executable, "-c", timing]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(3)]
    found["import anygen"] = statistics.median(float(each.stdout) for each in runs)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what `measure` gives."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.model, options.threads)))


if __name__ == "__main__":
    main()
