"""What is shown: progress on a terminal, replies, and plain values as lines a person reads."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anygen.messages.reply import Reply
    from anygen.model import AnyGen


def load(name: str, placement: Mapping[str, Any] | None = None) -> AnyGen:
    """The model, with a word on a terminal, because the first import of torch takes a while."""
    is_shown = sys.stderr.isatty()
    if is_shown:
        print(f"loading {name} ...", end="", file=sys.stderr, flush=True)
    try:
        from anygen.model import AnyGen

        return AnyGen.from_pretrained(name, **(placement or {}))
    finally:
        if is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Progress:
    """One bar per medium on a terminal; nothing in a pipe."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self.bars: dict[int, Any] = {}

    def step(self, index: int, modality: str, step: int, num_steps: int) -> None:
        if not self.is_shown:
            return
        if index not in self.bars:
            from tqdm import tqdm

            self.bars[index] = tqdm(total=num_steps, desc=modality, leave=False, file=sys.stderr)
        bar = self.bars[index]
        bar.update(step - bar.n)

    def close(self) -> None:
        for bar in self.bars.values():
            bar.close()
        self.bars.clear()


def follow(events: Iterator[Any], on_text: Callable[[str], None] = lambda text: None) -> Reply:
    """The reply at the end of a stream; text and progress are shown on the way. Raises RuntimeError where it has
    none."""
    from anygen.messages.reply import DecoderProgress, Done, TextDelta

    progress = Progress()
    try:
        for event in events:
            if isinstance(event, TextDelta):
                on_text(event.text)
            elif isinstance(event, DecoderProgress):
                progress.step(event.index, str(event.modality), event.step, event.num_steps)
            elif isinstance(event, Done):
                return event.reply
    finally:
        progress.close()
        close = getattr(events, "close", None)
        if close is not None:
            close()
    raise RuntimeError("the stream ended without a reply")


def save(reply: Reply, arguments: argparse.Namespace, stem: str | None = None) -> dict[int, Path]:
    """Write a reply's media; the path of each part that is one. Without media and --out nothing is written."""
    media = [index for index, part in enumerate(reply.parts) if not isinstance(part, str)]
    if not media and arguments.out is None:
        return {}
    folder = Path("out" if arguments.out is None else arguments.out)
    written = reply.save(folder, stem=stem or arguments.stem, copy_inputs=arguments.keep_inputs)
    return dict(zip(media, written, strict=False))


def show(reply: Reply, paths: dict[int, Path]) -> None:
    """Print a reply: each text, and the path of each medium, in order."""
    for index, part in enumerate(reply.parts):
        text = part.strip() if isinstance(part, str) else str(paths[index])
        if text:
            print(text)


def tell(found: Mapping[str, Any], as_json: bool) -> None:
    """Print nested plain values, as one JSON object or as lines."""
    print(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(as_lines(found)))


def as_lines(value: Any, indent: str = "") -> list[str]:
    """Nested plain values as indented lines a person reads. A record may come from anybody: no control characters."""
    lines = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in items:
        # Our own fields are single words joined by "_"; a file's name stays as it is.
        words = str(name).replace("_", " ") if str(name).isidentifier() else str(name)
        label = f"{indent}{words}:"
        is_list = isinstance(each, (list, tuple))
        if is_list and not any(isinstance(inner, (dict, list)) for inner in each):
            lines.append(f"{label} {', '.join(str(inner) for inner in each) or '-'}")
        elif isinstance(each, dict) or is_list:
            lines += [label, *as_lines(each, indent + "  ")] if each else [f"{label} -"]
        else:
            lines.append(f"{label} {each}")
    # Indentation is ours; whatever else is no printable character came with the record.
    return ["".join(each if each.isprintable() else repr(each)[1:-1] for each in line) for line in lines]
