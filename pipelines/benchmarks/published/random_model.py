"""A preset at full or small size with random weights, each part built where it runs: what memory and time it takes needs no
published file.

What such a model says and draws is noise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from anygen.core.config import DecoderConfig, ModelConfig, from_values
from anygen.core.library_logging import quiet_libraries
from anygen.core.modality import Modality
from anygen.decoders import DECODERS
from anygen.decoders.lazy import LazyDecoders
from anygen.decoders.text_conditioning import NEGATIVE_FILE
from anygen.encoders import ENCODERS
from anygen.llm.backbone import Backbone
from anygen.loading.build import class_of, join, signal_tokens_of
from anygen.model import AnyGen
from anygen_pipelines.benchmarks.published.architectures import (
    MODELS,
    PIPELINES,
    Component,
    config_of,
    write_configs,
)

TOKENIZER = Path(__file__).parents[2] / "mini" / "tokenizer"
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
OnPart = Callable[[str], contextlib.AbstractContextManager[None]]
"""Entered with a part's name while that is built."""


@dataclass(frozen=True)
class Site:
    """Where a model is built: its configs in `folder`, its parts on `device` at `dtype`; `small`: the small twins."""

    folder: Path
    device: torch.device
    dtype: torch.dtype
    small: bool = False
    on_part: OnPart = lambda part: contextlib.nullcontext()


@contextlib.contextmanager
def built_on(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Modules made meanwhile lie on `device` at `dtype` from their first value on."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with quiet_libraries("transformers", "diffusers"), torch.device(device):
            yield
    finally:
        torch.set_default_dtype(before)


def random_model(config: ModelConfig, site: Site) -> AnyGen:
    """The model of a preset that reads with encoders, its configs written to `site.folder`, its decoders one at a time.

    Raises ValueError where an architecture is not known here."""
    unknown = write_configs(config, site.folder, site.small)
    if unknown or config.captioners or config.llm.native_encoders is not None:
        named = [*unknown, *(f"captioners.{name}" for name in config.captioners)]
        raise ValueError(f"{config.name}: no architecture is written down here for {', '.join(named)}")
    encoders: dict[Modality, Any] = {}
    for name, encoder in config.encoders.items():
        kind = class_of(ENCODERS, encoder.kind, f"encoders.{name}.kind")
        settings = from_values(kind.Settings, encoder.settings)
        with site.on_part(f"encoders.{name}"), built_on(site.device, torch.float32):
            made = kind(kind.config_of(site.folder / encoder.path, settings, encoder.modalities)).eval()
            made.at_precision(site.dtype)
        encoders |= {Modality(modality): made for modality in encoder.modalities}
    with site.on_part("llm"):
        backbone = random_backbone(config, site)
    loaders = {
        Modality(name): partial(random_decoder, config, name, each, site)
        for name, each in config.decoders.items()
    }
    declared = {Modality(name): dict(each.conditioning) for name, each in config.decoders.items()}
    decoders = LazyDecoders(loaders, declared)
    decoders.budget = 0
    with site.on_part("projectors"):
        model = join(config, encoders, backbone, decoders, {}, site.folder)
        for family in (model.input_projectors, model.output_projectors):
            family.to(site.device)
    return model.requires_grad_(False)


def random_backbone(config: ModelConfig, site: Site) -> Backbone:
    """The language model with a tokenizer that stands in for its own: smaller, with the same special tokens."""
    import transformers

    component = MODELS[config.sources["llm"].repository]
    with built_on(site.device, site.dtype):
        lm = transformers.AutoModelForCausalLM.from_config(
            config_of(component, site.small), dtype=site.dtype, trust_remote_code=False
        )
    tokenizer = transformers.AutoTokenizer.from_pretrained(TOKENIZER, trust_remote_code=False)
    tokenizer.add_special_tokens({"bos_token": "<s>", "eos_token": "</s>"})
    if config.llm.chat_template:
        tokenizer.add_tokens("<|im_start|>", special_tokens=True)
        tokenizer.add_special_tokens({"eos_token": "<|im_end|>"})
        tokenizer.chat_template = CHAT
    lm.generation_config.eos_token_id = None
    backbone = Backbone(lm.eval(), tokenizer, signal_tokens_of(config.llm), config.llm.trained_rows)
    return backbone.to(site.device)


def random_decoder(config: ModelConfig, modality: str, decoder: DecoderConfig, site: Site) -> Any:
    """A decoder without its text encoders; what guidance leads away from is random too."""
    from safetensors.torch import save_file

    with quiet_libraries("transformers", "diffusers"):
        import diffusers
    kind = class_of(DECODERS, decoder.kind, f"decoders.{modality}.kind")
    pipeline, components = PIPELINES[config.sources[f"decoders.{modality}"].repository]
    path = site.folder / decoder.path
    save_file(
        {
            name: torch.ones(1, *shape, dtype=torch.bool) if name == "mask" else torch.randn(1, *shape)
            for name, shape in decoder.conditioning.items()
        },
        path / NEGATIVE_FILE,
    )
    with site.on_part(f"decoders.{modality}"), quiet_libraries("transformers", "diffusers"):
        made = {name: _random(each, site) for name, each in components.items() if name not in kind.text_parts}
        absent = dict.fromkeys(kind.text_parts)
        optional = dict.fromkeys(getattr(diffusers, pipeline)._optional_components)
        pipe = getattr(diffusers, pipeline)(**{**optional, **made, **kind.components(path), **absent})
        pipe.set_progress_bar_config(disable=True)
        for name, stand_in in kind.stand_ins(site.dtype).items():
            setattr(pipe, name, stand_in)
        return kind(pipe, decoder.conditioning, decoder.defaults, path, site.dtype)


def _random(component: Component, site: Site) -> Any:
    kind = getattr(import_module(component.library), component.kind)
    if component.kind.endswith("Scheduler"):
        return kind(**component.config(site.small))
    with built_on(site.device, site.dtype):
        if component.library == "diffusers":
            made = kind.from_config(component.config(site.small))
        else:
            made = kind(config_of(component, site.small))
    # Tables of positions are made at single precision; loading would cast them too.
    return torch.nn.Module.to(made, site.dtype).eval().requires_grad_(False)
