"""How large the parts of a model are, from configs alone and without the network.

A part's parameters are "counted" (its real class is built on the meta device from its config.json, here or in the hub's
cache), read "from headers" of its safetensors, or "stated" by the preset, where neither is here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from anygen.core.config import DecoderConfig, EncoderConfig, ModelConfig, SourceConfig
from anygen.core.errors import CheckpointError
from anygen.core.library_logging import quiet_libraries
from anygen.core.safetensors_header import check_weights, read_header
from anygen.core.saved_models import LIBRARIES, check_needed, check_saved, read_index, read_mapping, reason_of
from anygen.decoders import DECODERS
from anygen.decoders.text_conditioning import NEGATIVE_FILE
from anygen.encoders import ENCODERS
from anygen.loading.build import bare_encoder, class_of, fresh_parts
from anygen.loading.memory import Part, Plan
from anygen.loading.model_manifest import TRAINED, part_paths

COUNTED, HEADERS, STATED = "counted", "from headers", "stated"
Wanted = Callable[[str], bool]


def make_plan(config: ModelConfig, folder: Path, count: bool = True, whole: bool = False) -> Plan:
    """The plan of a model whose parts lie relative to `folder`, or are published elsewhere. `count` builds the real classes
    on the meta device where their configs are; without it headers come first, which takes milliseconds.

    `whole` is for a folder that should hold every part, where nothing is stated. Raises CheckpointError for a part that is
    missing or cannot be built there."""
    if whole:
        config = replace(config, sources={})
        _check_parts(config, folder)
    parts = tuple(_Sizes(config, folder, count, whole).parts())
    bare = [part.name for part in parts if part.how == STATED]
    if whole and bare:
        raise CheckpointError(
            f"{folder}: nothing here says how large {bare[0]} is; its config or its safetensors are expected"
        )
    return Plan(config.name, parts)


def _check_parts(config: ModelConfig, folder: Path) -> None:
    """Raises CheckpointError for the first part that does not lie in the folder, or whose config is none."""
    paths = part_paths(config)
    for part in sorted(paths, key=lambda name: (name != "llm", name.startswith("decoders."))):
        place, name = folder / paths[part], "config.json"
        if part.startswith("decoders."):
            kind = class_of(DECODERS, config.decoders[part.removeprefix("decoders.")].kind, f"{part}.kind")
            name = "model_index.json" if hasattr(kind, "pipeline_name") else name
        if not (place / name).is_file():
            raise CheckpointError(
                f"{place}: holds no {name}; the config names it as {part}, a saved model is expected"
            )
        read_mapping(place / name, "a saved model's")
        check_saved(place)
        check_weights(place)


@dataclass(frozen=True)
class _Sizes:
    """The arguments of make_plan, and how each family of parts is measured."""

    config: ModelConfig
    folder: Path
    count: bool
    whole: bool

    def parts(self) -> Iterator[Part]:
        yield self._llm()
        for name, encoder in self.config.encoders.items():
            yield self._encoder(name, encoder)
        for name, captioner in self.config.captioners.items():
            part = f"captioners.{name}"
            yield _from_headers(part, self.folder / captioner.path) or self._stated(part)
        yield self._projectors()
        for modality, decoder in self.config.decoders.items():
            yield from self._decoder(f"decoders.{modality}", decoder)

    def _llm(self) -> Part:
        place = self._place("llm", self.config.llm.path, "config.json")

        def build() -> Any:
            from transformers import AutoConfig, AutoModelForCausalLM

            if place is None or (self.whole and not _is_known(place)):
                return None
            config = AutoConfig.from_pretrained(place, trust_remote_code=False, local_files_only=True)
            return AutoModelForCausalLM.from_config(config, trust_remote_code=False)

        found = self._measured("llm", place, build, "transformers") or self._stated("llm")
        # Embeddings are a small share of a large model: all of it counts as linear where nothing is known of its layers.
        return found if found.linear else replace(found, linear=found.params)

    def _encoder(self, name: str, encoder: EncoderConfig) -> Part:
        part = f"encoders.{name}"
        place = self._place(part, encoder.path, "config.json")
        class_of(ENCODERS, encoder.kind, f"{part}.kind")
        if place is None:
            return self._stated(part)
        # Counted in any case: its towers are fewer than the file's, and there is no library to wait for.
        counted = _counted(part, lambda: bare_encoder(name, encoder, place), place=self._named(place))
        return counted or _from_headers(part, place) or self._stated(part)

    def _projectors(self) -> Part:
        """Projectors and signal rows; what the file holds beside them takes the place of the base's own weights."""
        trained = ("input_projectors.", "output_projectors.", "signal_tokens.")
        found = _from_headers("projectors", self.folder / TRAINED, lambda name: name.startswith(trained))
        if found is None and "trained" in self.config.sources:
            found = self._stated("trained")
        if found is None and self.config.is_trained:
            found = _counted("projectors", lambda: fresh_parts(self.config, self.folder))
        found = found or Part("projectors", 0, STATED if self.config.is_trained else COUNTED)
        return replace(found, name="projectors", at_single=True)

    def _decoder(self, part: str, decoder: DecoderConfig) -> Iterator[Part]:
        kind = class_of(DECODERS, decoder.kind, f"{part}.kind")
        is_pipeline = hasattr(kind, "pipeline_name")
        place = self._place(part, decoder.path, "model_index.json" if is_pipeline else "config.json")
        if place is None:
            yield self._stated(part)
        elif is_pipeline:
            yield from self._pipeline(part, kind, place)
        else:
            yield _from_headers(
                part, place, lambda name: not name.startswith("text_encoder.")
            ) or self._stated(part)
            text = _from_headers(f"{part}.text", place, lambda name: name.startswith("text_encoder."))
            if text is not None:
                yield replace(text, is_needed=False)

    def _pipeline(self, part: str, kind: Any, place: Path) -> Iterator[Part]:
        saved = read_index(place, "a folder saved by diffusers")
        given = kind.components(place)
        if self.whole:
            check_needed(place, saved, kind.pipeline_name, {*given, *kind.text_parts})
        left_out = {name for name, stand_in in given.items() if stand_in is None}
        components = {
            name: value
            for name, value in saved.items()
            if isinstance(value, list) and len(value) == 2 and value[1] and name not in left_out
        }
        for label, is_text in ((part, False), (f"{part}.text", True)):
            names = [name for name in components if (name in kind.text_parts) == is_text]
            measured = [self._component(label, place / name, components[name]) for name in names]
            sizes = [each for each in measured if each is not None]
            if sizes:
                yield Part(
                    label,
                    sum(each.params for each in sizes),
                    COUNTED if all(each.how == COUNTED for each in sizes) else HEADERS,
                    largest=max(each.params for each in sizes),
                    is_needed=not is_text or not (place / NEGATIVE_FILE).is_file(),
                )
            elif not is_text:
                yield self._stated(part)

    def _component(self, part: str, folder: Path, kind_of: Sequence[str]) -> Part | None:
        """One component of a pipeline; None for what has no weights."""
        if not (folder / "config.json").is_file():
            if self.whole and not any(folder.glob("*.json")):
                raise CheckpointError(
                    f"{folder}: no such part; {folder.parent / 'model_index.json'} names it"
                )
            return None
        import torch

        library, name = kind_of

        def build() -> Any:
            if library not in LIBRARIES:
                return None
            kind: Any = getattr(import_module(library), name)
            is_model = isinstance(kind, type) and issubclass(kind, torch.nn.Module)
            if not is_model:
                raise TypeError(f"{name} is no model of {library}")
            if library == "diffusers":
                return kind.from_config(kind.load_config(str(folder), local_files_only=True))
            return kind(kind.config_class.from_pretrained(folder, local_files_only=True))

        return self._measured(part, folder, build, library)

    def _measured(self, part: str, place: Path | None, build: Callable[[], Any], library: str) -> Part | None:
        """A part as it is counted or as headers say, in the order that was asked for."""
        if place is None:
            return None
        ways: list[Callable[[], Part | None]] = [
            lambda: _counted(part, build, library, place=self._named(place)),
            lambda: _from_headers(part, place),
        ]
        return next(filter(None, (way() for way in (ways if self.count else ways[::-1]))), None)

    def _named(self, place: Path) -> Path | None:
        """Where an error about a part's config says that lies; None where there may be none."""
        return place if self.whole else None

    def _place(self, part: str, path: str, name: str) -> Path | None:
        """Where a part's config lies: its own folder, or the snapshot of its source in the hub's cache."""
        if (self.folder / path / name).is_file():
            return self.folder / path
        source: SourceConfig | None = self.config.sources.get(part)
        if source is None or "://" in source.repository:
            return None
        from huggingface_hub import try_to_load_from_cache

        revision = None if source.revision == "unverified" else source.revision
        found = try_to_load_from_cache(source.repository, name, revision=revision)
        return Path(found).parent if isinstance(found, str) else None

    def _stated(self, part: str) -> Part:
        """What the preset says a part takes, at two bytes a parameter."""
        source = self.config.sources.get(part)
        return Part(part, round(source.memory_gb * 1e9 / 2) if source else 0, STATED)


def _is_known(place: Path) -> bool:
    """Whether transformers has the kind of model that a config names; of any other, headers tell."""
    from transformers import CONFIG_MAPPING

    named = read_mapping(place / "config.json", "a saved model's").get("model_type")
    return isinstance(named, str) and named in CONFIG_MAPPING


def _counted(part: str, build: Callable[[], Any], *libraries: str, place: Path | None = None) -> Part | None:
    """A part by its real class on the meta device; None where that cannot be built from its config alone, or, with the
    `place` of that config, a CheckpointError."""
    from torch import nn

    try:
        with quiet_libraries(*libraries):
            from accelerate import init_empty_weights

            with init_empty_weights(include_buffers=True):
                made = build()
    # A config of another version, or a class that computes while it is built: headers tell too.
    except Exception as error:
        if place is not None and not isinstance(error, NotImplementedError):
            raise CheckpointError(
                f"{place / 'config.json'}: no model can be built of it ({reason_of(error)})"
            ) from error
        return None
    if made is None:
        return None
    # Buffers that are saved with a module count too: tables of positions can be large.
    buffers = sum(
        value.numel()
        for each in made.modules()
        for name, value in each.named_buffers(recurse=False)
        if name not in each._non_persistent_buffers_set
    )
    params = sum(value.numel() for value in made.parameters()) + buffers
    if part != "llm":
        return Part(part, params, COUNTED)
    head = made.get_output_embeddings()
    layers = (each for each in made.modules() if isinstance(each, nn.Linear) and each is not head)
    return Part(part, params, COUNTED, linear=sum(each.weight.numel() for each in layers))


def _from_headers(part: str, place: Path, wanted: Wanted = lambda name: True) -> Part | None:
    """A part by the headers of its safetensors, those of a variant (`model.fp16.safetensors`) aside."""
    shapes: dict[str, list[int]] = {}
    for file in [place] if place.is_file() else sorted(place.glob("*.safetensors")):
        if "." not in file.stem:
            shapes |= {name: shape for name, shape in read_shapes(file).items() if wanted(name)}
    if not shapes:
        return None
    params = sum(math.prod(shape) for shape in shapes.values())
    if part != "llm":
        return Part(part, params, HEADERS)
    linear = sum(
        math.prod(shape)
        for name, shape in shapes.items()
        if len(shape) == 2 and not any(word in name for word in ("embed", "lm_head", "wte"))
    )
    return Part(part, params, HEADERS, linear=linear)


def read_shapes(file: Path) -> dict[str, list[int]]:
    """Tensor -> shape from the header of a safetensors file. Raises CheckpointError."""
    try:
        return {name: list(each["shape"]) for name, each in read_header(file).items()}
    except (TypeError, KeyError) as error:
        raise CheckpointError(f"{file}: cannot be read as safetensors: {str(error)[:100]}") from error
