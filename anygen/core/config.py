"""Every dataclass a preset may fill, and the strict YAML reader: what is not known is refused, with the nearest name."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from anygen.core.errors import ConfigError, nearest, shown

T = TypeVar("T")

MAX_SIGNAL_TOKENS = 1024
MAX_SIZE = 65536
"""The most a preset may ask of one dimension: a length, a width, tokens of a feature."""
MAX_PATH, MAX_NAME = 1024, 255
"""Characters of a part's path, and bytes of each name in it, which is what file systems take."""


@dataclass(frozen=True)
class EncoderConfig:
    """An encoder: its kind (encoders/__init__.py), its folder relative to the preset, and what it reads.

    `settings` take the place of some of the folder's own; which, the encoder's `Settings` say."""

    kind: str
    path: str
    modalities: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LoraConfig:
    """The adapters saved in this checkpoint; None in LanguageModelConfig where there are none."""

    rank: int
    alpha: float
    targets: tuple[str, ...]
    dropout: float = 0.0


@dataclass(frozen=True)
class CaptionerConfig:
    """An expert that names media in words: its kind (captioners/__init__.py), its folder, what it names, its settings.

    Where several name one modality, their words are joined in this order."""

    kind: str
    path: str
    modalities: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CaptionsConfig:
    """The strategy through words: every modality that a decoder makes is written as a caption between the template's tags.

    `instruction` replaces what the model is told of it (llm/tags.py)."""

    max_caption_tokens: int = 64
    instruction: str | None = None


@dataclass(frozen=True)
class NativeEncodersConfig:
    """A language model that reads media itself: its kind (llm/native_encoders.py), which, and how much of large ones."""

    kind: str
    modalities: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LanguageModelConfig:
    """The language model: its folder, how many signal tokens each modality has (in this order), how they are spelled
    (`{index}`), and the prompt template's fields (llm/prompting.py).

    `wrappers` are tokens that join the vocabulary before the signal tokens; `trained_rows` says how many of the base's
    own rows the checkpoint replaces (llm/signal_tokens.py, llm/backbone.py). With `captions` there are no signal tokens;
    with `chat_template` the words around the turns are the tokenizer's own (llm/chat_template.py);
    with `native_encoders` it reads media itself."""

    path: str
    signal_tokens: Mapping[str, int] = field(default_factory=dict)
    spelling: Mapping[str, str] = field(default_factory=dict)
    template: Mapping[str, Any] = field(default_factory=dict)
    lora: LoraConfig | None = None
    wrappers: tuple[str, ...] = ()
    trained_rows: int = 0
    captions: CaptionsConfig | None = None
    chat_template: bool = False
    native_encoders: NativeEncodersConfig | None = None


@dataclass(frozen=True)
class DecoderConfig:
    """A decoder: its kind (decoders/__init__.py), folder, the conditioning it takes (name -> shape) and a default for
    each option of its modality."""

    kind: str
    path: str
    conditioning: Mapping[str, tuple[int, ...]]
    defaults: Mapping[str, Any]


@dataclass(frozen=True)
class SourceConfig:
    """Where a part that the package does not hold is published: `repository` (a hub id or an address) at `revision`.

    `sha256` names what each file must be; a file it does not name is "unverified", and so is a revision nobody here has
    seen. `memory_gb` is what the part takes when loaded as the preset loads it. `pickles`: weights may come as one, for
    `anygen convert` to read."""

    repository: str
    revision: str
    licence: str
    memory_gb: float
    sha256: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    pickles: bool = False


@dataclass(frozen=True)
class SamplingConfig:
    """How the language model speaks unless a call says otherwise; temperature 0 takes the likeliest token."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """A whole model. Paths are relative to the folder the YAML lies in. Projectors hold `kind` and their own settings; an
    input projector of `kind: shared` with `of: image` is the very projector that images have.

    `commercial` says whether all of its weights are free for commercial use, None that nobody has said.
    `sources` (part -> where it is published) and `obtain`, the command that makes a folder of them, are for presets whose
    weights the package does not hold. A model that reads and writes through words (`captioners`, `llm.captions`) has no
    encoders and projectors, and nothing of it is trained here."""

    name: str
    description: str
    licence: str
    encoders: Mapping[str, EncoderConfig] = field(default_factory=dict)
    input_projectors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    captioners: Mapping[str, CaptionerConfig] = field(default_factory=dict)
    llm: LanguageModelConfig
    output_projectors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decoders: Mapping[str, DecoderConfig]
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    sources: Mapping[str, SourceConfig] = field(default_factory=dict)
    obtain: str | None = None
    commercial: bool | None = None

    def __post_init__(self) -> None:
        read = {modality for encoder in self.encoders.values() for modality in encoder.modalities}
        _same("input_projectors", set(self.input_projectors), "an encoder reads", read)
        if self.llm.captions is None:
            _same("llm.signal_tokens", set(self.llm.signal_tokens), "a decoder makes", set(self.decoders))
            _same("output_projectors", set(self.output_projectors), "a decoder makes", set(self.decoders))
        else:
            _same("llm.signal_tokens", set(self.llm.signal_tokens), "llm.captions leaves", set())
            _same("output_projectors", set(self.output_projectors), "llm.captions leaves", set())
        for part, place in self._places():
            check_place(part, place)
        for name, decoder in self.decoders.items():
            for each, shape in decoder.conditioning.items():
                if not 1 <= len(shape) <= 2 or not all(1 <= size <= MAX_SIZE for size in shape):
                    raise ConfigError(
                        f"decoders.{name}.conditioning.{each} is {shown(list(shape))}; one or two numbers from 1 to "
                        f"{MAX_SIZE} are accepted, (length, width) or (width)"
                    )
        for name, count in self.llm.signal_tokens.items():
            if not 1 <= count <= MAX_SIGNAL_TOKENS:
                raise ConfigError(
                    f"llm.signal_tokens.{name} is {count}; 1 to {MAX_SIGNAL_TOKENS} are accepted"
                )

    def _places(self) -> Iterator[tuple[str, str]]:
        yield "llm", self.llm.path
        families: dict[str, Mapping[str, EncoderConfig | CaptionerConfig | DecoderConfig]] = {
            "encoders": self.encoders,
            "captioners": self.captioners,
            "decoders": self.decoders,
        }
        for kind, family in families.items():
            yield from ((f"{kind}.{name}", each.path) for name, each in family.items())

    @property
    def is_trained(self) -> bool:
        """Whether a checkpoint of it holds weights that anygen's stages train."""
        own = self.llm.signal_tokens or self.llm.wrappers or self.llm.trained_rows or self.llm.lora
        return bool(self.input_projectors or self.output_projectors or own)


def check_place(part: str, place: str) -> None:
    """Raises ConfigError for a path that no file system takes."""
    is_long = len(place) > MAX_PATH or any(len(name.encode()) > MAX_NAME for name in place.split("/"))
    if is_long or not place.isprintable():
        raise ConfigError(
            f"{part}.path is {shown(place)}; the path of a folder is accepted, {MAX_PATH} characters at most"
        )


def check_size(path: str, value: Any, most: int = MAX_SIZE) -> None:
    """Raises ConfigError unless a size is a whole number from 1 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ConfigError(f"{path}: {shown(value)}; a whole number from 1 to {most} is accepted")


def _same(path: str, found: set[str], what: str, wanted: set[str]) -> None:
    if found != wanted:
        raise ConfigError(
            f"{path}: names {', '.join(sorted(found)) or 'nothing'}; {what} {', '.join(sorted(wanted)) or 'nothing'}"
        )


def read_config(path: Path) -> ModelConfig:
    """The model described by a YAML file. Raises ConfigError naming the file, the dotted path and the nearest known key."""
    return _read_yaml(path, ModelConfig)


OLD_FAMILY, FAMILY = "describers", "captioners"


def _renamed(values: Any) -> Any:
    """The values under the names of today: configs of before say `describers`, `llm.senses` and `sources: describers.*`."""
    if not isinstance(values, dict):
        return values
    names = {OLD_FAMILY: FAMILY}
    values = {names.get(key, key): value for key, value in values.items()}
    if isinstance(values.get("llm"), dict):
        values["llm"] = {
            "native_encoders" if key == "senses" else key: each for key, each in values["llm"].items()
        }
    if isinstance(values.get("sources"), dict):
        values["sources"] = {
            re.sub(rf"^{OLD_FAMILY}\.", f"{FAMILY}.", str(key)): each
            for key, each in values["sources"].items()
        }
    return values


def _read_yaml(path: Path, kind: type[T]) -> T:
    import yaml

    class PlainLoader(yaml.SafeLoader):
        """Without aliases: a few lines of them stand for gigabytes."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("an alias (*name) is not accepted")
            return super().compose_node(parent, index)

    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())[:200]}") from error
    try:
        return from_values(kind, _renamed(values))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def from_values(kind: type[T], values: Any, path: str = "") -> T:
    """A dataclass of type `kind` from plain values; nested dataclasses, tuples and mappings are filled by their hints.

    Raises ConfigError with the dotted path of what is unknown, missing or of another type."""
    where = path.rstrip(".") or "the file"
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where} is {type(values).__name__}; a mapping of names to values is accepted")
    fields = {each.name: each for each in dataclasses.fields(typing.cast(Any, kind))}
    for key in values:
        if key not in fields:
            raise ConfigError(f"{path}{key}: unknown; {nearest(str(key), fields)}")
    for name, each in fields.items():
        has_default = (
            each.default is not dataclasses.MISSING or each.default_factory is not dataclasses.MISSING
        )
        if name not in values and not has_default:
            raise ConfigError(f"{path}{name}: missing")
    hints = typing.get_type_hints(kind)
    return kind(**{str(key): _convert(hints[key], value, f"{path}{key}") for key, value in values.items()})


def _convert(hint: Any, value: Any, path: str) -> Any:
    """`value` as the type `hint` says, else ConfigError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        return _convert(next(each for each in arguments if each is not type(None)), value, path)
    if dataclasses.is_dataclass(hint):
        return from_values(typing.cast(type, hint), value, f"{path}.")
    if origin is not None:
        return _convert_all(origin, arguments, value, path)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise ConfigError(f"{path} is {shown(value)}; a value of type {hint.__name__} is accepted")
    return value


def _convert_all(origin: Any, arguments: tuple[Any, ...], value: Any, path: str) -> Any:
    """The tuple or mapping that a hint says, each of its values converted."""
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{path} is {shown(value)}; a list is accepted")
        return tuple(_convert(arguments[0], each, f"{path}[{index}]") for index, each in enumerate(value))
    if not isinstance(value, Mapping):
        raise ConfigError(f"{path} is {shown(value)}; a mapping is accepted")
    return {str(key): _convert(arguments[1], each, f"{path}.{key}") for key, each in value.items()}


def to_values(config: Any) -> Any:
    """The plain values of a config, as YAML holds them; what equals its default None is left out."""
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        values = {each.name: to_values(getattr(config, each.name)) for each in dataclasses.fields(config)}
        return {name: value for name, value in values.items() if value is not None}
    if isinstance(config, Mapping):
        return {str(key): to_values(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return [to_values(each) for each in config]
    return config
