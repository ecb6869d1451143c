"""What the stages train on, in miniature."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from anygen import Audio, Image, Video

Settings = Callable[..., Path]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A dozen conversations in which everything is read and made."""
    random = np.random.default_rng(0)
    lines = []
    for index in range(12):
        Image(random.integers(0, 256, (20, 24, 3), dtype=np.uint8)).save(tmp_path / f"{index}.png")
        Audio(random.normal(0, 0.1, 16_000).astype(np.float32), 16_000).save(tmp_path / f"{index}.wav")
        Video(random.integers(0, 256, (4, 16, 16, 3), dtype=np.uint8), 4.0).save(tmp_path / f"{index}.mp4")
        kind, suffix = (("image", "png"), ("audio", "wav"), ("video", "mp4"))[index % 3]
        made = [{"type": each, "caption": f"a {each}"} for each in ("image", "audio", "video")]
        made[0]["path"] = f"{index}.png"
        messages = [
            {
                "role": "user",
                "content": [{"type": kind, "path": f"{index}.{suffix}"}, {"type": "text", "text": "hi"}],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "here"}, *made]},
            {"role": "user", "content": "and?"},
            {"role": "assistant", "content": "yes"},
        ]
        lines.append(json.dumps({"id": str(index), "messages": messages}))
    file = tmp_path / "data.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def settings(tmp_path: Path, data: Path) -> Settings:
    """Writes the YAML of a stage by its number; what it trains from and more settings are given."""

    def write(model: Path, number: int, **more: object) -> Path:
        values = {
            "model": str(model),
            "out": str(tmp_path / f"stage{number}"),
            "cache": str(tmp_path / "cache"),
            "data": [{"path": str(data)}],
            "loop": {"steps": 4, "batch_size": 6, "warmup_steps": 1, "log_every": 1},
        }
        file = tmp_path / f"stage{number}.yaml"
        file.write_text(yaml.safe_dump(values | more))
        return file

    return write
