"""What trains: a positive list of groups. Everything it does not name is frozen and in evaluation mode.

| group | parameters |
|---|---|
| input_projectors | all of them; `input_projectors.image` only that one |
| output_projectors | likewise |
| signal_tokens | the embedding and head rows of the signal tokens, and no other row |
| lora | the adapters in the language model (`anygen.llm.lora` adds them) |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from anygen.core.errors import ConfigError, nearest
from anygen.llm.signal_tokens import SignalRows

GROUPS = ("input_projectors", "output_projectors", "signal_tokens", "lora")


@dataclass(frozen=True, eq=False)
class Trainable:
    """The parameters that train, by group and by their name in the module that holds them all."""

    groups: Mapping[str, Mapping[str, nn.Parameter]]

    @property
    def parameters(self) -> dict[str, nn.Parameter]:
        """Name -> parameter, over all groups."""
        return {name: each for group in self.groups.values() for name, each in group.items()}

    @property
    def counts(self) -> dict[str, int]:
        """Group -> how many numbers it trains."""
        return {group: sum(each.numel() for each in found.values()) for group, found in self.groups.items()}


def select_trainable(parts: nn.Module, groups: Sequence[str]) -> Trainable:
    """Freeze all of `parts` but the named groups, and put all but those in evaluation mode.

    `parts` holds `input_projectors`, `output_projectors` and `backbone` (see teacher_forced.py).
    Raises ConfigError for an unknown or empty group, or one named twice."""
    if not groups:
        raise ConfigError(f"trainable: names nothing; known are {', '.join(GROUPS)}")
    parts.requires_grad_(False)
    parts.eval()
    chosen: dict[str, dict[str, nn.Parameter]] = {}
    taken: set[str] = set()
    for group in groups:
        found = {
            name: parameter for name, parameter in parts.named_parameters() if name in _names(parts, group)
        }
        if taken & found.keys():
            raise ConfigError(f"trainable: {group} names parameters that another group already does")
        taken |= found.keys()
        chosen[group] = found
        for parameter in found.values():
            # Half precision would round small updates away.
            parameter.data = parameter.data.float()
            parameter.requires_grad_(True)
        for name in _modules(parts, group):
            parts.get_submodule(name).train()
    return Trainable(chosen)


def _names(parts: nn.Module, group: str) -> frozenset[str]:
    """The names of a group's parameters within `parts`."""
    head, _, member = group.partition(".")
    if head in ("input_projectors", "output_projectors"):
        projectors = parts.get_submodule(head)
        known = [name for name, _ in projectors.named_children()]
        if member and member not in known:
            raise ConfigError(
                f"trainable: {group!r} does not exist; {nearest(group, [f'{head}.{name}' for name in known])}"
            )
        prefix = f"{group}."
        names = [name for name, _ in parts.named_parameters() if name.startswith(prefix)]
    elif group == "signal_tokens":
        rows = [name for name, module in parts.named_modules() if isinstance(module, SignalRows)]
        names = [f"{row}.{name}" for row in rows for name, _ in parts.get_submodule(row).named_parameters()]
    elif group == "lora":
        names = [name for name, _ in parts.named_parameters() if ".lora_" in name]
    else:
        raise ConfigError(f"trainable: {group!r} does not exist; {nearest(group, GROUPS)}")
    if not names:
        hint = "; the stage's `lora` settings add them" if group == "lora" else ""
        raise ConfigError(f"trainable: the model has no parameters in {group}{hint}")
    return frozenset(names)


def _modules(parts: nn.Module, group: str) -> list[str]:
    """The modules of a group that go into training mode (dropout, the noise of a grouping projector)."""
    if group == "lora":
        return [name for name, _ in parts.named_modules() if ".lora_" in name]
    if group == "signal_tokens":
        return []
    return [group]
