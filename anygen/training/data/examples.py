"""The training examples: one conversation per line of a JSONL file, read strictly.

    {"id": "...", "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Draw it bigger."}, {"type": "image", "path": "media/x.png"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Here it is: a big dog."},
                                          {"type": "image", "caption": "a big dog", "path": "media/y.png"}]}]}

`content` may also be a plain string. A user's media part needs `path`. An assistant's media part needs `caption`, the words
whose text embedding the output projector learns to give; its `path`, if any, is what later turns see of it. Paths are
relative to the folder of the JSONL file and may not leave it, nor the roots the caller names. `meta` (an object) is kept
for the user and read by nobody here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen.core.errors import nearest
from anygen.core.modality import INPUTS, MEASUREMENTS, TEXT, Modality

ROLES = ("system", "user", "assistant")


class ExampleError(ValueError):
    """A line that is no training example; the message begins with `file:line:`."""


@dataclass(frozen=True)
class MediaReference:
    """A medium of an example, by path and not yet opened.

    `path` is None for a medium the assistant makes that no later turn reads; `caption` is None for a user's."""

    modality: Modality
    path: Path | None = None
    caption: str | None = None


@dataclass(frozen=True)
class Turn:
    """One message of an example: `role` is one of `ROLES`, `parts` are words and media in their order."""

    role: str
    parts: tuple[str | MediaReference, ...]


@dataclass(frozen=True)
class Example:
    """One conversation to learn from. `source` is `file:line`, for messages about it."""

    id: str
    turns: tuple[Turn, ...]
    source: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def media(self) -> Iterator[MediaReference]:
        """Every medium of every turn, in order."""
        for turn in self.turns:
            for part in turn.parts:
                if isinstance(part, MediaReference):
                    yield part


def read_examples(
    path: Path | str,
    roots: Iterable[Path | str] = (),
    modalities: Sequence[str] = INPUTS,
    check_files: bool = True,
) -> list[Example]:
    """Read a JSONL file of examples; empty lines are skipped.

    `roots` are further folders that media paths may point into. `modalities` are the media types that may occur.
    `check_files=False` does not look whether the media exist.
    Raises ExampleError naming file and line for the first line that is not an example, and for a file without any."""
    file = Path(path)
    folder = file.resolve().parent
    allowed = (folder, *(Path(root).resolve() for root in roots))
    examples: list[Example] = []
    lines_of: dict[str, int] = {}
    try:
        with file.open("rb") as stream:
            for number, raw in enumerate(stream, start=1):
                if not raw.strip():
                    continue
                source = f"{file}:{number}"
                example = parse_example(
                    _parse_json(raw, source), source, folder, allowed, modalities, check_files
                )
                if example.id in lines_of:
                    raise ExampleError(
                        f"{source}: id {example.id!r} is already that of line {lines_of[example.id]}"
                    )
                lines_of[example.id] = number
                examples.append(example)
    except OSError as error:
        raise ExampleError(f"{file}: cannot be read ({error.strerror})") from error
    if not examples:
        raise ExampleError(
            f"{file}: holds no examples; expected one JSON object per line with 'id' and 'messages'"
        )
    return examples


def parse_example(
    record: object,
    source: str,
    folder: Path,
    allowed: Sequence[Path],
    modalities: Sequence[str] = INPUTS,
    check_files: bool = True,
) -> Example:
    """Check one decoded line and build its Example. `folder` is what paths are relative to, `allowed` where they may end.

    Raises ExampleError beginning with `source`."""
    line = _Line(source, folder, tuple(allowed), tuple(modalities), check_files)
    record = line.mapping(record, "the line", required=("id", "messages"), optional=("meta",))
    name, messages, meta = record["id"], record["messages"], record.get("meta", {})
    if not isinstance(name, str) or not name:
        raise line.error(f"'id' is {_shown(name)}; expected a non-empty string")
    if not isinstance(meta, dict):
        raise line.error(f"'meta' is {_shown(meta)}; expected an object")
    if not isinstance(messages, list) or not messages:
        raise line.error(f"'messages' is {_shown(messages)}; expected a list of messages")
    turns = tuple(line.turn(message, f"messages[{index}]") for index, message in enumerate(messages))
    roles = [turn.role for turn in turns]
    talk = roles[1:] if roles[0] == "system" else roles
    expected = ["user", "assistant"] * (len(talk) // 2)
    if not talk or talk != expected:
        raise line.error(
            f"the roles are {', '.join(roles)}; expected user and assistant in turn, ending with assistant "
            "(a system message may stand first)"
        )
    return Example(id=name, turns=turns, source=source, meta=meta)


@dataclass(frozen=True)
class _Line:
    """Where a line stands and what its media may be: what every check below needs for its message."""

    source: str
    folder: Path
    allowed: tuple[Path, ...]
    modalities: tuple[str, ...]
    check_files: bool

    def error(self, text: str) -> ExampleError:
        return ExampleError(f"{self.source}: {text}")

    def mapping(
        self, value: object, where: str, required: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(f"{where} is {_shown(value)}; expected an object with {', '.join(required)}")
        for key in value:
            if key not in required and key not in optional:
                raise self.error(
                    f"{where} has the unknown key {key!r}; {nearest(key, (*required, *optional))}"
                )
        for key in required:
            if key not in value:
                raise self.error(f"{where} lacks the key {key!r}")
        return value

    def turn(self, value: object, where: str) -> Turn:
        message = self.mapping(value, where, required=("role", "content"))
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise self.error(f"{where}.role is {_shown(role)}; expected one of {', '.join(ROLES)}")
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        if not isinstance(content, list) or not content:
            raise self.error(f"{where}.content is {_shown(content)}; expected text or a list of parts")
        parts = tuple(
            self.part(part, role, f"{where}.content[{index}]") for index, part in enumerate(content)
        )
        return Turn(role, parts)

    def part(self, value: object, role: str, where: str) -> str | MediaReference:
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            raise self.error(f"{where} is {_shown(value)}; expected an object with a 'type'")
        kind = value["type"]
        if kind == TEXT:
            text = self.mapping(value, where, required=("type", "text"))["text"]
            if not isinstance(text, str):
                raise self.error(f"{where}.text is {_shown(text)}; expected a string")
            return text
        if kind not in self.modalities:
            accepted = (TEXT, *self.modalities)
            raise self.error(f"{where}.type is {kind!r}; {nearest(kind, accepted)}")
        if role == "system":
            raise self.error(f"{where} is {kind}; a system message holds text only")
        if role == "user":
            self.mapping(value, where, required=("type", "path"))
            return MediaReference(Modality(kind), self.path(value["path"], where))
        if kind in MEASUREMENTS:
            raise self.error(f"{where} is {kind}; that is read and never made, so no assistant's")
        self.mapping(value, where, required=("type", "caption"), optional=("path",))
        caption = value["caption"]
        if not isinstance(caption, str) or not caption.strip():
            raise self.error(f"{where}.caption is {_shown(caption)}; expected the words for what is made")
        path = self.path(value["path"], where) if "path" in value else None
        return MediaReference(Modality(kind), path, caption)

    def path(self, value: object, where: str) -> Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.error(
                f"{where}.path is {_shown(value)}; expected a file name relative to {self.folder}"
            )
        resolved = (self.folder / value).resolve()
        if not any(resolved.is_relative_to(root) for root in self.allowed):
            raise self.error(f"{where}.path {value!r} leaves {self.folder} and the roots given")
        if self.check_files and not resolved.is_file():
            raise self.error(f"{where}.path {value!r} is not a file in {self.folder}")
        return resolved


def _parse_json(raw: bytes, source: str) -> object:
    try:
        return json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ExampleError(f"{source}: is not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise ExampleError(f"{source}: is not JSON ({error.msg} at column {error.colno})") from error
    except RecursionError as error:
        raise ExampleError(f"{source}: is nested too deeply for an example") from error


def _shown(value: object) -> str:
    """A value as an error message shows it: short, and its type where the value says little."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
