"""Import paths of earlier versions: each still leads to its module, with a DeprecationWarning that names the new path."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import Loader

_KEPT_NAME: dict[tuple[str, str], str] = {
    ("anygen", "anygen.loading"): "build checkpoint convert doctor hub memory placement pull",
    ("anygen", "anygen.core"): "config errors modality saved_models seeds",
    (
        "anygen.convert",
        "anygen.loading.convert",
    ): "audiocraft audiocraft_config audiocraft_names coverage foreign imagebind nextgpt "
    "nextgpt_v15 parts t5 vicuna writing",
    ("anygen", "anygen.training"): "data",
    ("anygen.data", "anygen.training.data"): "collate examples features sampling shards targets",
    ("anygen.describers", "anygen.encoders.captioners"): "base nearest sound_classifier transcriber",
    ("anygen", "anygen.media"): "files measurements provenance",
    ("anygen.files", "anygen.core"): "atomic",
    ("anygen.files", "anygen.media.files"): "audio grid image sniff table video",
    ("anygen.input_projectors", "anygen.projectors.input"): "group linear mlp",
    ("anygen", "anygen.messages"): "message options reply request streaming",
    ("anygen.output_projectors", "anygen.projectors.output"): "conditioning linear transformer",
    ("anygen", "anygen.evaluation"): "replay",
}
"""(Package of before, package of today): the modules that moved from one to the other under their own name."""

MOVED: dict[str, str] = {
    **{
        f"{old}.{name}": f"{new}.{name}" for (old, new), names in _KEPT_NAME.items() for name in names.split()
    },
    "anygen.batch.claims": "anygen.batch.ledger",
    "anygen.batch.keeping": "anygen.batch.commit",
    "anygen.batch.making": "anygen.batch.executor",
    "anygen.batch.points": "anygen.batch.failpoints",
    "anygen.batch.seen": "anygen.batch.manifest",
    "anygen.batch.stopping": "anygen.batch.signals",
    "anygen.decoders.text": "anygen.decoders.text_conditioning",
    "anygen.data.fingerprint": "anygen.training.data.shards",
    "anygen.describers": "anygen.encoders.captioners",
    "anygen.describers.captioner": "anygen.encoders.captioners.image_captioner",
    "anygen.files.weights": "anygen.core.safetensors_header",
    "anygen.input_projectors": "anygen.projectors.input",
    "anygen.llm.decoding": "anygen.llm.decode_loop",
    "anygen.llm.senses": "anygen.llm.native_encoders",
    "anygen.medium": "anygen.media.base",
    "anygen.output_projectors": "anygen.projectors.output",
    "anygen.quiet": "anygen.core.library_logging",
    "anygen.reading": "anygen.generation",
    "anygen.rendering": "anygen.generation",
    "anygen.roads": "anygen.generation",
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
    "anygen.files.audio": ("anygen.media.resampling",),
    "anygen.hub": ("anygen.loading.card",),
    "anygen.memory": ("anygen.loading.part_sizes",),
    "anygen.placement": ("anygen.core.devices",),
    "anygen.pull": ("anygen.loading.repository", "anygen.loading.download"),
}
"""Old module -> where those of its names are now that its own successor does not hold."""

RENAMED: dict[str, str] = {
    "anygen.batch.claims": "Claims=Leases",
    "anygen.batch.keeping": "KeptInputs=InputCopies",
    "anygen.batch.making": "LocalMaker=LocalExecutor Maker=Executor",
    "anygen.batch.seen": "Seen=DuplicateIds",
    "anygen.build": "build_describers=build_captioners build_senses=build_native_encoders",
    "anygen.config": "DescriberConfig=CaptionerConfig SensesConfig=NativeEncodersConfig",
    "anygen.describers": "DESCRIBERS=CAPTIONERS",
    "anygen.describers.base": "Describer=Captioner",
    "anygen.describers.captioner": "Captioner=ImageCaptioner",
    "anygen.llm.senses": "SENSES=NATIVE_ENCODERS Sensed=NativeFeatures Senses=NativeEncoders",
    "anygen.roads": "CaptionRoad=CaptionStrategy Road=GenerationStrategy SignalRoad=SignalStrategy",
}
"""Old module -> names of it that are other names of its new module now, OLD=NEW."""


class MovedModules:
    """Finds and loads the modules of MOVED: what an old path imports is the very module of the new one.

    A finder and a loader by its methods; their base classes would triple what `import anygen` costs."""

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for a moved module, by its old name; None for any other."""
        return ModuleSpec(fullname, cast("Loader", self), is_package=True) if fullname in MOVED else None

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
        for pair in RENAMED.get(spec.name, "").split():
            before, _, today = pair.partition("=")
            setattr(module, before, getattr(module, today))
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
