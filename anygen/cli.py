"""The command `anygen`: generate, chat, info, replay, doctor, pull, convert.

Exit codes: 0 done, 1 the answer is no (a replay that differs), 2 usage or bad input, 3 environment (disk full, something
missing on this machine), 130 interrupted, 143 terminated. What goes wrong is one sentence on standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import anygen
from anygen.errors import (
    CheckpointError,
    ConfigError,
    MachineError,
    MediaError,
    PromptError,
    nearest,
    printable,
)
from anygen.modality import MEDIA, Modality
from anygen.options import LIMITS, OPTION_TYPES, GenerationOptions

if TYPE_CHECKING:
    from anygen.convert.coverage import Converted
    from anygen.model import AnyGen
    from anygen.reply import Reply

DONE, NO, USAGE, ENVIRONMENT, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 130, 143

CALL_OPTIONS = ("max_new_tokens", "temperature", "top_p", "conditioning")


class Parser(argparse.ArgumentParser):
    """argparse with errors of one sentence and the nearest known name, without guessing at shortened ones."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}")


class UsageError(ValueError):
    """The command line cannot be read."""


class AddPart(argparse.Action):
    """Appends (kind, value) to `parts`, so that texts and media keep the order they stand in."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        namespace.parts = [*(namespace.parts or ()), (self.dest, values)]


def build_parser() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole command line, and that of each command."""
    parser = Parser(
        prog="anygen",
        description="Reads any mix of text, image, audio and video, and answers with any mix of them.",
        epilog='Try: anygen generate "Draw a dog on a blue background." --out out/',
    )
    parser.add_argument("--version", action="version", version=f"anygen {anygen.__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_generate(commands)
    _add_chat(commands)
    _add_info(commands)
    _add_replay(commands)
    _add_doctor(commands)
    _add_pull(commands)
    _add_convert(commands)
    return parser, dict(commands.choices)


def _add_generate(commands: Any) -> None:
    parser = commands.add_parser(
        "generate",
        help="answer one prompt",
        usage="anygen generate [TEXT | --image PATH | --audio PATH | --video PATH] ... [options]",
        description="Answer one prompt. Texts and media are read in the order they stand.",
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
    for modality in MEDIA:
        parser.add_argument(
            f"--{modality}", action=AddPart, metavar="PATH", help=f"a file to read as {modality}"
        )
    parser.set_defaults(parts=[], run=generate)
    _add_model(parser)
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="decides everything left to chance (default 0)"
    )
    parser.add_argument(
        "--modalities",
        type=_names,
        metavar="LIST",
        help="what may come back: text,image,audio,video (default: any)",
    )
    parser.add_argument("--require", type=_names, default=(), metavar="LIST", help="what must come back")
    _add_out(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object: parts, seed, timings")
    _add_placement(parser)
    _add_options(parser)


def _add_chat(commands: Any) -> None:
    parser = commands.add_parser(
        "chat",
        help="talk, with pictures, sounds and clips",
        usage="anygen chat [options]",
        description="A conversation in the terminal; what was made stays in it. /help lists the commands.",
    )
    parser.set_defaults(run=chat)
    _add_model(parser)
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of the first answer (default 0)"
    )
    _add_out(parser)
    _add_placement(parser)
    _add_options(parser)


def _add_info(commands: Any) -> None:
    parser = commands.add_parser(
        "info",
        help="what a model is, or what made a file",
        description="Say what a model is made of, or what made a file. Without an argument: which models there are.",
    )
    parser.set_defaults(run=info)
    parser.add_argument(
        "subject", nargs="?", metavar="MODEL|FILE", help="a preset, a folder, or a file anygen wrote"
    )
    parser.add_argument(
        "--all", action="store_true", help="every preset: licence, memory, what it reads and makes"
    )
    parser.add_argument(
        "--commercial-only",
        action="store_true",
        help="with --all: only those that say their weights are free for commercial use",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _add_replay(commands: Any) -> None:
    parser = commands.add_parser(
        "replay",
        help="make a file again and compare",
        description="Make a file again from the record it carries, and say whether the same came out (exit code 0), or what "
        "differs (1), or which input is missing (2).",
    )
    parser.set_defaults(run=replay)
    parser.add_argument(
        "file", metavar="FILE", help="a picture, sound or clip that anygen wrote, or a reply's JSON"
    )
    parser.add_argument(
        "--input", action="append", default=[], metavar="PATH", help="an input it was made from; repeatable"
    )
    parser.add_argument("--model", metavar="NAME", help="use this model instead of the one in the record")
    parser.add_argument("--out", metavar="DIR", help="also write what was made again here")
    _add_placement(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _add_doctor(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor",
        help="what this machine has, and what is missing",
        description="Check Python, libraries, codecs, disk and weights. Exit code 3 where something is to be mended. With a "
        "preset or a folder: how much memory it takes, part by part, and which options make it fit, from its configs alone; "
        "exit code 3 where it fits nowhere on this machine.",
    )
    parser.set_defaults(run=examine_machine)
    parser.add_argument("subject", nargs="?", metavar="PRESET|FOLDER", help="whose memory to plan")
    parser.add_argument(
        "--out", default=".", metavar="DIR", help="where outputs will go (for the disk check)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _add_pull(commands: Any) -> None:
    parser = commands.add_parser(
        "pull",
        help="fetch the parts a preset is made of",
        description="Fetch what a preset's sources name, as safetensors wherever the preset does not say otherwise. What "
        "broke off goes on; a lock beside the files records each one's SHA-256, and another file is refused later.",
        epilog="Tokens, caches and HF_HUB_OFFLINE are those of the hub's own client. The licences are those of the parts.",
    )
    parser.set_defaults(run=pull_parts)
    parser.add_argument("preset", metavar="PRESET", help="a preset (anygen info --all), or a YAML of one")
    parser.add_argument("--out", metavar="DIR", help="where to put them (default PRESET-parts)")
    parser.add_argument("--offline", action="store_true", help="take what the hub's cache has")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _add_convert(commands: Any) -> None:
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
    for each, run in (
        (imagebind, convert_imagebind),
        (nextgpt, convert_nextgpt),
        (v15, convert_projectors),
        (vicuna, convert_vicuna),
    ):
        each.add_argument("out", metavar="OUT", help="the folder to make")
        each.add_argument("--json", action="store_true", help="print one JSON object")
        each.set_defaults(run=run)
    for each in (imagebind, nextgpt):
        each.add_argument("--sha256", metavar="HEX", help="what the file must be; another one is refused")


def _add_model(parser: Parser) -> None:
    parser.add_argument(
        "--model", default="mini", metavar="NAME", help="a preset, a folder or a hub id (default mini)"
    )


def _add_placement(parser: Parser) -> None:
    group = parser.add_argument_group(
        "placement", "where the parts run, and at what precision (docs/placement.md)"
    )
    group.add_argument(
        "--device",
        metavar="NAME",
        help="cpu (the default), cuda, cuda:1, mps, auto; or part=device,part=device",
    )
    group.add_argument("--dtype", metavar="NAME", help="float32 (the default), float16 or bfloat16")
    group.add_argument(
        "--quantization", metavar="BITS", help="4bit or 8bit: the language model, by bitsandbytes"
    )
    group.add_argument(
        "--device-map", metavar="NAME", help="auto: spread the language model over all there is (accelerate)"
    )
    group.add_argument(
        "--offload",
        metavar="WAY",
        help="model or sequential: decoders wait on the CPU (diffusers); or modality=way,modality=way",
    )
    group.add_argument(
        "--memory-budget", type=_value, metavar="GB", help="of the decoders: GB, one (at a time) or all"
    )


PLACED = ("device", "dtype", "quantization", "device_map", "offload", "memory_budget")


def placed(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a command line says about placement, as `AnyGen.from_pretrained` takes it."""
    return {
        name: _by_part(getattr(arguments, name)) for name in PLACED if getattr(arguments, name) is not None
    }


def _by_part(value: Any) -> Any:
    """`decoders=cuda:1,default=cuda` as a mapping; anything else as it is."""
    if not isinstance(value, str) or "=" not in value:
        return value
    pairs = [each.partition("=") for each in _names(value)]
    return {name.strip(): place.strip() for name, _, place in pairs}


def _add_out(parser: Parser) -> None:
    parser.add_argument(
        "--out", metavar="DIR", help="where to write (default out/; files of the same name are replaced)"
    )
    parser.add_argument(
        "--stem", default="reply", metavar="NAME", help="files are STEM-INDEX.png, .wav, .mp4 (default reply)"
    )
    parser.add_argument(
        "--keep-inputs", action="store_true", help="copy the input media to DIR/inputs, for replay"
    )


def _add_options(parser: Parser) -> None:
    group = parser.add_argument_group(
        "sampling", "of the words, then of each medium; the model has a default for each"
    )
    for name in CALL_OPTIONS:
        spelled = f"--{name.replace('_', '-')}"
        group.add_argument(spelled, dest=name, type=_value, metavar="VALUE", help=_accepted(name))
    group.add_argument("--exact", action="store_true", help="the same bytes in any batch")
    for modality, kind in OPTION_TYPES.items():
        for field in dataclasses.fields(kind):
            dotted = f"{modality}.{field.name}"
            group.add_argument(
                f"--{dotted}", dest=dotted, type=_value, metavar="VALUE", help=_accepted(field.name)
            )


def _accepted(name: str) -> str:
    """What an option takes, for --help."""
    if name == "conditioning":
        return "projector (learned, the default) or caption (the decoder's own text encoder)"
    if name == "negative_prompt":
        return "a text: what should not be there"
    low, high = getattr(LIMITS, name)
    # How far a size must divide is the decoder's own affair; its sentence names the nearest one it can make.
    return f"{low:g} to {high:g}" + (
        ", a multiple of what the decoder needs" if name in ("height", "width") else ""
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _value(text: str) -> Any:
    """A number where it is one; GenerationOptions says what is accepted."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def options_from(arguments: argparse.Namespace) -> GenerationOptions:
    """The options of a command line. Raises ConfigError."""
    values: dict[str, Any] = {
        name: getattr(arguments, name) for name in CALL_OPTIONS if getattr(arguments, name) is not None
    }
    if arguments.exact:
        values["exact"] = True
    for modality, kind in OPTION_TYPES.items():
        for field in dataclasses.fields(kind):
            value = getattr(arguments, f"{modality}.{field.name}")
            if value is not None:
                text = field.name == "negative_prompt"
                values.setdefault(str(modality), {})[field.name] = str(value) if text else value
    return GenerationOptions.from_dict(values)


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


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace with `run`. Raises UsageError; SystemExit(0) after --help and --version."""
    parser, commands = build_parser()
    at = next((index for index, word in enumerate(arguments) if not word.startswith("-")), None)
    if at is None:
        parser.parse_args(arguments)
        raise UsageError(f"anygen: no command is given; {', '.join(commands)} are accepted, --help says more")
    if arguments[at] not in commands:
        raise UsageError(f"anygen: unknown command {arguments[at]!r}; {nearest(arguments[at], commands)}")
    command = commands[arguments[at]]
    words = list(arguments[at + 1 :])
    if command.get_default("run") is generate:
        words = with_marked_texts(command, words)
    namespace, unknown = parser.parse_known_args([*arguments[: at + 1], *words])
    if unknown:
        for action in command._actions:
            if isinstance(action.choices, dict) and action.dest in namespace:
                command = action.choices[getattr(namespace, action.dest)]
        known = [option for action in command._actions for option in action.option_strings]
        raise UsageError(f"{command.prog}: unknown argument {unknown[0]}; {nearest(unknown[0], known)}")
    return namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _open_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    is_debug = "--debug" in given
    given = [word for word in given if word != "--debug"]
    with _terminable() as signals:
        try:
            parsed = parse(given)
            return int(parsed.run(parsed))
        except (KeyboardInterrupt, SystemExit, Exception) as error:
            if signal.SIGINT in signals:
                # A library that was being imported may have turned the interrupt into an error of its own.
                return _code(KeyboardInterrupt())
            if is_debug and isinstance(error, Exception):
                raise
            return _code(error)


def _open_streams() -> None:
    """Closed standard streams read as empty and swallow what is written; bytes that are no text are shown as such."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  for as long as we run
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="replace" if mode == "r" else "backslashreplace")


@contextlib.contextmanager
def _terminable() -> Iterator[list[int]]:
    """SIGTERM ends the command as Ctrl-C does, so that nothing half-written is left. Yields the signals that came."""
    came: list[int] = []

    def stop(number: int, frame: Any) -> NoReturn:
        came.append(number)
        raise SystemExit(TERMINATED) if number == signal.SIGTERM else KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield came
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _code(error: BaseException) -> int:
    """Say what went wrong, in one sentence on standard error; the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else DONE
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted; nothing half-written is left")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # The reader of our output is gone; Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    if isinstance(error, (UsageError, MediaError, PromptError, ConfigError, CheckpointError)):
        complain(str(error))
        return USAGE
    if isinstance(error, MachineError):
        complain(str(error))
        return ENVIRONMENT
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}; nothing half-written is left")
        return ENVIRONMENT
    if isinstance(error, ImportError):
        complain(f"{error}; install anygen again, or see anygen doctor")
        return ENVIRONMENT
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        complain("not enough memory; ask for less, or smaller")
        return ENVIRONMENT
    if isinstance(error, FloatingPointError):
        complain(f"{error}; nothing was written")
        return NO
    complain(f"unexpected {type(error).__name__}: {error} (anygen --debug shows where)")
    return NO


def complain(sentence: str) -> None:
    """One line on standard error; what it quotes cannot drive the terminal."""
    text = printable(sentence)
    print(text if text.startswith("anygen") else f"anygen: {text}", file=sys.stderr)


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
    """The reply at the end of a stream; text and progress are shown on the way."""
    from anygen.reply import DecoderProgress, Done, TextDelta

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


def generate(arguments: argparse.Namespace) -> int:
    from anygen.message import as_messages

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
    from anygen.media import MEDIA_TYPES

    if kind == "text":
        return sys.stdin.read() if value == "-" else value
    return MEDIA_TYPES[Modality(kind)].open(value)


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


def chat(arguments: argparse.Namespace) -> int:
    from anygen.chat import Chat

    options = options_from(arguments)
    return Chat(load(arguments.model, placed(arguments)), arguments, options).run()


def info(arguments: argparse.Namespace) -> int:
    subject = arguments.subject
    if arguments.all or arguments.commercial_only:
        if subject is not None:
            raise UsageError("anygen info: --all lists every preset; leave out the name")
        return list_models(arguments)
    if subject is not None and os.path.isfile(subject):
        from anygen import provenance

        found = provenance.read(subject)
        found = {key: value for key, value in found.items() if key != "schema"}
    else:
        from anygen import checkpoint, doctor

        if subject and Path(subject).suffix.lower() in checkpoint.FILE_SUFFIXES:
            raise MediaError(f"{subject}: no such file")
        found = doctor.describe(subject) if subject else {"models": checkpoint.presets()}
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return DONE


def list_models(arguments: argparse.Namespace) -> int:
    from anygen.doctor import every_model

    rows = every_model(arguments.commercial_only)
    if arguments.json:
        print(json.dumps({"models": rows}, ensure_ascii=False))
        return DONE
    for row in rows:
        memory = row["memory"]
        said = {True: "commercial use: yes", False: "commercial use: no", None: "commercial use: not said"}
        found = {
            "reads": row["reads"],
            "makes": row["makes"],
            "licence": f"{row['licence']}; {said[row['commercial']]}",
            "memory": f"{memory['bytes'] / 1e9:.2f} GB at half precision, {memory['one_decoder'] / 1e9:.2f} GB with one "
            f"decoder at a time ({', '.join(memory['how'])})",
            "weights": row["weights"],
        }
        print("\n".join([row["name"], *_lines(found, "  ")]))
    if not rows:
        print("no preset says that its weights are free for commercial use")
    return DONE


def _lines(value: Any, indent: str = "") -> list[str]:
    """Nested plain values as indented lines a person reads. A record may come from anybody: no control characters."""
    lines = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in items:
        label = f"{indent}{str(name).replace('_', ' ')}:"
        is_list = isinstance(each, (list, tuple))
        if is_list and not any(isinstance(inner, (dict, list)) for inner in each):
            lines.append(f"{label} {', '.join(str(inner) for inner in each) or '-'}")
        elif isinstance(each, dict) or is_list:
            lines += [label, *_lines(each, indent + "  ")] if each else [f"{label} -"]
        else:
            lines.append(f"{label} {each}")
    # Indentation is ours; whatever else is no printable character came with the record.
    return ["".join(each if each.isprintable() else repr(each)[1:-1] for each in line) for line in lines]


def replay(arguments: argparse.Namespace) -> int:
    from anygen import replay as replaying
    from anygen.checkpoint import presets

    record = replaying.read_record(arguments.file)
    # Missing inputs are said before a model is loaded.
    replaying.asked(record, arguments.file, arguments.input, Path(arguments.file).parent)
    name = record["model"]["name"]
    if arguments.model is None and name not in presets():
        # A file that someone sent must not decide what is fetched or loaded here.
        raise UsageError(
            f"{arguments.file}: made by {name!r}, which is no preset; name the model with --model"
        )
    model = load(arguments.model or name, placed(arguments))
    done = replaying.replay(model, arguments.file, arguments.input)
    if arguments.out is not None:
        done.reply.save(arguments.out)
    if arguments.json:
        files = [
            {"path": str(each.path), "same": each.same, "largest": each.largest} for each in done.comparisons
        ]
        print(json.dumps({"same": done.same, "files": files, "differences": list(done.differences)}))
        return DONE if done.same else NO
    for each in done.comparisons:
        print(printable(each.sentence))
    for difference in done.differences:
        print(printable(f"differs from the record: {difference}"))
    return DONE if done.same else NO


def examine_machine(arguments: argparse.Namespace) -> int:
    from anygen.doctor import examine

    if arguments.subject is not None:
        return plan_memory(arguments)
    checks = examine(arguments.out)
    good = all(check.ok for check in checks)
    if arguments.json:
        print(json.dumps({"ok": good, "checks": [check.to_dict() for check in checks]}, ensure_ascii=False))
        return DONE if good else ENVIRONMENT
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "ok  " if check.ok else "MEND"
        advice = f" -> {check.advice}" if check.advice else ""
        print(f"{mark}  {check.name:<{width}}  {check.found}{advice}")
    return DONE if good else ENVIRONMENT


def plan_memory(arguments: argparse.Namespace) -> int:
    """`anygen doctor PRESET`: a line a part, the sums, and what fits where."""
    from anygen import memory
    from anygen.doctor import plan_of

    plan, has = plan_of(arguments.subject), memory.machine()
    found = plan.to_dict(has)
    code = DONE if plan.fits_somewhere(has) else ENVIRONMENT
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return code
    width = max(len(part.name) for part in plan.parts)
    for part in found["parts"]:
        sizes = ", ".join(
            f"{name} {memory.gb(size)}" for name, size in part["bytes"].items() if name != "bfloat16"
        )
        fixed = "; stays at float32" if part["loaded_as"] == "float32" else ""
        rare = "" if part["needed"] else "; for captions and negative prompts alone"
        print(f"{part['part']:<{width}}  {part['params'] / 1e6:9.1f} M ({part['how']}){fixed}{rare}: {sizes}")
    sums = {name: f"{memory.gb(size)}" for name, size in found["sum"].items() if name != "bfloat16"}
    ones = {name: f"{memory.gb(size)}" for name, size in found["sum_with_one_decoder"].items()}
    print(
        "\n".join(
            _lines(
                {
                    "all of it": [f"{name} {size}" for name, size in sums.items()],
                    "with one decoder at a time": [f"{name} {ones[name]}" for name in sums],
                    "this machine": found["fits"],
                    "a card of": found["cards"],
                }
            )
        )
    )
    return code


def pull_parts(arguments: argparse.Namespace) -> int:
    from anygen.pull import pull

    is_shown = sys.stderr.isatty()

    def report(words: str) -> None:
        if is_shown:
            print(printable(words), file=sys.stderr)

    done = pull(arguments.preset, arguments.out, arguments.offline, report=report)
    found = {
        "folder": str(done.folder),
        "lock": str(done.lock),
        "files": {file.path: file.sha256 for files in done.files.values() for file in files},
        "then": done.then,
    }
    print(json.dumps(found, ensure_ascii=False) if arguments.json else "\n".join(_lines(found)))
    return DONE


def convert_imagebind(arguments: argparse.Namespace) -> int:
    from anygen.convert.imagebind import convert_imagebind

    return _converted(
        arguments,
        lambda: convert_imagebind(Path(arguments.source), Path(arguments.out), sha256=arguments.sha256),
    )


def convert_nextgpt(arguments: argparse.Namespace) -> int:
    from anygen.convert.nextgpt import PRESET, Parts, convert_nextgpt

    decoders = {name: Path(getattr(arguments, name)) for name in ("image", "video", "audio")}
    parts = Parts(Path(arguments.base), Path(arguments.encoder), decoders)
    preset = Path(arguments.preset or PRESET)
    return _converted(
        arguments,
        lambda: convert_nextgpt(Path(arguments.source), Path(arguments.out), parts, preset, arguments.sha256),
    )


def convert_projectors(arguments: argparse.Namespace) -> int:
    from anygen.convert.nextgpt_v15 import convert_projectors

    return _converted(
        arguments,
        lambda: convert_projectors([Path(source) for source in arguments.sources], Path(arguments.out)),
    )


def convert_vicuna(arguments: argparse.Namespace) -> int:
    from anygen.convert.vicuna import add_delta

    return _converted(
        arguments, lambda: add_delta(Path(arguments.base), Path(arguments.delta), Path(arguments.out))
    )


def assemble_parts(arguments: argparse.Namespace) -> int:
    from anygen.convert.parts import assemble

    done = assemble(arguments.preset, Path(arguments.folder))
    found = {"folder": str(done.folder), "parts": done.parts}
    print(json.dumps(found, ensure_ascii=False) if arguments.json else "\n".join(_lines(found)))
    return DONE


def _converted(arguments: argparse.Namespace, convert: Callable[[], Converted]) -> int:
    """Run one conversion and say what came of it. Whether OUT can be made is asked first: hashing takes minutes."""
    out = Path(arguments.out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: is there already; name a folder that is not, or is empty")
    done = convert()
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
    print(json.dumps(found, ensure_ascii=False) if arguments.json else "\n".join(_lines(found)))
    return DONE
