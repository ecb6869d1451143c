"""A conversation in the terminal: lines of text, media by commands, what was made stays in it."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anygen.cli.exits import DONE, complain
from anygen.cli.terminal import follow, save, show
from anygen.core.atomic import write_files
from anygen.core.errors import PromptError, nearest
from anygen.core.modality import Modality
from anygen.core.seeds import check_seed
from anygen.media.types import MEDIA_TYPES
from anygen.messages.message import Message
from anygen.messages.options import GenerationOptions

if TYPE_CHECKING:
    from anygen.model import AnyGen

HELP = """\
Write a line to ask. Media go with the next line:
  /image PATH   /audio PATH   /video PATH   /depth PATH   /thermal PATH   /imu PATH
  /save DIR     write the whole conversation and its media
  /seed N       the next answer's seed (then N + 1, ...)
  /new          forget the conversation
  /help         this
  /quit         leave (also Ctrl-D); Ctrl-C stops an answer"""

COMMANDS = tuple(re.findall("/[a-z]+", HELP))


class Chat:
    """Reads lines from standard input until /quit or its end. On a terminal it prompts and shows text as it is written."""

    def __init__(self, model: AnyGen, arguments: argparse.Namespace, options: GenerationOptions) -> None:
        self.model, self.arguments, self.options = model, arguments, options
        self.seed = check_seed(arguments.seed)
        self.messages: list[Message] = []
        self.waiting: list[Any] = []
        self.num_answers = 0
        self.is_terminal = sys.stdin.isatty() and sys.stdout.isatty()

    def run(self) -> int:
        if self.is_terminal:
            print(
                f"{self.model.name} reads {', '.join(self.model.reads)} and makes {', '.join(self.model.makes)}. /help"
            )
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401  gives input() a history and line editing
        while True:
            try:
                line = self._read()
                if line is None or not self._take(line.strip()):
                    return DONE
            except KeyboardInterrupt:
                if not self.is_terminal:
                    raise
                print("\nstopped (/quit or Ctrl-D leaves)")
            except OSError as error:
                where = f"{error.filename}: " if error.filename else ""
                complain(f"{where}{error.strerror or error}; nothing half-written is left")
            except (ValueError, RuntimeError, FloatingPointError) as error:
                # A bad command costs a sentence, never the conversation.
                complain(str(error))

    def _read(self) -> str | None:
        if not self.is_terminal:
            return sys.stdin.readline() or None
        try:
            return input("> ")
        except EOFError:
            print()
            return None

    def _take(self, line: str) -> bool:
        """Act on one line; False to leave."""
        if not line and not self.waiting:
            return True
        if not line.startswith("/"):
            self._answer(line)
            return True
        command, _, rest = line.partition(" ")
        rest = rest.strip().strip("\"'")
        if command == "/quit":
            return False
        if command[1:] in MEDIA_TYPES:
            media = MEDIA_TYPES[Modality(command[1:])].open(Path(rest).expanduser())
            self.waiting.append(media)
            print(f"{media!r} goes with your next line")
        elif command == "/save":
            print(self._save(Path(rest or "out").expanduser()))
        elif command == "/seed":
            self.seed = check_seed(int(rest) if rest.isdecimal() and len(rest) < 20 else rest)
        elif command == "/new":
            self.messages, self.waiting = [], []
        elif command == "/help":
            print(HELP)
        else:
            raise PromptError(f"unknown command {command}; {nearest(command, COMMANDS)}")
        return True

    def _answer(self, text: str) -> None:
        asked = Message("user", (*self.waiting, text) if text else tuple(self.waiting))
        events = self.model.stream([*self.messages, asked], seed=self.seed, options=self.options)
        reply = follow(events, self._write if self.is_terminal else lambda text: None)
        # Kept only now: an answer that failed or was stopped leaves the conversation as it was.
        self.messages += [asked, reply.message()]
        self.waiting = []
        self.seed += 1
        self.num_answers += 1
        paths = save(reply, self.arguments, stem=f"{self.arguments.stem}-{self.num_answers}")
        if self.is_terminal:
            print()
            for path in paths.values():
                print(path)
        else:
            show(reply, paths)
            sys.stdout.flush()

    def _write(self, text: str) -> None:
        print(text, end="", flush=True)

    def _save(self, folder: Path) -> Path:
        """Write conversation.json, as chat messages whose paths are relative to it, and every medium in it."""
        turns: list[dict[str, Any]] = []
        files: list[tuple[Path, bytes]] = []
        for message in self.messages:
            content: list[dict[str, Any]] = []
            for part in message.parts:
                if isinstance(part, str):
                    content.append({"type": "text", "text": part})
                    continue
                suffix, data = part.original()
                path = Path("media") / f"{part.content_hash()}{suffix}"
                files.append((folder / path, data))
                content.append({"type": str(part.modality), "path": path.as_posix()})
            turns.append({"role": message.role, "content": content})
        target = folder / "conversation.json"
        text = json.dumps(turns, ensure_ascii=False, indent=2) + "\n"
        write_files([*dict(files).items(), (target, text.encode())])
        return target
