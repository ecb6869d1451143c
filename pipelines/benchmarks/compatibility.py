"""docs/results/compatibility.md: what anygen expects of each published checkpoint against the recorded key lists, the error
of its parts on the golden files, the memory of every preset by its architecture, and what a conversion takes.

    python -m anygen_pipelines.benchmarks.compatibility --convert-in FOLDER > docs/results/compatibility.md

Nothing here needs a published weight. The conversion writes 10 GB into FOLDER and removes them; without it its section is
left out.
"""

from __future__ import annotations

import ast
import math
from pathlib import Path

from anygen.core.config import read_config
from anygen.core.library_logging import quiet_libraries
from anygen.encoders.imagebind.config import imagebind_huge
from anygen.loading.convert import imagebind, nextgpt, nextgpt_parts, nextgpt_v15
from anygen.loading.convert.coverage import Coverage, compare
from anygen_pipelines.benchmarks.published import audiocraft
from anygen_pipelines.benchmarks.published.golden import golden_imagebind, golden_input, golden_output
from anygen_pipelines.benchmarks.published.memory_tables import memory_section
from anygen_pipelines.benchmarks.published.time_conversion import time_conversion
from anygen_pipelines.benchmarks.result_page import described_parser

DIM, FEATURES = 4096, 1024
BASE = nextgpt_parts.BaseShape(dim=DIM, layers=32, key_dim=DIM, tokens=32000)
PUBLISHED_TOTAL = 647
HEADER = """# What anygen reads of published checkpoints

Made by `python -m anygen_pipelines.benchmarks.compatibility --golden tests/golden --convert-in FOLDER`, without a published
file: none was at hand.

## Names, shapes and numbers

The key lists were recorded by running the reference classes (tests/golden); ours are counted on the meta device. "Golden
error" is the largest difference to the reference's outputs over the largest output, on its classes with random weights at
tiny size.

| published format | keys expected | matched | missing | unexpected | golden error |
|---|---|---|---|---|---|"""


def recorded(path: Path) -> dict[str, tuple[int, ...]]:
    """A key list as name -> shape."""
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return {line[0]: tuple(ast.literal_eval(line[1])) for line in lines}


def row(name: str, coverage: Coverage, error: float | str) -> str:
    """A line of the table of formats."""
    missing = len(coverage.missing) + len(coverage.reshaped)
    shown = error if isinstance(error, str) else f"{error:.1e}"
    numbers = (coverage.expected, coverage.matched, missing, len(coverage.unexpected))
    return f"| {name} | {' | '.join(map(str, numbers))} | {shown} |"


def rows(golden: Path) -> list[str]:
    """One line of the table for each published format."""
    legacy = read_config(nextgpt.PRESET)
    names = {name: each.shape for name, each in nextgpt.published_names(legacy, BASE, FEATURES).items()}
    projectors = recorded(golden / "keys_legacy_output_projectors.txt")
    lm = "llama_model.base_model.model."
    # Spec, section 3.1: what the finished model's file holds beside the projectors.
    documented = {
        "llama_proj.weight": (DIM, FEATURES),
        "llama_proj.bias": (DIM,),
        f"{lm}model.embed_tokens.weight": (32038, DIM),
        f"{lm}lm_head.weight": (32038, DIM),
        **projectors,
    }
    for layer in range(32):
        for target in "qkvo":
            module = f"{lm}model.layers.{layer}.self_attn.{target}_proj"
            documented[f"{module}.lora_A.default.weight"] = (32, DIM)
            documented[f"{module}.lora_B.default.weight"] = (DIM, 32)
    v15 = read_config(nextgpt_v15.PRESET)
    theirs = {n.removeprefix("model."): s for n, s in recorded(golden / "keys_v15_projectors.txt").items()}
    ours = {n: s for n, (_, s) in nextgpt_v15.published_names(v15, "group", FEATURES, DIM).items()}

    def part(shapes: dict[str, tuple[int, ...]], prefix: str) -> dict[str, tuple[int, ...]]:
        return {name: shape for name, shape in shapes.items() if name.startswith(prefix)}

    output_error = golden_output(golden)
    size = 2 * sum(math.prod(shape) for shape in names.values())
    huge = compare(recorded(golden / "keys_imagebind_huge.txt"), imagebind.expected_shapes(imagebind_huge()))
    lines = [
        row("ImageBind, imagebind_huge.pth", huge, golden_imagebind(golden, "upstream")),
        f"| - as NExT-GPT reads it (no audio scale) | - | - | - | - | {golden_imagebind(golden, 'legacy'):.1e} |",
        f"| - as NExT-GPT v1.5 reads it (its tokens) | - | - | - | - | {golden_imagebind(golden, 'v15'):.1e} |",
        row(
            f"NExT-GPT 7b_tiva_v0, pytorch_model.pt (as documented; {size / 1e6:.0f} MB at half precision)",
            compare(documented, names),
            "-",
        ),
    ]
    for modality, prefix in nextgpt.OUTPUTS.items():
        coverage = compare(part(projectors, f"{prefix}."), part(names, f"{prefix}."))
        lines.append(row(f"- its {modality} output projector (recorded)", coverage, output_error))
    coverage = compare(part(theirs, nextgpt_v15.INPUT), part(ours, nextgpt_v15.INPUT))
    lines.append(row("NExT-GPT v1.5, group input projector", coverage, golden_input(golden, "group")))
    lines.append(
        "| NExT-GPT v1.5, mlp input projector (no list recorded) | 4 | - | - | - | "
        f"{golden_input(golden, 'mlp'):.1e} |"
    )
    for modality, prefix in nextgpt_v15.OUTPUTS.items():
        coverage = compare(part(theirs, prefix), part(ours, prefix))
        lines.append(row(f"NExT-GPT v1.5, {modality} output projector", coverage, output_error))
    for name, coverage in audiocraft.coverages(golden, recorded):
        lines.append(row(f"AudioCraft, {name}, both files (recorded)", coverage, "below"))
    return lines


def main() -> None:
    """The command."""
    parser = described_parser(__doc__)
    parser.add_argument("--golden", type=Path, default=Path("tests/golden"), metavar="DIR")
    parser.add_argument("--convert-in", type=Path, metavar="FOLDER", help="time a conversion at full size")
    options = parser.parse_args()
    with quiet_libraries("transformers"):
        sounds = audiocraft.section(options.golden)
        page = "\n".join([HEADER, *rows(options.golden), *sounds]) + "\n\n" + memory_section()
    if options.convert_in is not None:
        page += "\n\n" + conversion_section(options.convert_in)
    print(page)


def conversion_section(folder: Path) -> str:
    """Time a conversion in `folder`, and say what it took."""
    done = time_conversion(folder)
    return (
        "## What a conversion takes\n\n"
        f"`anygen convert imagebind` on {done.tensors} tensors of random values in the published form "
        f"({done.file_bytes / 1e9:.1f} GB, single precision), one thread: {done.seconds:.0f} s and at most "
        f"{done.peak / 1e9:.1f} GB of memory, the pages of the mapped file counted in. Alone: "
        "`python -m anygen_pipelines.benchmarks.published.time_conversion FOLDER`."
    )


if __name__ == "__main__":
    main()
