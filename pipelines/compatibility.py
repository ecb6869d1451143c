"""docs/results/compatibility.md: what anygen expects of each published checkpoint against the recorded key lists, and the
error of its parts on the golden files. Nothing here needs a weight.

    python -m anygen_pipelines.compatibility --golden tests/golden > docs/results/compatibility.md
"""

from __future__ import annotations

import argparse
import ast
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anygen.config import read_config
from anygen.convert import imagebind, nextgpt, nextgpt_v15
from anygen.convert.coverage import Coverage, compare
from anygen.encoders.imagebind.config import imagebind_huge
from anygen.input_projectors import build as build_input
from anygen.output_projectors import build as build_output

DIM, FEATURES = 4096, 1024
BASE = nextgpt.BaseShape(dim=DIM, layers=32, key_dim=DIM, tokens=32000)
PUBLISHED_TOTAL = 647
HEADER = """# What anygen reads of published checkpoints

Made by `python -m anygen_pipelines.compatibility --golden tests/golden`, on the meta device, without weights. The key
lists were recorded by running the reference classes (tests/golden); no published file was at hand. "Golden error" is
the largest difference to the reference's outputs over the largest output, on its classes with random weights at tiny size.

| published format | keys expected | matched | missing | unexpected | golden error |
|---|---|---|---|---|---|"""


def recorded(path: Path) -> dict[str, tuple[int, ...]]:
    """A key list as name -> shape."""
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return {line[0]: tuple(ast.literal_eval(line[1])) for line in lines}


def row(name: str, coverage: Coverage, error: float | str) -> str:
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
        row("ImageBind, imagebind_huge.pth", huge, "at most 1e-5 (test_imagebind_golden.py)"),
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
    return lines


def _arrays(path: Path) -> dict[str, torch.Tensor]:
    with np.load(path) as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


def _relative(made: torch.Tensor, wanted: torch.Tensor) -> float:
    return ((made - wanted).abs().max() / wanted.abs().max()).item()


def _loaded(module: Any, arrays: dict[str, torch.Tensor], prefix: str) -> Any:
    state = {name.removeprefix(prefix): each for name, each in arrays.items() if name.startswith(prefix)}
    module.load_state_dict(state)
    return module.eval()


@torch.no_grad()
def golden_output(golden: Path) -> float:
    """The larger error of the two output projectors of the golden file."""
    arrays = _arrays(golden / "golden_output_projector_tiny.npz")
    errors = []
    for sizes in json.loads((golden / "golden_output_projector_tiny.json").read_text()).values():
        prefix = sizes["prefix"]
        names = ("hidden_dim", "ffn_dim", "encoder_layers", "decoder_layers", "heads")
        config = {"kind": "transformer", **{name: sizes[name] for name in names}}
        shape = {"sequence": (sizes["queries"], sizes["out_dim"])}
        family = build_output(config, sizes["in_dim"], sizes["input_tokens"], shape)
        head = _loaded(family.heads["sequence"], arrays, f"{prefix}weights/")
        made = head(arrays[f"{prefix}inputs/hidden"], arrays[f"{prefix}inputs/input_embs"])
        errors.append(_relative(made, arrays[f"{prefix}outputs/out"]))
    return max(errors)


@torch.no_grad()
def golden_input(golden: Path, kind: str) -> float:
    """The error of an input projector of the golden file: "group" or "mlp"."""
    arrays = _arrays(golden / "golden_input_projector_tiny.npz")
    sizes = json.loads((golden / "golden_input_projector_tiny.json").read_text())[kind]
    own = {name: value for name, value in sizes.items() if name not in ("in_dim", "out_dim")}
    tokens = arrays["inputs/tokens"]
    projector = build_input({"kind": kind, **own}, sizes["in_dim"], tokens.shape[1], sizes["out_dim"])
    prefix = "" if kind == "group" else "mlp_"
    return _relative(_loaded(projector, arrays, f"{prefix}weights/")(tokens), arrays[f"{prefix}outputs/out"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--golden", type=Path, default=Path("tests/golden"), metavar="DIR")
    options = parser.parse_args()
    print("\n".join([HEADER, *rows(options.golden)]))


if __name__ == "__main__":
    main()
