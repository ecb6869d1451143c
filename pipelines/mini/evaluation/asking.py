"""The evaluation's own wordings, by task, and how an attribute's value may be called: read from wordings.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from anygen_pipelines.mini import world

WORDINGS: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("wordings.yaml").read_text(encoding="utf-8")
)
PHRASES: dict[str, tuple[str, ...]] = {task: tuple(several) for task, several in WORDINGS["phrases"].items()}
YES, NO, ADMITS = (tuple(WORDINGS[name]) for name in ("yes", "no", "admits"))
MOVING: dict[str, str] = WORDINGS["moving"]
PLACES: dict[str, str] = WORDINGS["places"]
VALUES: dict[str, tuple[str, ...]] = {
    "thing": world.THINGS,
    "colour": tuple(world.COLOURS),
    "position": world.POSITIONS,
    "size": world.SIZES,
    "motion": world.MOTIONS,
}
SPOKEN: dict[str, dict[str, tuple[str, ...]]] = {
    name: {value: tuple(WORDINGS["spoken"].get(name, {}).get(value, (value,))) for value in values}
    for name, values in VALUES.items()
}
UNCOUNTED = frozenset({"fire"})


def with_article(thing: str) -> str:
    """ "a dog", "an alarm clock", and plain "fire"."""
    return thing if thing in UNCOUNTED else f"{world.article(thing)} {thing}"


def ask(task: str, index: int, **slots: str) -> str:
    """The `index`-th wording of a task (they go round), its slots filled; things get their articles here."""
    wordings = PHRASES[task]
    values = dict(slots)
    if "thing" in slots:
        values["a_thing"] = with_article(slots["thing"])
        if "size" in slots:
            values["a_sized"] = f"a {slots['size']} {slots['thing']}"
    if "position" in slots:
        values["place"] = PLACES[slots["position"]]
    if "motion" in slots:
        values["moving"] = MOVING[slots["motion"]]
    return wordings[index % len(wordings)].format(**values)
