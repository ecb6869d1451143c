"""What the campaigns render: a manifest of every kind of item, small, with two lines that must fail; and a shorter one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from anygen import Audio, Image

THINGS = ("dog", "rooster", "car", "train", "helicopter", "frog", "cat", "sheep")
STEPS = 3


def options() -> dict[str, Any]:
    """Few steps, so that a campaign of hundreds of runs ends; they draw what more steps draw, only worse."""
    return {
        "max_new_tokens": 40,
        "image": {"num_inference_steps": STEPS},
        "audio": {"num_inference_steps": STEPS, "seconds": 0.64},
        "video": {"num_inference_steps": 2, "num_frames": 4},
    }


def write_mixed(folder: Path, texts: int = 12, media: int = 2, videos: int = 1) -> Path:
    """manifest.jsonl and its inputs in `folder`: `texts` items of words alone, `media` of each of drawing, sound, a picture
    read, a sound read, and `videos` clips; one item of three samples, one of two; one bad line; one id that stands twice."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_inputs(folder)
    lines: list[dict[str, Any]] = []

    def add(kind: str, **line: Any) -> None:
        lines.append({"id": f"{kind}-{len(lines)}", "options": options(), **line})

    for index in range(texts):
        add("text", prompt=f"What does a {THINGS[index % len(THINGS)]} sound like?", modalities=["text"])
    for index in range(media):
        thing = THINGS[index % len(THINGS)]
        add("image", prompt=f"Draw a {thing} on a blue background.", require=["image"], n=3 - 2 * (index > 0))
        add("audio", prompt=f"Play the sound of a {thing}.", require=["audio"], n=2 - (index > 0))
        add(
            "seen",
            prompt=["What is this?", {"type": "image", "path": f"inputs/{index % 2}.png"}],
            modalities=["text"],
            meta={"index": index},
        )
        part = {"type": "audio", "path": "inputs/tone.wav"}
        turn = {"role": "user", "content": ["Draw what you hear.", part]}
        add("heard", messages=[turn], require=["image"], seed=index)
    for index in range(videos):
        thing = THINGS[(index + 2) % len(THINGS)]
        add("video", prompt=f"Show a {thing} moving left.", require=["video"])
    # Spread, so that every window and every kill meets all kinds.
    lines = [line for start in range(5) for line in lines[start::5]]
    lines.insert(3, {"id": "bad", "prompt": "Hello", "require": ["smell"]})
    lines.append({"id": lines[0]["id"], "prompt": "The same id again."})
    return _write(folder / "manifest.jsonl", lines)


def write_short(folder: Path) -> Path:
    """Words, a picture and a sound: all that a job writes, in few calls."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[dict[str, Any]] = [
        {"id": "a", "prompt": "Hello.", "modalities": ["text"]},
        {"id": "b", "prompt": "Draw a dog.", "require": ["image"]},
        {"id": "c", "prompt": "The sound of a rooster.", "require": ["audio"]},
        {"id": "d", "prompt": "Good-bye.", "modalities": ["text"], "n": 2},
    ]
    return _write(folder / "short.jsonl", [{**line, "options": options()} for line in lines])


def _write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def expected(manifest: Path) -> set[tuple[str, int]]:
    """The answers that a manifest of these must end with: (id, sample)."""
    found: set[tuple[str, int]] = set()
    for text in manifest.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line["id"] != "bad" and (line["id"], 0) not in found:
            found |= {(line["id"], sample) for sample in range(line.get("n", 1))}
    return found


def _write_inputs(folder: Path) -> None:
    generator = np.random.default_rng(0)
    (folder / "inputs").mkdir(exist_ok=True)
    for index in range(2):
        pixels = np.full((64, 64, 3), (40, 90, 200), np.uint8)
        pixels[16:48, 16:48] = generator.integers(0, 255, 3)
        Image(pixels).save(folder / f"inputs/{index}.png")
    seconds = np.arange(16000) / 16000
    Audio((0.3 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32), 16000).save(
        folder / "inputs/tone.wav"
    )
