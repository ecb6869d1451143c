"""Items a second: a job at several batch sizes, one `generate()` for each item, and diffusers' own pipelines.

    python -m anygen_pipelines.benchmarks.batch_speed --work /tmp/speed --write docs/results/batch.md

All ways of one kind are timed in turn, round by round, so that a machine that others use too slows all of them alike: the
ratios are what to read.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch

from anygen import AnyGen, Audio, Image, Video
from anygen.batch.executor import BatchSize, LocalExecutor
from anygen.batch.rendering import render
from anygen.decoders.base import load_pipe
from anygen_pipelines.benchmarks.batch_faults.manifests import THINGS
from anygen_pipelines.benchmarks.result_page import page_parser, replace_section, table

TITLE = "Items a second"
HEADING = """\
Made by `python -m anygen_pipelines.benchmarks.batch_speed --work /tmp/speed --write docs/results/batch.md`: mini, one
thread, on two cores that others used too. The ways of one kind are timed in turn, {rounds} rounds; the ratio is the median
of the rounds' ratios, and what to read. "diffusers alone" draws the same kind of media from its own text encoder, with no
language model, record or ledger."""
PROMPTS = {
    "text": "What does a {} sound like?",
    "image": "Draw a {} on a blue background.",
    "audio": "Play the sound of a {}.",
    "video": "Show a {} moving left.",
}
ALONE = "one generate() and save() an item"
"""What the others are compared with."""


class _Fixed(dict[Any, BatchSize]):
    """Decoder steps of one size, in place of those found while working."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def setdefault(self, key: Any, default: Any = None) -> BatchSize:
        return super().setdefault(key, BatchSize(self.size, self.size))


def maker_of(model: Any, size: int | None) -> LocalExecutor:
    """What makes a job's answers, so many at once; None finds the size itself."""
    maker = LocalExecutor(model)
    if size is not None:
        maker.respond_size = BatchSize(size, size)
        maker.decode_sizes = _Fixed(size)
    return maker


def ways(model: Any, modality: str, count: int, work: Path) -> dict[str, Callable[[], None]]:
    """What is compared for one modality: name -> a function that makes and writes `count` items."""
    work.mkdir(parents=True, exist_ok=True)
    prompts = [PROMPTS[modality].format(THINGS[index % len(THINGS)]) for index in range(count)]
    restrict = {"modalities": ["text"]} if modality == "text" else {"require": [modality]}
    manifest = work / f"{modality}.jsonl"
    lines = [
        {"id": f"{index}", "prompt": each, "seed": index, **restrict} for index, each in enumerate(prompts)
    ]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def job(size: int | None) -> Callable[[], None]:
        def run() -> None:
            shutil.rmtree(work / "out", ignore_errors=True)
            summary = render(manifest, work / "out", model, maker=maker_of(model, size), pages=False)
            assert summary.made == count, summary

        return run

    def one_by_one() -> None:
        shutil.rmtree(work / "out", ignore_errors=True)
        for seed, prompt in enumerate(prompts):
            reply = model.generate(
                prompt, seed=seed, **{name: tuple(each) for name, each in restrict.items()}
            )
            reply.save(work / "out" / str(seed))

    found: dict[str, Callable[[], None]] = {
        f"anygen render, {size} at once": job(size) for size in (1, 4, 16)
    }
    found["anygen render, automatic"] = job(None)
    found[ALONE] = one_by_one
    if modality != "text":
        found["diffusers alone, one an item"] = plain(model, modality, count, work)
    return found


def plain(model: Any, modality: str, count: int, work: Path) -> Callable[[], None]:
    """diffusers' pipeline with its own text encoder, the same steps, guidance and sizes: it knows of no language model."""
    folder = Path(str(files("anygen"))) / "loading" / "presets" / "mini" / "decoders" / modality
    decoder = model.decoders[modality]
    pipe = load_pipe(decoder.pipeline_name, folder, torch.float32, **decoder.components(folder))
    defaults = dict(decoder.defaults)
    given = {name: defaults[name] for name in defaults if name not in ("fps", "seconds", "negative_prompt")}
    if "seconds" in defaults:
        given["audio_length_in_s"] = defaults["seconds"]

    def run() -> None:
        shutil.rmtree(work / "out", ignore_errors=True)
        (work / "out").mkdir()
        for index in range(count):
            with torch.inference_mode():
                made = pipe(
                    f"a {THINGS[index % len(THINGS)]}",
                    generator=torch.Generator().manual_seed(index),
                    output_type="np",
                    **given,
                )
            save(modality, made, work / "out" / f"{index}")

    return run


def save(modality: str, made: Any, stem: Path) -> None:
    """What a pipeline gave, as a file as anygen writes it, without a record."""

    def eight_bits(values: Any) -> Any:
        return (values * 255).round().astype("uint8")

    if modality == "image":
        Image(eight_bits(made.images[0])).save(stem.with_suffix(".png"))
    elif modality == "audio":
        Audio(made.audios[0].astype("float32").clip(-1, 1), 16000).save(stem.with_suffix(".wav"))
    else:
        Video(eight_bits(made.frames[0]), 4).save(stem.with_suffix(".mp4"))


def in_turn(runs: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each run in each round, taken in turn."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            took[name].append(time.perf_counter() - began)
    return took


def main(words: list[str] | None = None) -> int:
    """The command; its exit code."""
    parser = page_parser(__doc__)
    parser.add_argument(
        "--items", type=int, default=16, help="of text, image and audio; an eighth of it of video"
    )
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args(words)
    torch.set_num_threads(1)
    model = AnyGen.from_pretrained("mini")
    rows: list[tuple[object, ...]] = []
    for modality in PROMPTS:
        count = max(2, arguments.items // 8) if modality == "video" else arguments.items
        # Load and warm what all of them use.
        warm = ways(model, modality, 1, arguments.work / "warm")
        for run in (warm[ALONE], list(warm.values())[-1]):
            run()
        took = in_turn(ways(model, modality, count, arguments.work), arguments.rounds)
        base = took[ALONE]
        for name, seconds in took.items():
            ratio = statistics.median(b / s for b, s in zip(base, seconds, strict=True))
            rows.append((modality, count, name, f"{count / statistics.median(seconds):.2f}", f"{ratio:.2f}"))
        header = ("kind", "items", "way", "items a second (median)", "times generate()")
        page = f"{HEADING.format(rounds=arguments.rounds)}\n\n{table(header, rows)}"
        print(page, flush=True)
        if arguments.write is not None:
            replace_section(arguments.write, TITLE, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
