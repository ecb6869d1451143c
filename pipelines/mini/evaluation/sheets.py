"""What a person should look at: pictures, clips and sounds as they came, with nothing chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PILImage
from PIL import ImageDraw

from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen_pipelines.mini import probes, sounds, world
from anygen_pipelines.mini.evaluation.asking import ask
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.checks import array_of

LABEL_HEIGHT = 12  # pixels


def contact_sheet(bench: Bench, path: Path, num_pictures: int = 64) -> Path:
    """Seeds 0 to 63, unselected, eight a row: seed i asks for thing i (they go round) at random otherwise."""
    scenes = [_scene(seed) for seed in range(num_pictures)]
    made = _ask_all(bench, [ask("draw", seed, **vars(scene)) for seed, scene in enumerate(scenes)], IMAGE)
    labels = [f"{scene.size} {scene.thing}, {scene.colour}" for scene in scenes]
    return grid(
        [None if picture is None else picture.pixels for picture in made], labels, path, columns=8, scale=2
    )


def film_strips(bench: Bench, path: Path, num_clips: int = 12) -> Path:
    """Seeds 0 to 11, unselected: one clip a line, its frames from left to right."""
    scenes = [_scene(seed) for seed in range(num_clips)]
    motions = [world.MOTIONS[seed % len(world.MOTIONS)] for seed in range(num_clips)]
    clips = [
        world.Clip(scene.thing, scene.colour, scene.size, motion)
        for scene, motion in zip(scenes, motions, strict=True)
    ]
    made = _ask_all(bench, [ask("animate", seed, **vars(clip)) for seed, clip in enumerate(clips)], VIDEO)
    strips = [None if clip is None else np.concatenate(list(clip.frames[:8]), axis=1) for clip in made]
    labels = [f"{clip.size} {clip.thing}, {clip.colour}, {clip.motion}" for clip in clips]
    return grid(strips, labels, path, columns=1, scale=2)


def spectrograms(bench: Bench, path: Path) -> Path:
    """Two sounds of every kind, recorded (fold 4) or made by code, beside two by mini: 2.56 s, 64 mel bands."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    things = world.SOUNDING
    prompts = [ask("hear", take, thing=thing) for thing in things for take in range(2)]
    made = _ask_all(bench, prompts, AUDIO)
    recorded = {recording.thing for recording in bench.recordings.values()}
    figure, axes = pyplot.subplots(len(things), 4, figsize=(11, 1.05 * len(things)), squeeze=False)
    for row, thing in enumerate(things):
        columns: list[np.ndarray | None] = [_heard(bench, thing, take) for take in range(2)]
        columns += [None if each is None else array_of(each) for each in made[2 * row : 2 * row + 2]]
        for column, samples in enumerate(columns):
            axis = axes[row, column]
            axis.set_xticks([])
            axis.set_yticks([])
            if samples is not None:
                mel_TM = probes.read_sounds([samples])[0].numpy()
                axis.imshow(mel_TM.T, origin="lower", aspect="auto", cmap="magma", vmin=-1.9, vmax=2)
            if column in (0, 2):
                source = "by mini" if column == 2 else "recorded" if thing in recorded else "by code"
                axis.text(2, 1, source, color="white", fontsize=6, va="bottom")
        axes[row, 0].set_ylabel(thing, fontsize=8, rotation=0, ha="right", va="center")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
    # A third of the bytes, and no difference to the eye.
    PILImage.open(path).convert("RGB").quantize(96).save(path, optimize=True)
    return path


def _scene(seed: int) -> world.Scene:
    rng = np.random.default_rng([64, seed])
    return world.Scene(
        world.THINGS[seed % len(world.THINGS)],
        str(rng.choice(tuple(world.COLOURS))),
        str(rng.choice(world.POSITIONS)),
        str(rng.choice(world.SIZES)),
    )


def _heard(bench: Bench, thing: str, take: int) -> np.ndarray:
    takes = sorted(name for name, recording in bench.recordings.items() if recording.thing == thing)
    if takes:
        return sounds.window(bench.recordings[takes[take % len(takes)]].samples)
    return sounds.synthesise(thing, np.random.default_rng([5, take]))


def _ask_all(bench: Bench, prompts: Sequence[str], modality: Modality) -> list[Any]:
    """The first medium of each reply, or None."""
    replies = bench.in_batches(bench.model.generate_batch, prompts)
    return [(reply.of(modality) or (None,))[0] for reply in replies]


def grid(
    pictures: Sequence[np.ndarray | None], labels: Sequence[str], path: Path, columns: int, scale: int
) -> Path:
    """Pictures in rows with a label under each; one that did not come is an empty field."""
    height, width = next((picture.shape[:2] for picture in pictures if picture is not None), (64, 64))
    cell_width, cell_height = width * scale + 4, height * scale + LABEL_HEIGHT + 4
    rows = -(-len(pictures) // columns)
    sheet = PILImage.new("RGB", (columns * cell_width, rows * cell_height), (255, 255, 255))
    pen = ImageDraw.Draw(sheet)
    for index, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top = index % columns * cell_width, index // columns * cell_height
        if picture is not None:
            resized = PILImage.fromarray(picture).resize(
                (width * scale, height * scale), PILImage.Resampling.NEAREST
            )
            sheet.paste(resized, (left + 2, top + 2))
        while pen.textlength(label) > cell_width - 4:
            label = label[:-1]
        pen.text((left + 3, top + height * scale + 2), label, fill=(60, 60, 60))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(256).save(path, optimize=True)
    return path
