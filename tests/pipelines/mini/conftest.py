"""A few scenes and clips of the world, held-out pairs among them, for what would otherwise go through all of it."""

from __future__ import annotations

import pytest

from anygen_pipelines.mini import world


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes, clips = list(world.all_scenes()), list(world.all_clips())
    for name, items, step in (("all_scenes", scenes, 80), ("all_clips", clips, 112)):
        held = [item for item in items if world.is_held_out(item)][:2]
        few = [*(item for item in items[::step] if not world.is_held_out(item)), *held]
        monkeypatch.setattr(world, name, lambda few=few: iter(few))
