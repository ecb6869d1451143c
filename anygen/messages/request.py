"""What was asked: the conversation, the options, and which modalities may and must come back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from anygen.core.errors import PromptError
from anygen.core.modality import Modality
from anygen.messages.message import Message
from anygen.messages.options import GenerationOptions


@dataclass(frozen=True, eq=False)
class Request:
    """One prompt with what goes with it. `allowed` is what may come back, `required` what must, in the model's own order."""

    messages: tuple[Message, ...] = ()
    options: GenerationOptions = field(default_factory=GenerationOptions)
    allowed: tuple[Modality, ...] = ()
    required: tuple[Modality, ...] = ()


def limits(
    makes: Sequence[Modality], modalities: Collection[str] | None, require: Collection[str]
) -> tuple[tuple[Modality, ...], tuple[Modality, ...]]:
    """What may and what must come back from a model that `makes` these. Raises PromptError for what it cannot make."""
    asked: dict[str, Collection[str]] = {
        "modalities": makes if modalities is None else modalities,
        "require": require,
    }
    for name, values in asked.items():
        wrong = [value for value in values if value not in makes]
        if isinstance(values, str) or wrong:
            found = repr(values) if isinstance(values, str) else repr(str(wrong[0]))
            raise PromptError(f"{name}: {found}; a list out of {', '.join(makes)} is accepted")
    if not asked["modalities"]:
        raise PromptError(
            f"modalities: nothing may come back; at least one out of {', '.join(makes)} is needed"
        )
    outside = [value for value in require if value not in asked["modalities"]]
    if outside:
        raise PromptError(f"require: {outside[0]} is not among the modalities that may come back")
    allowed, required = (
        tuple(each for each in makes if each in asked[name]) for name in ("modalities", "require")
    )
    return allowed, required
