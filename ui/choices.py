"""What a visitor may choose for the next answer, and the options that follow from it. Knows nothing of Streamlit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from anygen.core.errors import CheckpointError, ConfigError
from anygen.messages.options import LIMITS

MEDIA = ("image", "audio", "video")
ICONS = {
    "text": ":material/notes:",
    "image": ":material/image:",
    "audio": ":material/graphic_eq:",
    "video": ":material/movie:",
}
QUALITIES = {"draft": 0.5, "good": 1.0, "best": 2.0}
"""Denoising steps, as a multiple of the model's own number of them."""
SIZES = (1.0, 1.5, 2.0)
"""Edges, as multiples of the model's own."""
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Facts:
    """What the page says of a model, read from its config alone; `trouble` says why it cannot be used here."""

    name: str
    description: str = ""
    licence: str = ""
    makes: tuple[str, ...] = ("text",)
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Each modality's own options."""
    temperature: float | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Choices:
    """What the next answer is made with. `seed` is None where each answer takes a new one."""

    model: str = "mini"
    modalities: tuple[str, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    trouble: str = ""

    def next_seed(self) -> int:
        """The locked one, else a new one."""
        return new_seed() if self.seed is None else self.seed


def new_seed() -> int:
    """One nobody chose."""
    return secrets.randbelow(LARGEST_SEED)


def known_models(first: str) -> list[str]:
    """The model the server was started with, then every preset."""
    from anygen.loading import presets

    return list(dict.fromkeys([first, *presets.presets(), *presets.plans()]))


@lru_cache(maxsize=64)
def facts_of(model: str) -> Facts:
    """Read a model's config; a preset whose weights are not here says how to get them."""
    from anygen.core.config import read_config, to_values
    from anygen.loading.model_manifest import CONFIG
    from anygen.loading.presets import plan_config, resolve

    plan = plan_config(model)
    trouble = (
        ""
        if plan is None
        else f"The weights of {model} are not on this machine. To get them: anygen pull {model}"
    )
    try:
        config = read_config(plan or resolve(model, local_files_only=True) / CONFIG)
    except (CheckpointError, ConfigError, OSError) as error:
        return Facts(model, trouble=str(error))
    return Facts(
        name=model,
        description=config.description,
        licence=config.licence,
        makes=("text", *(each for each in MEDIA if each in config.decoders)),
        defaults={str(name): to_values(each.defaults) for name, each in config.decoders.items()},
        temperature=config.sampling.temperature,
        trouble=trouble,
    )


def quality_options(facts: Facts, quality: str) -> dict[str, dict[str, Any]]:
    """The steps of each medium for draft, good or best; good is the model's own, so it says nothing."""
    factor = QUALITIES[quality]
    if factor == 1.0:
        return {}
    low, high = LIMITS.num_inference_steps
    return {
        modality: {
            "num_inference_steps": int(min(high, max(low, round(values["num_inference_steps"] * factor))))
        }
        for modality, values in facts.defaults.items()
        if values.get("num_inference_steps")
    }


def sizes_of(values: Mapping[str, Any]) -> list[tuple[int, int]]:
    """(width, height) of what may be drawn, the model's own first."""
    width, height = values.get("width"), values.get("height")
    if not width or not height:
        return []
    highest = LIMITS.width[1]
    return [
        (round(width * factor), round(height * factor))
        for factor in SIZES
        if max(width, height) * factor <= highest
    ]


def changed_options(facts: Facts, chosen: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of what stands in the fields, what differs from the model's own: so a record says only what was asked for."""
    changed = {
        modality: {
            name: value
            for name, value in values.items()
            if value is not None and value != facts.defaults.get(modality, {}).get(name)
        }
        for modality, values in chosen.items()
    }
    return {modality: values for modality, values in changed.items() if values}
