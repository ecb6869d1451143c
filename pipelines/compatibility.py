"""docs/results/compatibility.md: what anygen expects of each published checkpoint against the recorded key lists, and the
error of its parts on the golden files. Nothing here needs a weight.

    python -m anygen_pipelines.compatibility --golden tests/golden > docs/results/compatibility.md
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anygen.config import read_config
from anygen.convert import audiocraft_names, imagebind, nextgpt, nextgpt_v15
from anygen.convert.audiocraft import convert_audiocraft
from anygen.convert.audiocraft_config import Settings, codec_config, decoder_config
from anygen.convert.coverage import Coverage, compare
from anygen.convert.t5 import SIZES
from anygen.decoders.musicgen import MusicGen
from anygen.encoders.imagebind.config import imagebind_huge
from anygen.input_projectors import build as build_input
from anygen.options import AudioOptions
from anygen.output_projectors import build as build_output
from anygen.quiet import quiet_libraries

DIM, FEATURES = 4096, 1024
BASE = nextgpt.BaseShape(dim=DIM, layers=32, key_dim=DIM, tokens=32000)
CASED = {"musicgen": "MusicGen", "audiogen": "AudioGen"}
PUBLISHED_TOTAL = 647
HEADER = """# What anygen reads of published checkpoints

Made by `python -m anygen_pipelines.compatibility --golden tests/golden`, on the meta device, without weights. The key
lists were recorded by running the reference classes (tests/golden); no published file was at hand. "Golden error" is
the largest difference to the reference's outputs over the largest output, on its classes with random weights at tiny size.

| published format | keys expected | matched | missing | unexpected | golden error |
|---|---|---|---|---|---|"""

AUDIOCRAFT = """
## AudioCraft's sounds

The largest difference of a sample, in [-1, 1], between the audiocraft package's waveforms and those of the converted model:
both tiny, of random weights, 0.2 s, two captions, the most likely codes. anygen's decoder reads an item's codes beside its
negative's, which rounds otherwise. Where `make audiocraft` was run, tests/anygen/convert/test_audiocraft_package.py does the
same with models that the package makes there and then.

| model | codes | transformers' generate | anygen's decoder |
|---|---|---|---|"""


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
    return lines + audiocraft_rows(golden)


def audiocraft_rows(golden: Path) -> list[str]:
    """Two files each: the language model and the codec, as the package's classes name their tensors."""
    from transformers import T5Config

    lines = []
    for name, texts in json.loads((golden / "configs_audiocraft.json").read_text()).items():
        lm, codec = Settings(name, texts["lm"]), Settings(name, texts["codec"])
        width, layers, ffn = SIZES[lm.get("conditioners.description.t5.name")]
        text = T5Config(d_model=width, num_layers=layers, d_ff=ffn)
        model = audiocraft_names.empty_model(text, codec_config(codec), decoder_config(lm))
        shapes = audiocraft_names.published_shapes(model)
        ours = {f"lm.{key}": shape for key, shape in shapes[audiocraft_names.LM].items()}
        ours |= {f"codec.{key}": shape for key, shape in shapes[audiocraft_names.CODEC].items()}
        coverage = compare(recorded(golden / f"keys_audiocraft_{name}.txt"), ours)
        kind, size = name.split("_")
        label = f"AudioCraft, {CASED[kind]} {size}, both files (recorded)"
        lines.append(row(label, coverage, "below"))
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


@torch.no_grad()
def audiocraft_errors(folder: Path, kind: str) -> list[tuple[float, float, float]]:
    """(guidance, error of transformers' generate, error of anygen's decoder) of a converted tiny model: the largest
    difference to the package's waveforms, samples in [-1, 1]."""
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration

    said = json.loads((folder / "golden.json").read_text())
    conditioning = {"sequence": (said["length"], said["width"]), "mask": (said["length"],)}
    lines = []
    with tempfile.TemporaryDirectory() as name, np.load(folder / kind / "outputs.npz") as outputs:
        out = convert_audiocraft(folder / kind, Path(name) / kind, folder / said["text_encoder"]).folder
        model = MusicgenForConditionalGeneration.from_pretrained(out)
        tokenizer = AutoTokenizer.from_pretrained(out)
        rate, codebooks = model.config.audio_encoder.frame_rate, model.config.decoder.num_codebooks
        steps = int(said["seconds"] * rate) + codebooks - 1
        for guidance in said["guidances"]:
            defaults = {"seconds": said["seconds"], "guidance_scale": guidance, "top_k": 1}
            decoder = MusicGen.from_pretrained(out, conditioning, defaults)
            errors = []
            for caption in said["captions"]:
                wanted = outputs[f"{guidance:g}/{caption}"]
                words = tokenizer([caption], return_tensors="pt")
                plain = model.generate(
                    **words, do_sample=False, guidance_scale=guidance, max_new_tokens=steps
                )[0, 0].numpy()
                given = decoder.encode_text([caption])
                [sound] = decoder.decode(given, AudioOptions(), [torch.Generator().manual_seed(0)])
                errors.append([np.abs(made - wanted).max() for made in (plain, sound.samples)])
            lines.append((guidance, *np.max(errors, axis=0).tolist()))
    return lines


def audiocraft_section(golden: Path) -> list[str]:
    lines = [AUDIOCRAFT]
    for kind, cased in CASED.items():
        for guidance, plain, ours in audiocraft_errors(golden / "audiocraft_tiny", kind):
            guided = f"guidance {guidance:g}" if guidance > 1 else "greedy"
            lines.append(f"| {cased} | {guided} | {plain:.1e} | {ours:.1e} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--golden", type=Path, default=Path("tests/golden"), metavar="DIR")
    options = parser.parse_args()
    with quiet_libraries("transformers"):
        print("\n".join([HEADER, *rows(options.golden), *audiocraft_section(options.golden)]))


if __name__ == "__main__":
    main()
