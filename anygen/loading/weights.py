"""trained.safetensors: what the stages trained, out of a model and into one.

input_projectors.*, output_projectors.*, signal_tokens.*, lora.*; and vocabulary.*, the base's own rows, where a checkpoint
was trained on them (llm.trained_rows).
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from anygen.core.config import LoraConfig
from anygen.core.errors import CheckpointError
from anygen.core.state import check_state
from anygen.llm.lora import LoraSettings, add_lora, load_lora_state, lora_state, merge_lora, place_lora
from anygen.loading.build import SHARED
from anygen.loading.model_manifest import TRAINED
from anygen.model import AnyGen


def trained_state(model: AnyGen) -> dict[str, Tensor]:
    """Everything the stages train, by the names it is saved under, each in the shape its module has."""
    state = {f"input_projectors.{name}": value for name, value in _once(model.input_projectors).items()}
    state |= {
        f"output_projectors.{name}": value for name, value in model.output_projectors.state_dict().items()
    }
    state |= model.backbone.signal_state() | model.backbone.vocabulary_state()
    # Adapters that were merged at load are kept apart, so that saving again does not lose them.
    return state | (lora_state(model.backbone) or model.merged_lora)


def _once(family: nn.ModuleDict) -> dict[str, Tensor]:
    """The state of a family, a shared member's under its first name only."""
    first: dict[nn.Module, str] = {}
    for name, member in family.items():
        first.setdefault(member, name)
    return {
        f"{name}.{key}": value for member, name in first.items() for key, value in member.state_dict().items()
    }


def load_trained(model: AnyGen, folder: Path, merge: bool) -> None:
    """Put what a folder holds of trained weights into a model built of its config; nothing where none is trained.

    `merge` adds LoRA into the language model. Raises CheckpointError for a file that cannot be read or does not fit."""
    if not model.config.is_trained:
        return
    found = _read(folder / TRAINED)
    lora = model.config.llm.lora
    if lora is not None:
        add_lora(model.backbone, LoraSettings(lora.rank, lora.alpha, lora.dropout, lora.targets))
        if model.backbone.is_dispatched:
            place_lora(model.backbone)
    check_state(str(folder / TRAINED), found, trained_state(model))
    for name, settings in model.config.input_projectors.items():
        if settings.get("kind") != SHARED:
            model.input_projectors[name].load_state_dict(_below(f"input_projectors.{name}.", found))
    model.output_projectors.load_state_dict(_below("output_projectors.", found))
    families: dict[str, dict[str, Tensor]] = {}
    for name, value in found.items():
        families.setdefault(name.partition(".")[0], {})[name] = value
    model.backbone.load_signal_state(families.get("signal_tokens", {}))
    model.backbone.load_vocabulary_state(families.get("vocabulary", {}))
    if lora is not None:
        load_lora_state(model.backbone, families["lora"])
        if merge:
            merge_lora(model.backbone)
            model.merged_lora = families["lora"]


def _read(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not path.is_file():
        raise CheckpointError(f"{path}: no such file; a folder saved by save_pretrained has one")
    try:
        return {name: value.float() for name, value in load_file(path).items()}
    except SafetensorError as error:
        raise CheckpointError(f"{path}: cannot be read as safetensors: {error}") from error


def _below(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def lora_config(model: AnyGen) -> LoraConfig | None:
    """The adapters in the model, as the config names them; None without any."""
    from peft.tuners.lora import LoraLayer

    layers = [(n, m) for n, m in model.backbone.lm.named_modules() if isinstance(m, LoraLayer)]
    if not layers:
        return model.config.llm.lora if model.merged_lora else None
    layer = layers[0][1]
    adapter = next(iter(layer.r))
    targets = tuple(sorted({name.rpartition(".")[2] for name, _ in layers}))
    return LoraConfig(int(layer.r[adapter]), float(layer.lora_alpha[adapter]), targets)
