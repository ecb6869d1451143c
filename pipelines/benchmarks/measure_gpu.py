"""docs/results/gpu.md: what a preset at full size takes on a card, with random weights: memory, seconds, tokens a second.

    python -m anygen_pipelines.benchmarks.measure_gpu --preset nextgpt-7b --limit-gb 24

The process is held to --limit-gb of the card, each part is built on it at half precision, and one reply holds text, an
image, a sound and a clip. Random weights cost what trained ones cost, and say nothing of quality. Without a card `--small`
runs tiny sizes of the same classes on the CPU; such numbers only show that the measuring works.
"""

from __future__ import annotations

import contextlib
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anygen import Audio, Image, Video
from anygen.core.atomic import write_files
from anygen.core.config import ModelConfig, read_config
from anygen.core.modality import Modality
from anygen.loading import presets
from anygen_pipelines.benchmarks.published.random_model import Site, random_model
from anygen_pipelines.benchmarks.result_page import described_parser

COMMAND = "python -m anygen_pipelines.benchmarks.measure_gpu"
SMALL = {
    "num_inference_steps": 2, "height": 64, "width": 64, "num_frames": 5, "fps": 4, "seconds": 1,
}  # fmt: skip
"""Options of the small twins, in place of a preset's own."""
NAMES = ("torch", "transformers", "diffusers")
FULL_MARK, SMALL_MARK = "<!-- full size: {} -->", "<!-- small twin: {} -->"


@dataclass
class Row:
    """One phase: its seconds, and the most memory of the device during it, in bytes (0 on the CPU)."""

    name: str
    seconds: float
    peak: int = 0
    note: str = ""


@dataclass
class Watch:
    """Measures phases on one device."""

    device: torch.device
    rows: list[Row] = field(default_factory=list)

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        started = time.perf_counter()
        yield
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        self.rows.append(Row(name, time.perf_counter() - started, self._peak()))

    def _peak(self) -> int:
        return torch.cuda.max_memory_allocated() if self.device.type == "cuda" else 0


def measure(preset: str, small: bool, device: torch.device, dtype: torch.dtype, tokens: int) -> list[Row]:
    """Build the preset, read one medium of each modality, answer with everything, draw it. Raises ValueError."""
    config = configured(preset, small)
    watch = Watch(device)
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        site = Site(Path(folder), device, dtype, small, lambda part: watch(f"build {part}"))
        model = random_model(config, site)
        media = inputs(config)
        prompt: list[Any] = ["Answer these with all you have.", *media.values()]
        makes = tuple(config.decoders)
        options = {"max_new_tokens": tokens}
        for modality, medium in media.items():
            with watch(f"read {modality}"), torch.no_grad():
                encoder = model.encoders[modality]
                encoder.encode(modality, encoder.prepare(modality, medium)[None].to(device))
        with watch("answer"):
            (response,) = model.respond([prompt], options, [0], None, makes)
        said, seconds = len(response.token_ids), response.timings["llm"]
        watch.rows[-1].note = f"{said} tokens, {said / seconds:.1f} a second"
        for name in config.decoders:
            spans = tuple(each for each in response.spans if each.modality == name)[:1]
            with watch(f"draw {name}"):
                model.render([replace(response, parts=spans)])
            watch.rows[-1].note = _size(config, name)
        model.decoders.release()
        with watch("one reply with all of them"):
            reply = model.generate(prompt, 0, options, None, makes)
        watch.rows[-1].note = ", ".join(type(part).__name__.lower() for part in reply.parts if part)
        if missing := [each for each in makes if not reply.of(Modality(each))]:
            raise ValueError(f"{preset}: the reply holds no {', '.join(missing)}")
    return watch.rows


def configured(preset: str, small: bool) -> ModelConfig:
    """A preset by name; for its small twin, with small media too. Raises ValueError."""
    plans = presets.plans()
    if preset not in plans:
        raise ValueError(f"{preset!r} is no preset without weights; {', '.join(plans)} are accepted")
    config = read_config(plans[preset])
    if not config.encoders:
        raise ValueError(f"{preset}: reads without encoders; presets with encoders can be measured here")
    if not small:
        return config
    decoders = {
        name: replace(each, defaults={key: SMALL.get(key, value) for key, value in each.defaults.items()})
        for name, each in config.decoders.items()
    }
    return replace(config, decoders=decoders)


def inputs(config: ModelConfig) -> dict[Modality, Any]:
    """A medium of noise for each modality that is read."""
    random = np.random.default_rng(0)
    made = {
        "image": Image(random.integers(0, 256, (480, 640, 3), dtype=np.uint8)),
        "audio": Audio(random.normal(0, 0.1, 5 * 16_000).astype(np.float32), 16_000),
        "video": Video(random.integers(0, 256, (16, 240, 320, 3), dtype=np.uint8), 8.0),
    }
    return {Modality(name): made[name] for name in config.input_projectors}


def _size(config: ModelConfig, modality: str) -> str:
    defaults = config.decoders[modality].defaults
    shown = [f"steps {defaults['num_inference_steps']}"]
    if "height" in defaults:
        shown.append(f"{defaults['height']} x {defaults['width']}")
    shown += [
        f"{key.removeprefix('num_')} {defaults[key]}" for key in ("num_frames", "seconds") if key in defaults
    ]
    return ", ".join(shown)


def section(title: str, command: str, rows: list[Row], device: torch.device) -> str:
    """One table of the page."""
    import importlib.metadata as metadata

    versions = ", ".join(f"{name} {metadata.version(name)}" for name in NAMES)
    where = f"{platform.machine()} CPU, {torch.get_num_threads()} thread(s)"
    if device.type == "cuda":
        where = torch.cuda.get_device_name(device)
        versions += f", CUDA {torch.version.cuda}"
    lines = [
        f"## {title}", "", f"`{command}` on {where}; Python {platform.python_version()}, {versions}.", "",
        "| phase | seconds | peak memory | |", "|---|---|---|---|",
    ]  # fmt: skip
    for row in rows:
        peak = f"{row.peak / 1e9:.1f} GB" if row.peak else "-"
        lines.append(f"| {row.name} | {row.seconds:.2f} | {peak} | {row.note} |")
    if device.type == "cuda":
        total = max(row.peak for row in rows)
        lines += ["", f"At most {total / 1e9:.1f} GB of the card at any time."]
    else:
        unit = 1 if sys.platform == "darwin" else 1024
        total = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        lines += ["", f"The process took at most {total / 1e9:.1f} GB of memory, its libraries included."]
    return "\n".join(lines)


def awaiting(preset: str) -> str:
    """The section of a preset that was measured on no card."""
    return (
        f"## {preset} at full size\n\nNot measured yet: no card was at hand. The command that measures it and writes "
        f"its table here:\n\n    {COMMAND} --preset {preset} --limit-gb 24"
    )


def put(page: str, mark: str, text: str) -> str:
    """The page with the section behind `mark` replaced, or added at its end."""
    end = mark.replace("<!-- ", "<!-- end of ")
    block = f"{mark}\n{text}\n{end}\n"
    if mark not in page:
        return f"{page}\n{block}"
    before, _, rest = page.partition(mark)
    return before + block + rest.partition(f"{end}\n")[2]


HEADER = """# Measured on a card

Presets with random weights of their real sizes: memory and time are those of trained weights, what they say is noise.
`draw` builds its decoder first, and so counts `build` in. Tables of small twins, tiny sizes of the same classes on a CPU,
show that the measuring works and nothing else.
"""


def main() -> None:
    """The command."""
    parser = described_parser(__doc__)
    parser.add_argument("--preset", default="nextgpt-7b", metavar="NAME")
    parser.add_argument("--small", action="store_true", help="tiny sizes of the same classes, on the CPU")
    parser.add_argument(
        "--limit-gb", type=float, default=24.0, metavar="GB", help="memory of the card to use"
    )
    parser.add_argument("--dtype", choices=("float16", "bfloat16"), default="bfloat16")
    parser.add_argument("--tokens", type=int, default=128, help="tokens the language model may say")
    parser.add_argument("--write", type=Path, default=Path("docs/results/gpu.md"), metavar="FILE")
    options = parser.parse_args()
    if not options.small and not torch.cuda.is_available():
        print("no CUDA device that torch can use; --small measures tiny sizes on the CPU", file=sys.stderr)
        raise SystemExit(3)
    device = torch.device("cpu" if options.small else "cuda:0")
    dtype = torch.float32 if options.small else getattr(torch, options.dtype)
    command = f"{COMMAND} --preset {options.preset}"
    if options.small:
        command += " --small"
        title = f"{options.preset}: the small twin"
    else:
        total = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, options.limit_gb * 1e9 / total), device)
        command += f" --limit-gb {options.limit_gb:g} --dtype {options.dtype}"
        title = f"{options.preset} at full size"
    try:
        rows = measure(options.preset, options.small, device, dtype, options.tokens)
    except (ValueError, torch.OutOfMemoryError) as error:
        print(" ".join(str(error).split())[:300], file=sys.stderr)
        raise SystemExit(2 if isinstance(error, ValueError) else 3) from error
    page = options.write.read_text(encoding="utf-8") if options.write.is_file() else HEADER
    full = FULL_MARK.format(options.preset)
    if options.small and full not in page:
        page = put(page, full, awaiting(options.preset))
    mark = SMALL_MARK.format(options.preset) if options.small else full
    page = put(page, mark, section(title, command, rows, device))
    options.write.parent.mkdir(parents=True, exist_ok=True)
    write_files([(options.write, page.encode())])
    print(f"{options.write}: {title}")


if __name__ == "__main__":
    main()
