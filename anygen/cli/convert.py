"""`anygen convert`: published checkpoints to safetensors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anygen.cli.arguments import Parser
from anygen.cli.exits import DONE, UsageError
from anygen.cli.terminal import tell

if TYPE_CHECKING:
    from anygen.loading.convert.coverage import Converted


def add(commands: Any) -> None:
    """The parser of `anygen convert`."""
    parser = commands.add_parser(
        "convert",
        help="make safetensors of published checkpoints",
        description="Read a published checkpoint once, check every name and shape, and write safetensors that anygen loads. "
        "Only plain weights are read: a file that holds code is refused.",
    )
    formats = parser.add_subparsers(dest="format", metavar="FORMAT", required=True, parser_class=Parser)
    imagebind = formats.add_parser("imagebind", help="Meta's imagebind_huge.pth")
    imagebind.add_argument("source", metavar="FILE", help="imagebind_huge.pth")
    nextgpt = formats.add_parser(
        "nextgpt",
        help="NExT-GPT's 7b_tiva_v0",
        epilog="The parts stay where they are and are named by path: keep them there.",
    )
    nextgpt.add_argument("source", metavar="DELTA", help="pytorch_model.pt, or the folder it lies in")
    for name, what in (
        ("base", "Vicuna-7b-v0, as safetensors"),
        ("encoder", "what `anygen convert imagebind` wrote"),
        ("image", "Stable Diffusion 1.5"),
        ("video", "zeroscope_v2_576w"),
        ("audio", "audioldm-l-full"),
    ):
        nextgpt.add_argument(f"--{name}", required=True, metavar="DIR", help=what)
    nextgpt.add_argument("--preset", metavar="FILE", help="a YAML for a model of other sizes")
    audiocraft = formats.add_parser(
        "audiocraft",
        help="AudioCraft's MusicGen and AudioGen",
        epilog="AudioCraft's files do not hold the T5 that reads captions: t5-base for MusicGen, t5-large for AudioGen.",
    )
    audiocraft.add_argument(
        "source", metavar="DIR", help="holds state_dict.bin and compression_state_dict.bin"
    )
    audiocraft.add_argument("--text-encoder", required=True, metavar="DIR", help="the T5, as published")
    audiocraft.add_argument("--codec-sha256", metavar="HEX", help="what compression_state_dict.bin must be")
    v15 = formats.add_parser("nextgpt-projectors-v15", help="projectors trained with NExT-GPT's v1.5 code")
    v15.add_argument(
        "sources", nargs="+", metavar="FILE", help="mm_input_projector.bin, mm_output_projector.bin"
    )
    vicuna = formats.add_parser("vicuna-delta", help="a Vicuna delta over LLaMA")
    vicuna.add_argument("base", metavar="BASE", help="the folder of LLaMA's weights")
    vicuna.add_argument("delta", metavar="DELTA", help="the folder of the delta")
    parts = formats.add_parser(
        "parts",
        help="a preset of published parts alone, such as bridge-small",
        description="Write config.yaml and manifest.json beside a preset's parts, once they lie in FOLDER under its paths.",
    )
    parts.add_argument("preset", metavar="PRESET", help="its name, or a YAML file")
    parts.add_argument("folder", metavar="FOLDER", help="where the parts lie")
    parts.add_argument("--json", action="store_true", help="print one JSON object")
    parts.set_defaults(run=assemble_parts)
    for each, convert in (
        (imagebind, _imagebind),
        (nextgpt, _nextgpt),
        (audiocraft, _audiocraft),
        (v15, _projectors),
        (vicuna, _vicuna),
    ):
        each.add_argument("out", metavar="OUT", help="the folder to make")
        each.add_argument("--json", action="store_true", help="print one JSON object")
        each.set_defaults(run=convert_checkpoint, convert=convert)
    for each in (imagebind, nextgpt, audiocraft):
        each.add_argument("--sha256", metavar="HEX", help="what the file must be; another one is refused")


def _imagebind(arguments: argparse.Namespace, out: Path) -> Converted:
    from anygen.loading.convert.imagebind import convert_imagebind

    return convert_imagebind(Path(arguments.source), out, sha256=arguments.sha256)


def _nextgpt(arguments: argparse.Namespace, out: Path) -> Converted:
    from anygen.loading.convert.nextgpt import PRESET, convert_nextgpt
    from anygen.loading.convert.nextgpt_parts import Parts

    decoders = {name: Path(getattr(arguments, name)) for name in ("image", "video", "audio")}
    parts = Parts(Path(arguments.base), Path(arguments.encoder), decoders)
    preset = Path(arguments.preset or PRESET)
    return convert_nextgpt(Path(arguments.source), out, parts, preset, arguments.sha256)


def _audiocraft(arguments: argparse.Namespace, out: Path) -> Converted:
    from anygen.loading.convert.audiocraft import convert_audiocraft

    hashes = (arguments.sha256, arguments.codec_sha256)
    return convert_audiocraft(Path(arguments.source), out, Path(arguments.text_encoder), *hashes)


def _projectors(arguments: argparse.Namespace, out: Path) -> Converted:
    from anygen.loading.convert.nextgpt_v15 import convert_projectors

    return convert_projectors([Path(source) for source in arguments.sources], out)


def _vicuna(arguments: argparse.Namespace, out: Path) -> Converted:
    from anygen.loading.convert.vicuna import add_delta

    return add_delta(Path(arguments.base), Path(arguments.delta), out)


def assemble_parts(arguments: argparse.Namespace) -> int:
    """`anygen convert parts`."""
    from anygen.loading.convert.parts import assemble

    done = assemble(arguments.preset, Path(arguments.folder))
    found: dict[str, object] = {"folder": str(done.folder), "parts": done.parts}
    if done.untrained:
        found["untrained"] = f"{done.untrained:,} values are fresh; docs/training.md says how to train them"
    tell(found, arguments.json)
    return DONE


def convert_checkpoint(arguments: argparse.Namespace) -> int:
    """Run one conversion and say what came of it. Whether OUT can be made is asked first: hashing takes minutes.

    Raises UsageError where it cannot."""
    out = Path(arguments.out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: is there already; name a folder that is not, or is empty")
    file = next((each for each in out.parents if each.exists() and not each.is_dir()), None)
    if file is not None:
        raise UsageError(f"{file}: is a file; a folder is accepted above {out}")
    done = arguments.convert(arguments, out)
    coverage = done.coverage
    found = {
        "folder": str(done.folder),
        "tensors": {
            "expected": coverage.expected,
            "matched": coverage.matched,
            "missing": len(coverage.missing),
            "unexpected": len(coverage.unexpected),
        },
        "read": {str(path): digest for path, digest in done.sources.items()},
        "written": {str(path): digest for path, digest in done.written.items()},
        "notes": list(done.notes),
    }
    tell(found, arguments.json)
    return DONE
