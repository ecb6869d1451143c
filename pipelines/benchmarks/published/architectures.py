"""The architectures of published models, read from architectures.yaml; and the config files of a preset's parts in a folder,
as the published repositories hold them: no weights, no tokenizers.

`anygen.loading.part_sizes.make_plan` counts the real classes by them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from anygen.core.config import ModelConfig
from anygen.encoders.imagebind.config import (
    GridTowerConfig,
    ImageBindConfig,
    VisionTowerConfig,
    imagebind_huge,
)

Values = Mapping[str, Any]

IMAGEBIND_SMALL = ImageBindConfig(
    embed_dim=1024,
    vision=VisionTowerConfig(dim=16, blocks=1, heads=2),
    audio=GridTowerConfig(
        dim=16, blocks=1, heads=2, height=128, width=204, kernel=16, stride=10, logit_scale=20.0
    ),
)


@dataclass(frozen=True)
class Component:
    """One module: the library it is of, its class, the values of its config.json, and those that a small twin replaces."""

    library: str
    kind: str
    values: Values = field(default_factory=dict)
    small: Values = field(default_factory=dict)

    def config(self, small: bool) -> dict[str, Any]:
        """The values of its config.json, or those of its small twin."""
        return {**self.values, **(self.small if small else {})}


def _component(entry: Mapping[str, Any]) -> Component:
    (library,) = entry.keys() & {"transformers", "diffusers"}
    return Component(library, entry[library], entry.get("values", {}), entry.get("small", {}))


_WRITTEN = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
_COMPONENTS = {name: _component(entry) for name, entry in _WRITTEN["components"].items()}

PIPELINES: dict[str, tuple[str, dict[str, Component]]] = {
    repository: (entry["class"], {part: _COMPONENTS[name] for part, name in entry["parts"].items()})
    for repository, entry in _WRITTEN["pipelines"].items()
}
"""Repository -> its pipeline's class, and its components."""

MODELS: dict[str, Component] = {
    repository: _COMPONENTS[name] for repository, name in _WRITTEN["models"].items()
}
"""Repository -> the language model in it."""


def write_configs(config: ModelConfig, folder: Path, small: bool = False) -> dict[str, str]:
    """Write the configs of every part whose architecture is known here; part -> repository of the others.

    With `small` those of the small twins."""
    unknown = {}
    for encoder in config.encoders.values():
        made = IMAGEBIND_SMALL if small else imagebind_huge()
        _write(folder / encoder.path / "config.json", made.to_dict())
    repository = config.sources["llm"].repository
    if repository in MODELS:
        _write_component(MODELS[repository], folder / config.llm.path, small)
    else:
        unknown["llm"] = repository
    for modality, decoder in config.decoders.items():
        repository = config.sources[f"decoders.{modality}"].repository
        if repository not in PIPELINES:
            unknown[f"decoders.{modality}"] = repository
            continue
        pipeline, components = PIPELINES[repository]
        root = folder / decoder.path
        _write(
            root / "model_index.json",
            {
                "_class_name": pipeline,
                **{name: [each.library, each.kind] for name, each in components.items()},
            },
        )
        for name, each in components.items():
            if name != "scheduler":
                _write_component(each, root / name, small)
    return unknown


def config_of(component: Component, small: bool) -> Any:
    """A transformers config object of a component."""
    kind = getattr(import_module("transformers"), component.kind)
    return kind.config_class(architectures=[component.kind], **component.config(small))


def _write_component(component: Component, folder: Path, small: bool) -> None:
    if component.library == "diffusers":
        _write(folder / "config.json", {"_class_name": component.kind, **component.config(small)})
    else:
        folder.mkdir(parents=True, exist_ok=True)
        config_of(component, small).save_pretrained(folder)


def _write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1), encoding="utf-8")
