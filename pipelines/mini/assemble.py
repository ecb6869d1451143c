"""Put mini's pretrained parts together as one model whose projectors are still untrained: what stage 1 starts from.

    python -m anygen_pipelines.mini.assemble --runs runs --out runs/base

`--ship FOLDER --model CHECKPOINT` instead copies a trained checkpoint with all its parts, in half precision, into FOLDER,
which then stands alone: the preset inside the package.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from anygen.core.config import ModelConfig, from_values, read_config
from anygen.loading import checkpoint, manifest
from anygen.loading.build import build
from anygen_pipelines.mini import world
from anygen_pipelines.mini.pretrain_text_encoders import MAX_TOKENS, WIDTH
from anygen_pipelines.mini.pretraining import set_up_script

# Which pretraining makes which part, below --runs.
PARTS = {
    "encoder": "encoder_refined/final",
    "llm": "llm_talk/final",
    "decoders/image": "image_unet/final",
    "decoders/audio": "audio_unet/final",
    "decoders/video": "video_unet_refined/final",
}
DESCRIPTION = (
    "A small any-to-any model of a small world: 20 things on 8 colours, 16 sounds, 7 motions. It shows the machine at work; "
    "it knows nothing else."
)
LICENCE = "Apache-2.0 (weights trained on recordings of ESC-10, CC BY 3.0, and sprites of Noto Color Emoji, OFL 1.1)"
TEMPLATE = {"begin": "<s>", "user": "<user>", "user_end": "", "assistant": "<assistant>", "end": "</s>"}
LEAD_INS = {"image": " Here you are:", "audio": " Listen: the sound of", "video": " Watch:"}
_PROJECTOR = {
    "kind": "transformer",
    "hidden_dim": 128,
    "ffn_dim": 256,
    "encoder_layers": 1,
    "decoder_layers": 2,
    "heads": 4,
    "positions": True,
    "input_norm": True,
}


def config(folders: dict[str, str]) -> ModelConfig:
    """mini's configuration with its parts at `folders` (part -> path as the YAML will name it)."""
    read = ("image", "audio", "video")
    square = {"height": world.CANVAS, "width": world.CANVAS}
    return from_values(
        ModelConfig,
        {
            "name": "mini",
            "description": DESCRIPTION,
            "licence": LICENCE,
            "commercial": True,
            "encoders": {"imagebind": {"kind": "imagebind", "path": folders["encoder"], "modalities": read}},
            # Without a hidden layer: one learns by heart which things stood on which colours (docs/decisions/0013).
            "input_projectors": {name: {"kind": "linear", "tokens_per_feature": 4} for name in read},
            "llm": {
                "path": folders["llm"],
                "signal_tokens": {"image": 4, "video": 4, "audio": 2},
                "template": {**TEMPLATE, "lead_ins": LEAD_INS},
            },
            "output_projectors": {
                "image": dict(_PROJECTOR),
                "video": dict(_PROJECTOR),
                "audio": {**_PROJECTOR, "normalize": True},
            },
            "decoders": {
                "image": {
                    "kind": "stable_diffusion",
                    "path": folders["decoders/image"],
                    "conditioning": {"sequence": (MAX_TOKENS, WIDTH)},
                    "defaults": {"num_inference_steps": 12, "guidance_scale": 1.5, **square},
                },
                "video": {
                    "kind": "text_to_video_sd",
                    "path": folders["decoders/video"],
                    "conditioning": {"sequence": (MAX_TOKENS, WIDTH)},
                    "defaults": {
                        "num_inference_steps": 12,
                        "guidance_scale": 2.0,
                        "num_frames": world.NUM_FRAMES,
                        "fps": world.FPS,
                        **square,
                    },
                },
                "audio": {
                    "kind": "audioldm",
                    "path": folders["decoders/audio"],
                    "conditioning": {"pooled": (WIDTH,)},
                    "defaults": {"num_inference_steps": 16, "guidance_scale": 2.5, "seconds": 2.56},
                },
            },
            "sampling": {"max_new_tokens": 160, "temperature": 0.5, "top_p": 0.9},
        },
    )


def assemble(runs: Path, out: Path) -> Path:
    """A checkpoint in `out` that refers to the parts below `runs`; its projectors and signal tokens are fresh."""
    torch.manual_seed(0)
    model = build(
        config({part: (runs / path).resolve().as_posix() for part, path in PARTS.items()}), Path("/")
    )
    model.folder = Path("/")
    return checkpoint.save(model, out)


def halve(path: Path) -> None:
    """A safetensors file in half precision, in place; what would overflow it is refused."""
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
    manifest.write_manifest(build(read_config(staged / manifest.CONFIG), staged), staged)
    shutil.rmtree(out, ignore_errors=True)
    staged.rename(out)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, help="where the untrained checkpoint goes")
    parser.add_argument("--model", type=Path, help="the trained checkpoint to ship")
    parser.add_argument("--ship", type=Path, help="the folder to ship it into")
    arguments = parser.parse_args()
    set_up_script()
    if arguments.ship is not None:
        print(ship(arguments.model, arguments.ship))
    else:
        print(assemble(arguments.runs, arguments.out or arguments.runs / "base"))


if __name__ == "__main__":
    main()
