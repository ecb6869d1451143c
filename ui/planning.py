"""Whether a model fits on this machine, and how it is to be loaded: anygen's memory plan, made once a model."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anygen.core.errors import PromptError, printable

if TYPE_CHECKING:
    from anygen.loading.memory import Machine, Plan

READY_WITHIN = 120.0
"""Seconds that the first plan waits for the worker to say what the machine has."""
PLANS_KEPT = 20


class Planner:
    """Plans by model. The machine is what the worker said: a server that asks a card takes some of its memory."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}
        self._machine: Machine | None = None
        self._is_told = threading.Event()
        self._lock = threading.Lock()

    def tell(self, machine: Mapping[str, Any]) -> None:
        """What Machine.to_dict gave in the worker."""
        from anygen.loading.memory import Machine

        cards = {name: (each["free"], each["total"]) for name, each in machine["cards"].items()}
        self._machine = Machine(machine["ram"], cards)
        self._is_told.set()

    def plan(self, model: str) -> dict[str, Any]:
        """The plan as plain values. Raises PromptError for a model that is not here."""
        return self._of(model).to_dict(self._here())

    def how_to_load(self, model: str) -> dict[str, Any]:
        """Arguments of AnyGen.from_pretrained: a card where it fits on one, else the CPU. Raises PromptError where it fits
        nowhere, with what it needs and what there is."""
        from anygen.loading.presets import resolve

        plan, machine = self._of(model), self._here()
        option = _fitting(plan, machine)
        if option is None:
            raise PromptError(
                f"{model} does not fit on this machine: {'; '.join(plan.fits(machine).values())}"
            )
        try:
            resolve(model, local_files_only=True)
        except ValueError as error:
            raise PromptError(printable(str(error))) from error
        return option

    def _of(self, model: str) -> Plan:
        from anygen.loading.doctor import plan_of

        with self._lock:
            if model not in self._plans:
                try:
                    plan = plan_of(model)
                except ValueError as error:
                    raise PromptError(printable(str(error))) from error
                if len(self._plans) >= PLANS_KEPT:
                    self._plans.pop(next(iter(self._plans)))
                self._plans[model] = plan
            return self._plans[model]

    def _here(self) -> Machine:
        if not self._is_told.wait(READY_WITHIN) or self._machine is None:
            raise PromptError(
                "the model's process is not up yet; try again in a moment, or see the server's log"
            )
        return self._machine


def _fitting(plan: Plan, machine: Machine) -> dict[str, Any] | None:
    """The plainest way to load it: on the first card that holds it, else on the CPU, where nothing is quantized."""
    for card, (_, total) in machine.cards.items():
        if (found := plan.fitting(total)) is not None:
            return {"device": card, **found.given}
    for option in plan.options():
        if "quantization" not in option.given and (option.num_bytes <= machine.ram or not machine.ram):
            return dict(option.given)
    return None
