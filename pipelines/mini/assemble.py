"""Put mini's pretrained parts together as one model whose projectors are still untrained: what stage 1 starts from.

    python -m anygen_pipelines.mini.assemble --runs runs --out runs/base

`--ship FOLDER --model CHECKPOINT` instead copies a trained checkpoint with all its parts, in half precision, into FOLDER,
which then stands alone: the preset inside the package.
"""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import load_file, save_file

from anygen.core.config import ModelConfig, from_values, read_config
from anygen.loading import checkpoint, model_manifest
from anygen.loading.build import build
from anygen_pipelines.mini.pretraining import begin, command

# Which pretraining makes which part, below --runs.
PARTS = {
    "encoder": "encoder_refined/final",
    "llm": "llm_talk/final",
    "decoders/image": "image_unet/final",
    "decoders/audio": "audio_unet/final",
    "decoders/video": "video_unet_refined/final",
}
MODEL: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("model.yaml").read_text(encoding="utf-8"))
TEMPLATE: dict[str, Any] = {
    name: value for name, value in MODEL["llm"]["template"].items() if name != "lead_ins"
}
"""The layout of conversations before anything is made in them."""


def config(folders: dict[str, str]) -> ModelConfig:
    """mini's configuration with its parts at `folders` (part -> path as the YAML will name it)."""
    values = copy.deepcopy(MODEL)
    values["encoders"]["imagebind"]["path"] = folders["encoder"]
    values["llm"]["path"] = folders["llm"]
    for name, decoder in values["decoders"].items():
        decoder["path"] = folders[f"decoders/{name}"]
    found: ModelConfig = from_values(ModelConfig, values)
    return found


def assemble(runs: Path, out: Path) -> Path:
    """A checkpoint in `out` that refers to the parts below `runs`; its projectors and signal tokens are fresh."""
    torch.manual_seed(0)
    model = build(
        config({part: (runs / path).resolve().as_posix() for part, path in PARTS.items()}), Path("/")
    )
    model.folder = Path("/")
    return checkpoint.save(model, out)


def halve(path: Path) -> None:
    """A safetensors file in half precision, in place. Raises ValueError for one that would overflow it."""
    state = load_file(path)
    halved = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
    for name, value in halved.items():
        # A causal mask holds -inf on purpose.
        if value.is_floating_point() and (value.isinf() & state[name].isfinite()).any():
            raise ValueError(f"{path}: {name} does not fit half precision")
    save_file(halved, path, metadata={"format": "pt"})


def ship(checkpoint_dir: Path, out: Path) -> Path:
    """The checkpoint with all its parts in `out`, in half precision."""
    staged = out.with_name(out.name + ".staged")
    shutil.rmtree(staged, ignore_errors=True)
    model = checkpoint.load(checkpoint_dir, merge=False)
    # How it speaks and draws by default is decided here, not by what the stages began with.
    now = config(PARTS)
    decoders = {
        name: dataclasses.replace(each, defaults=now.decoders[name].defaults)
        for name, each in model.config.decoders.items()
    }
    model.config = dataclasses.replace(
        model.config,
        decoders=decoders,
        sampling=now.sampling,
        llm=dataclasses.replace(model.config.llm, template=now.llm.template),
        description=now.description,
        licence=now.licence,
    )
    checkpoint.save(model, staged, copy_parts=True, name="mini")
    for path in staged.rglob("*.safetensors"):
        halve(path)
    # The manifest speaks of the halved files.
    model_manifest.write_manifest(build(read_config(staged / model_manifest.CONFIG), staged), staged)
    shutil.rmtree(out, ignore_errors=True)
    staged.rename(out)
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """Assemble, or ship; prints the folder."""
    parser = command(__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, help="where the untrained checkpoint goes")
    parser.add_argument("--model", type=Path, help="the trained checkpoint to ship")
    parser.add_argument("--ship", type=Path, help="the folder to ship it into")
    options = begin(parser, arguments)
    if options.ship is not None:
        print(ship(options.model, options.ship))
    else:
        print(assemble(options.runs, options.out or options.runs / "base"))


if __name__ == "__main__":
    main()
