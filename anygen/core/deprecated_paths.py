"""Import paths of earlier versions: each still leads to its module, with a DeprecationWarning that names the new path."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED: dict[str, str] = {
    "anygen.batch.claims": "anygen.batch.ledger",
    "anygen.batch.keeping": "anygen.batch.commit",
    "anygen.batch.making": "anygen.batch.executor",
    "anygen.batch.points": "anygen.batch.failpoints",
    "anygen.batch.seen": "anygen.batch.manifest",
    "anygen.batch.stopping": "anygen.batch.signals",
    "anygen.build": "anygen.loading.build",
    "anygen.checkpoint": "anygen.loading.checkpoint",
    "anygen.config": "anygen.core.config",
    "anygen.convert": "anygen.loading.convert",
    "anygen.convert.audiocraft": "anygen.loading.convert.audiocraft",
    "anygen.convert.audiocraft_config": "anygen.loading.convert.audiocraft_config",
    "anygen.convert.audiocraft_names": "anygen.loading.convert.audiocraft_names",
    "anygen.convert.coverage": "anygen.loading.convert.coverage",
    "anygen.convert.foreign": "anygen.loading.convert.foreign",
    "anygen.convert.imagebind": "anygen.loading.convert.imagebind",
    "anygen.convert.nextgpt": "anygen.loading.convert.nextgpt",
    "anygen.convert.nextgpt_v15": "anygen.loading.convert.nextgpt_v15",
    "anygen.convert.parts": "anygen.loading.convert.parts",
    "anygen.convert.t5": "anygen.loading.convert.t5",
    "anygen.convert.vicuna": "anygen.loading.convert.vicuna",
    "anygen.convert.writing": "anygen.loading.convert.writing",
    "anygen.data": "anygen.training.data",
    "anygen.data.collate": "anygen.training.data.collate",
    "anygen.data.examples": "anygen.training.data.examples",
    "anygen.data.features": "anygen.training.data.features",
    "anygen.data.fingerprint": "anygen.training.data.fingerprint",
    "anygen.data.sampling": "anygen.training.data.sampling",
    "anygen.data.shards": "anygen.training.data.shards",
    "anygen.data.targets": "anygen.training.data.targets",
    "anygen.decoders.text": "anygen.decoders.text_conditioning",
    "anygen.describers": "anygen.encoders.captioners",
    "anygen.describers.base": "anygen.encoders.captioners.base",
    "anygen.describers.captioner": "anygen.encoders.captioners.image_captioner",
    "anygen.describers.nearest": "anygen.encoders.captioners.nearest",
    "anygen.describers.sound_classifier": "anygen.encoders.captioners.sound_classifier",
    "anygen.describers.transcriber": "anygen.encoders.captioners.transcriber",
    "anygen.doctor": "anygen.loading.doctor",
    "anygen.errors": "anygen.core.errors",
    "anygen.files": "anygen.media.files",
    "anygen.files.atomic": "anygen.core.atomic",
    "anygen.files.audio": "anygen.media.files.audio",
    "anygen.files.grid": "anygen.media.files.grid",
    "anygen.files.image": "anygen.media.files.image",
    "anygen.files.sniff": "anygen.media.files.sniff",
    "anygen.files.table": "anygen.media.files.table",
    "anygen.files.video": "anygen.media.files.video",
    "anygen.files.weights": "anygen.core.safetensors_header",
    "anygen.hub": "anygen.loading.hub",
    "anygen.input_projectors": "anygen.projectors.input",
    "anygen.input_projectors.group": "anygen.projectors.input.group",
    "anygen.input_projectors.linear": "anygen.projectors.input.linear",
    "anygen.input_projectors.mlp": "anygen.projectors.input.mlp",
    "anygen.llm.decoding": "anygen.llm.decode_loop",
    "anygen.llm.senses": "anygen.llm.native_encoders",
    "anygen.measurements": "anygen.media.measurements",
    "anygen.medium": "anygen.media.base",
    "anygen.memory": "anygen.loading.memory",
    "anygen.message": "anygen.messages.message",
    "anygen.modality": "anygen.core.modality",
    "anygen.options": "anygen.messages.options",
    "anygen.output_projectors": "anygen.projectors.output",
    "anygen.output_projectors.conditioning": "anygen.projectors.output.conditioning",
    "anygen.output_projectors.linear": "anygen.projectors.output.linear",
    "anygen.output_projectors.transformer": "anygen.projectors.output.transformer",
    "anygen.placement": "anygen.loading.placement",
    "anygen.provenance": "anygen.media.provenance",
    "anygen.pull": "anygen.loading.pull",
    "anygen.quiet": "anygen.core.library_logging",
    "anygen.reading": "anygen.generation",
    "anygen.rendering": "anygen.generation",
    "anygen.replay": "anygen.evaluation.replay",
    "anygen.reply": "anygen.messages.reply",
    "anygen.request": "anygen.messages.request",
    "anygen.roads": "anygen.generation",
    "anygen.saved_models": "anygen.core.saved_models",
    "anygen.seeds": "anygen.core.seeds",
    "anygen.streaming": "anygen.messages.streaming",
    "anygen.batch.calibration": "anygen.batch.rendering",
    "anygen.batch.durable": "anygen.batch.ledger",
    "anygen.batch.index": "anygen.batch.job",
    "anygen.batch.inputs": "anygen.batch.items",
    "anygen.batch.ray_backend": "anygen.batch.ray_executor",
    "anygen.batch.ray_cluster": "anygen.batch.ray_executor",
    "anygen.batch.ray_pools": "anygen.batch.ray_workers",
    "anygen.batch.sheet": "anygen.batch.pages",
    "anygen.batch.sizes": "anygen.batch.executor",
    "anygen.batch.sources": "anygen.batch.encoding",
    "anygen.batch.template": "anygen.batch.manifest",
}
"""Old module -> the module that holds its names now."""

ALSO: dict[str, tuple[str, ...]] = {
    "anygen.checkpoint": (
        "anygen.loading.presets",
        "anygen.loading.model_manifest",
        "anygen.loading.weights",
        "anygen.core.state",
    ),
    "anygen.hub": ("anygen.loading.card",),
    "anygen.memory": ("anygen.loading.part_sizes",),
    "anygen.placement": ("anygen.core.devices",),
    "anygen.pull": ("anygen.loading.repository", "anygen.loading.download"),
}
"""Old module -> where those of its names are now that its own successor does not hold."""


class MovedModules(MetaPathFinder, Loader):
    """Finds the modules of MOVED: what an old path imports is the very module of the new one."""

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for a moved module, by its old name; None for any other."""
        return ModuleSpec(fullname, self, is_package=True) if fullname in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of the new path itself, with a warning."""
        new = MOVED[spec.name]
        warnings.warn(f"{spec.name} is {new} now", DeprecationWarning, stacklevel=2)
        module = importlib.import_module(new)
        self._specs[spec.name] = module.__spec__
        for other in ALSO.get(spec.name, ()):
            for name, value in vars(importlib.import_module(other)).items():
                if not name.startswith("_"):
                    module.__dict__.setdefault(name, value)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run; the module gets its own spec back."""
        # It was executed under its own name; the import system has just given it the old one's spec.
        if module.__spec__ is not None:
            module.__spec__ = self._specs.pop(module.__spec__.name)


def install() -> None:
    """Let the old paths be found. First, because a moved package would find its modules a second time by its own path."""
    if not any(isinstance(each, MovedModules) for each in sys.meta_path):
        sys.meta_path.insert(0, MovedModules())
