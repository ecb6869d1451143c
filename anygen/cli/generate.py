"""`anygen generate`: answer one prompt."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from anygen.cli.arguments import (
    Parser,
    add_model,
    add_options,
    add_out,
    add_placement,
    names,
    options_from,
    placed,
)
from anygen.cli.exits import DONE, UsageError
from anygen.cli.terminal import follow, load, save, show
from anygen.core.errors import nearest
from anygen.core.modality import INPUTS, Modality


class AddPart(argparse.Action):
    """Appends (kind, value) to `parts`, so that texts and media keep the order they stand in."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        namespace.parts = [*(namespace.parts or ()), (self.dest, values)]


def add(commands: Any) -> None:
    """The parser of `anygen generate`."""
    parser = commands.add_parser(
        "generate",
        help="answer one prompt",
        usage="anygen generate [TEXT | --image PATH | --audio PATH | --video PATH | ...] ... [options]",
        description="Answer one prompt. Texts and media are read in the order they stand. Depth, thermal and IMU are for "
        "models that read them (docs/inputs.md).",
        epilog="examples:\n"
        '  anygen generate "Draw what you hear." --audio bark.wav --seed 7 --out out/\n'
        '  anygen generate "The thing in this picture:" --image a.png "with the sound of this:" --audio b.wav\n'
        '  anygen generate "Draw a red car." --require image --image.num_inference_steps 20 --json\n'
        "  echo 'What can you do?' | anygen generate -",
    )
    parser.add_argument(
        "--text",
        action=AddPart,
        metavar="TEXT",
        help="a text; TEXT alone is the same; - reads standard input",
    )
    for modality in INPUTS:
        parser.add_argument(
            f"--{modality}", action=AddPart, metavar="PATH", help=f"a file to read as {modality}"
        )
    parser.set_defaults(parts=[], run=generate)
    add_model(parser)
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="decides everything left to chance (default 0)"
    )
    parser.add_argument(
        "--modalities",
        type=names,
        metavar="LIST",
        help="what may come back: text,image,audio,video (default: any)",
    )
    parser.add_argument("--require", type=names, default=(), metavar="LIST", help="what must come back")
    add_out(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object: parts, seed, timings")
    add_placement(parser)
    add_options(parser)


def generate(arguments: argparse.Namespace) -> int:
    """Answer the prompt, and write and print what came back. Raises UsageError where nothing is asked."""
    from anygen.messages.message import as_messages

    options = options_from(arguments)
    if not arguments.parts:
        raise UsageError("anygen generate: nothing is asked; give a text, --image, --audio or --video")
    prompt = as_messages([_part(kind, value) for kind, value in arguments.parts])
    model = load(arguments.model, placed(arguments))
    events = model.stream(
        prompt,
        seed=arguments.seed,
        options=options,
        modalities=arguments.modalities,
        require=arguments.require,
    )
    reply = follow(events)
    paths = save(reply, arguments)
    if arguments.json:
        parts = [
            {"type": "text", "text": part}
            if isinstance(part, str)
            else {"type": str(part.modality), "path": str(paths[index])}
            for index, part in enumerate(reply.parts)
        ]
        timings = {name: round(seconds, 4) for name, seconds in reply.timings.items()}
        print(json.dumps({"parts": parts, "seed": reply.seed, "timings": timings}, ensure_ascii=False))
        return DONE
    show(reply, paths)
    return DONE


def _part(kind: str, value: str) -> Any:
    from anygen.media.types import MEDIA_TYPES

    if kind == "text":
        return sys.stdin.read() if value == "-" else value
    return MEDIA_TYPES[Modality(kind)].open(value)


def with_marked_texts(parser: Parser, arguments: Sequence[str]) -> list[str]:
    """Bare texts as --text=..., because argparse does not keep the order of bare arguments among options.

    Raises UsageError for an unknown option, with the nearest known one."""
    actions = {option: action for action in parser._actions for option in action.option_strings}
    marked: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return marked + [f"--text={each}" for each in rest]
        if not word.startswith("-") or word == "-" or " " in word.split("=", 1)[0]:
            marked.append(f"--text={word}")
            continue
        name, has_value, _ = word.partition("=")
        if name not in actions:
            raise UsageError(f"{parser.prog}: unknown option {name}; {nearest(name, actions)}")
        if not has_value and actions[name].nargs is None:
            if not rest or rest[0].partition("=")[0] in actions:
                raise UsageError(f"{parser.prog}: {name} needs a value")
            word = f"{name}={rest.pop(0)}"
        marked.append(word)
    return marked
