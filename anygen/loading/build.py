"""Config -> AnyGen: the one place that knows both what a config says and what the parts are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import nn

from anygen.core.config import (
    DecoderConfig,
    EncoderConfig,
    LanguageModelConfig,
    ModelConfig,
    from_values,
)
from anygen.core.errors import ConfigError, nearest
from anygen.core.modality import Modality
from anygen.decoders import DECODERS, MAKES
from anygen.decoders.base import Decoder
from anygen.decoders.lazy import LazyDecoders
from anygen.encoders import ENCODERS
from anygen.encoders.base import Encoder
from anygen.encoders.captioners import CAPTIONERS
from anygen.encoders.captioners.base import Captioner
from anygen.llm.backbone import Backbone
from anygen.llm.chat_template import template_values
from anygen.llm.native_encoders import NATIVE_ENCODERS, NativeEncoders
from anygen.llm.prompting import Prompter, PromptTemplate
from anygen.llm.signal_tokens import SignalTokens
from anygen.llm.tags import CaptionTags
from anygen.loading.placement import Placement
from anygen.model import AnyGen, Parts
from anygen.projectors import input, output

SHARED = "shared"
"""The kind of an input projector that is another modality's: NExT-GPT has one for image, audio and video."""


def build(
    config: ModelConfig,
    folder: Path,
    dtype: torch.dtype | None = torch.float32,
    placement: Placement | None = None,
) -> AnyGen:
    """The model a config describes, its frozen parts loaded from paths relative to `folder`, its trained parts fresh.

    `dtype` None keeps what the files say of the language model and the captioners; encoders and decoders run at float32.
    Of `placement` only what concerns loading the language model is used: placement.place moves the rest once it is complete.
    Raises ConfigError for an unknown kind or setting, CheckpointError for a part that cannot be loaded."""
    return join(
        config,
        build_encoders(config, folder, dtype or torch.float32),
        build_backbone(config.llm, folder, dtype, placement.llm_arguments(dtype) if placement else None),
        build_decoders(
            config.decoders, folder, dtype or torch.float32, placement.offload if placement else {}
        ),
        build_captioners(config, folder, dtype),
        folder,
    )


def join(
    config: ModelConfig,
    encoders: dict[Modality, Encoder],
    backbone: Backbone,
    decoders: LazyDecoders,
    captioners: Mapping[Modality, tuple[Captioner, ...]],
    folder: Path,
) -> AnyGen:
    """The model of frozen parts that are there, with fresh projectors between them. Raises ConfigError."""
    input_projectors = build_input_projectors(config.input_projectors, encoders, backbone.dim)
    output_projectors = build_output_projectors(config, backbone.dim)
    template = build_template(config.llm, backbone)
    prompter = Prompter(
        backbone.tokenizer,
        template,
        backbone.signal_tokens,
        {Modality(name): int(projector.num_soft_tokens) for name, projector in input_projectors.items()},  # type: ignore[arg-type]
        backbone.max_length,
    )
    parts = Parts(
        encoders=encoders,
        captioners=captioners,
        input_projectors=input_projectors,
        backbone=backbone,
        prompter=prompter,
        output_projectors=output_projectors,
        decoders=decoders,
        tags=build_tags(config, template),
        native_encoders=build_native_encoders(config.llm, folder, backbone),
    )
    return AnyGen(config, parts).eval()


def fresh_parts(config: ModelConfig, folder: Path) -> nn.ModuleDict:
    """Projectors and signal rows as they are before any training, by the names of the groups that train them, from the
    configs of what they stand between; where they are built, torch's device context says."""
    from transformers import AutoConfig

    base = AutoConfig.from_pretrained(
        folder / config.llm.path, trust_remote_code=False, local_files_only=True
    ).get_text_config()
    encoders: dict[Modality, Encoder] = {}
    for name, each in config.encoders.items():
        made = bare_encoder(name, each, folder / each.path)
        encoders |= {Modality(modality): made for modality in each.modalities}
    # One row for what is read and one for what is said, unless the base ties the two.
    tables = 1 if getattr(base, "tie_word_embeddings", False) else 2
    tokens = len(config.llm.wrappers) + sum(config.llm.signal_tokens.values())
    return nn.ModuleDict(
        {
            "input_projectors": build_input_projectors(config.input_projectors, encoders, base.hidden_size),
            "output_projectors": build_output_projectors(config, base.hidden_size),
            "signal_tokens": nn.Embedding(tables * tokens, base.hidden_size),
        }
    )


def build_input_projectors(
    configs: Mapping[str, Mapping[str, Any]], encoders: Mapping[Modality, Encoder], llm_dim: int
) -> nn.ModuleDict:
    """Modality -> its projector, in the config's order; a shared one stands under each modality it serves.

    Raises ConfigError for an unknown kind or setting, and for sharing between features of different shapes."""

    def shape(name: str) -> tuple[int, int]:
        encoder = encoders[Modality(name)]
        return encoder.feature_dim, encoder.num_features[Modality(name)]

    owner = {name: name for name in configs}
    for name, settings in configs.items():
        if settings.get("kind") != SHARED:
            continue
        owner[name] = str(settings.get("of"))
        others = [each for each in configs if configs[each].get("kind") != SHARED]
        if set(settings) != {"kind", "of"} or owner[name] not in others:
            raise ConfigError(
                f"input_projectors.{name}: {dict(settings)}; kind: {SHARED} takes `of` alone, one of {', '.join(others)}"
            )
    made = {
        name: _named(f"input_projectors.{name}", input.build, configs[name], *shape(name), llm_dim)
        for name in configs
        if owner[name] == name
    }
    for name in configs:
        if owner[name] == name or shape(name) == shape(owner[name]):
            continue
        # A projector that gathers features takes any number of them; one that maps each does not.
        with torch.device("meta"):
            twin = input.build(configs[owner[name]], *shape(name), llm_dim)
        if _sizes(twin) != _sizes(made[owner[name]]):
            raise ConfigError(
                f"input_projectors.{name}: its features are {shape(name)}, those of {owner[name]} {shape(owner[name])} "
                "(width, number), which this projector cannot both take"
            )
    return nn.ModuleDict({name: made[owner[name]] for name in configs})


def build_output_projectors(config: ModelConfig, llm_dim: int) -> nn.ModuleDict:
    """Modality -> its projector, to what its decoder takes. Raises ConfigError."""
    return nn.ModuleDict(
        {
            modality: _named(
                f"output_projectors.{modality}",
                output.build,
                settings,
                llm_dim,
                config.llm.signal_tokens[modality],
                dict(config.decoders[modality].conditioning),
            )
            for modality, settings in config.output_projectors.items()
        }
    )


def _sizes(projector: nn.Module) -> tuple[Any, dict[str, torch.Size]]:
    return projector.num_soft_tokens, {name: value.shape for name, value in projector.state_dict().items()}


def build_encoders(
    config: ModelConfig, folder: Path, dtype: torch.dtype = torch.float32
) -> dict[Modality, Encoder]:
    """Modality -> its encoder, at that precision; one that reads several stands under each of them. Raises ConfigError."""
    family: dict[Modality, Encoder] = {}
    for name, each in config.encoders.items():
        kind = class_of(ENCODERS, each.kind, f"encoders.{name}.kind")
        settings = from_values(kind.Settings, each.settings, f"encoders.{name}.settings.")
        made = kind.from_pretrained(folder / each.path, settings, each.modalities, dtype)
        unread = sorted(set(each.modalities) - set(made.modalities))
        if unread:
            raise ConfigError(f"encoders.{name}.modalities: {unread[0]} is not read by {each.path}")
        family |= {Modality(modality): made for modality in each.modalities}
    return family


def bare_encoder(name: str, config: EncoderConfig, place: Path) -> Any:
    """The encoder `name` of the config in the folder `place` alone, its weights fresh. Raises ConfigError."""
    kind = class_of(ENCODERS, config.kind, f"encoders.{name}.kind")
    return kind(kind.config_of(place, from_values(kind.Settings, config.settings), config.modalities))


def build_captioners(
    config: ModelConfig, folder: Path, dtype: torch.dtype | None = torch.float32
) -> dict[Modality, tuple[Captioner, ...]]:
    """Modality -> what names it, in the config's order. Raises ConfigError."""
    family: dict[Modality, tuple[Captioner, ...]] = {}
    for name, each in config.captioners.items():
        kind = class_of(CAPTIONERS, each.kind, f"captioners.{name}.kind")
        settings = from_values(kind.Settings, each.settings, f"captioners.{name}.settings.")
        unread = sorted(set(each.modalities) - set(kind.modalities))
        if unread:
            raise ConfigError(f"captioners.{name}.modalities: {unread[0]} is not named by a {each.kind}")
        made = kind.from_pretrained(folder / each.path, settings, dtype)
        for modality in map(Modality, each.modalities):
            family[modality] = (*family.get(modality, ()), made)
    return family


def build_template(config: LanguageModelConfig, backbone: Backbone) -> PromptTemplate:
    """The words around the turns: the config's, or the tokenizer's own with what the config says beside it."""
    values = _modal_keys(config.template)
    if config.chat_template:
        values = template_values(backbone.tokenizer, values)
    return from_values(PromptTemplate, values, "llm.template.")


def build_tags(config: ModelConfig, template: PromptTemplate) -> CaptionTags | None:
    """The tags of everything a decoder makes, for a model that writes captions; None for any other."""
    captions = config.llm.captions
    if captions is None:
        return None
    told = {} if captions.instruction is None else {"instruction": captions.instruction}
    tags = {Modality(name): template.tags(Modality(name)) for name in config.decoders}
    return CaptionTags(tags, max_caption_tokens=captions.max_caption_tokens, **told)


def build_backbone(
    config: LanguageModelConfig,
    folder: Path,
    dtype: torch.dtype | None,
    arguments: Mapping[str, Any] | None = None,
) -> Backbone:
    """The language model; `arguments` are more of transformers' from_pretrained. Raises ConfigError, CheckpointError."""
    lm_class = "AutoModelForCausalLM"
    if config.native_encoders is not None:
        lm_class = class_of(NATIVE_ENCODERS, config.native_encoders.kind, "llm.native_encoders.kind").lm_class
    return Backbone.from_pretrained(
        folder / config.path, signal_tokens_of(config), dtype, config.trained_rows, arguments, lm_class
    )


def signal_tokens_of(config: LanguageModelConfig) -> SignalTokens:
    """The tokens that join the base's vocabulary."""
    counts = {Modality(name): count for name, count in config.signal_tokens.items()}
    return SignalTokens(
        counts, {Modality(name): text for name, text in config.spelling.items()}, config.wrappers
    )


def build_native_encoders(
    config: LanguageModelConfig, folder: Path, backbone: Backbone
) -> NativeEncoders | None:
    """What a language model reads media with itself; None for any other. Raises ConfigError."""
    if config.native_encoders is None:
        return None
    kind = class_of(NATIVE_ENCODERS, config.native_encoders.kind, "llm.native_encoders.kind")
    settings = from_values(kind.Settings, config.native_encoders.settings, "llm.native_encoders.settings.")
    unread = sorted(set(config.native_encoders.modalities) - set(kind.every))
    if unread:
        raise ConfigError(
            f"llm.native_encoders.modalities: {unread[0]} is not read by a {config.native_encoders.kind}"
        )
    modalities = tuple(map(Modality, config.native_encoders.modalities))
    return kind.from_pretrained(folder / config.path, backbone, settings, modalities)  # type: ignore[no-any-return]


def build_decoders(
    configs: Mapping[str, DecoderConfig],
    folder: Path,
    dtype: torch.dtype = torch.float32,
    offload: Mapping[str, str] | None = None,
) -> LazyDecoders:
    """The family of decoders, none loaded. `offload` (part -> way) is checked against the ways each has.

    Raises ConfigError for an unknown kind, one of another modality, and a way it does not have."""
    loaders: dict[Modality, Callable[[], Decoder]] = {}
    for modality, each in configs.items():
        kind = class_of(DECODERS, each.kind, f"decoders.{modality}.kind")
        if MAKES[each.kind] != modality:
            raise ConfigError(
                f"decoders.{modality}.kind: {each.kind} makes {MAKES[each.kind]}, not {modality}"
            )
        way = (offload or {}).get(f"decoders.{modality}")
        if way is not None and way not in kind.offloads:
            raise ConfigError(
                f"offload of decoders.{modality} is {way}; {each.kind} has {', '.join(kind.offloads)}"
            )
        loaders[Modality(modality)] = partial(
            kind.from_pretrained, folder / each.path, each.conditioning, each.defaults, dtype
        )
    declared = {Modality(name): dict(each.conditioning) for name, each in configs.items()}
    return LazyDecoders(loaders, declared)


def class_of(table: Mapping[str, str], kind: str, path: str) -> Any:
    """The class a kind stands for; `path` is where the config names it. Raises ConfigError."""
    if kind not in table:
        raise ConfigError(f"{path}: {kind!r} does not exist; {nearest(kind, table)}")
    module, _, name = table[kind].partition(":")
    return getattr(import_module(module), name)


def _named(path: str, make: Callable[..., nn.Module], *arguments: Any) -> nn.Module:
    """What `make` makes; its ConfigError says which projector it was about."""
    try:
        return make(*arguments)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _modal_keys(template: Mapping[str, Any]) -> dict[str, Any]:
    """Lead-ins are looked up by modality."""
    values = dict(template)
    if "lead_ins" in values:
        values["lead_ins"] = {Modality(name): words for name, words in values["lead_ins"].items()}
    return values
