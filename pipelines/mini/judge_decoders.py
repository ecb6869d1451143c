"""Judge mini's pretrained decoders before anything is joined to them: captions of held-out pairs by their own text encoders.

    python -m anygen_pipelines.mini.judge_decoders --runs runs --only image --n 120 --esc10 ESC10_FOLDER

Prints what both probes see in what is drawn, in true media that only went through the decoder's autoencoder and
vocoder (what the diffusion model can reach at best), and for pictures the foreground distance to the nearest drawing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.core.seeds import generator
from anygen.decoders.griffin_lim import LogMel
from anygen.loading.build import build_decoders
from anygen_pipelines.mini import assemble, probes, sounds, world
from anygen_pipelines.mini.evaluation.checks import array_of, nearest_drawing
from anygen_pipelines.mini.evaluation.sheets import grid
from anygen_pipelines.mini.pretraining import command

logger = logging.getLogger(__name__)

BATCH = 8


def requests(modality: Modality, count: int) -> tuple[list[str], list[dict[str, str]]]:
    """Captions and what must be seen in them: held-out pairs going round, or sounds going round."""
    if modality == AUDIO:
        things = [world.SOUNDING[index % len(world.SOUNDING)] for index in range(count)]
        return [world.sound_caption(thing) for thing in things], [{"class": thing} for thing in things]
    every = world.all_scenes() if modality == IMAGE else world.all_clips()
    items = [item for item in every if world.is_held_out(item)]
    order = np.random.default_rng(0).permutation(len(items))
    chosen = [items[order[index % len(items)]] for index in range(count)]
    return [world.caption(item) for item in chosen], [vars(item) for item in chosen]


def draw(decoder: Any, captions: Sequence[str], options: Any = None) -> list[Any]:
    """One medium a caption, item i from seed i."""
    made = []
    for start in range(0, len(captions), BATCH):
        batch = captions[start : start + BATCH]
        generators = [generator(start + place, 1) for place in range(len(batch))]
        made += decoder.decode(decoder.encode_text(batch), options, generators)
    return made


@torch.inference_mode()
def through_autoencoder(
    decoder: Any, truths: Sequence[dict[str, str]], esc10: Path | None
) -> tuple[list[np.ndarray], list[dict[str, str]]]:
    """True media coded and decoded, and what they show: drawings, clips, or sounds (fold 4 where there are recordings)."""
    if decoder.modality == IMAGE:
        pictures = [world.draw(world.Scene(**truth)) for truth in truths]
        return [code(decoder.pipe.vae, picture[None])[0] for picture in pictures], list(truths)
    if decoder.modality == VIDEO:
        clips = [world.animate(world.Clip(**truth)) for truth in truths]
        return [code(decoder.pipe.vae, clip) for clip in clips], list(truths)
    recordings = sounds.load_recordings(esc10, folds=(4,)) if esc10 else []
    things = [recording.thing for recording in recordings]
    waves = [sounds.window(recording.samples) for recording in recordings]
    rng = np.random.default_rng(4)
    for thing in world.SYNTHESISED if recordings else world.SOUNDING:
        things += [thing] * 8
        waves += [sounds.synthesise(thing, rng) for _ in range(8)]
    to_mel = LogMel(decoder.pipe.vocoder.mel_config)
    back = []
    for wave in waves:
        mel_BTM = to_mel(torch.from_numpy(sounds.normalise(wave))[None])
        coded = decoder.pipe.vae.encode(mel_BTM[:, None]).latent_dist.mean
        back.append(decoder.pipe.vocoder(decoder.pipe.vae.decode(coded).sample[:, 0])[0].numpy())
    return back, [{"class": thing} for thing in things]


@torch.inference_mode()
def code(autoencoder: Any, pictures: np.ndarray) -> np.ndarray:
    """(N, H, W, 3) uint8 through the autoencoder and back."""
    parameter = next(autoencoder.parameters())
    pixels = (torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1).to(parameter)
    back = autoencoder.decode(autoencoder.encode(pixels).latent_dist.mean).sample.float().clamp(-1, 1)
    return ((back + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def shares(modality: Modality, media: Sequence[np.ndarray], truths: Sequence[dict[str, str]]) -> str:
    """Both probes' shares right in per cent, label by label."""
    verdicts = probes.right(probes.load_probes(str(modality)), str(modality), media, truths)
    figures = {name: 100 * np.mean(each, axis=0) for name, each in verdicts.items()}
    return ", ".join(f"{name} {first:.1f} / {second:.1f}" for name, (first, second) in figures.items())


def foreground(pictures: Sequence[np.ndarray], truths: Sequence[dict[str, str]]) -> dict[str, float]:
    """Mean foreground distance to the nearest drawing in grey levels, by size."""
    distances: dict[str, list[float]] = {"small": [], "big": []}
    for picture, truth in zip(pictures, truths, strict=True):
        distances[truth["size"]].append(nearest_drawing(probes.resized(picture), truth["colour"])[1].distance)
    return {size: float(np.mean(values)) for size, values in distances.items() if values}


def judge(decoder: Any, count: int, esc10: Path | None, sheet: Path | None) -> None:
    """Log what the probes see in what a decoder draws, and in what its autoencoder alone makes of true media."""
    modality, say = decoder.modality, logger.info
    captions, truths = requests(modality, count)
    coded, coded_truths = through_autoencoder(decoder, truths, esc10)
    alone = shares(modality, coded, coded_truths)
    say("%s, autoencoder alone (n %d): %s", modality, len(coded), alone)
    started = time.process_time()
    made = [array_of(medium) for medium in draw(decoder, captions)]
    seconds = (time.process_time() - started) / len(made)
    say("%s, drawn (n %d, %.2f CPU s each): %s", modality, count, seconds, shares(modality, made, truths))
    if modality == IMAGE:
        cost, reached = foreground(coded, truths), foreground(made, truths)
        for size in reached:
            say("%s: foreground %.1f, autoencoder alone %.1f", size, reached[size], cost[size])
    if sheet is not None and modality != AUDIO:
        pictures, columns, scale = made[:64], 8, 2
        if modality == VIDEO:
            pictures, columns, scale = [np.concatenate(list(clip), axis=1) for clip in made[:24]], 2, 1
        labels = [" ".join(truth.values()) for truth in truths[: len(pictures)]]
        grid(pictures, labels, sheet / f"{modality}.png", columns=columns, scale=scale)


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the decoders that are asked for."""
    parser, every = command(__doc__), ["image", "audio", "video"]
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--only", nargs="+", choices=every, default=every)
    parser.add_argument("--n", type=int, default=120)
    parser.add_argument("--esc10", type=Path, help="folder of the ESC-10 recordings")
    parser.add_argument("--sheet", type=Path, help="folder for a picture of what was drawn")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folders = {part: (options.runs / path).resolve().as_posix() for part, path in assemble.PARTS.items()}
    decoders = build_decoders(assemble.config(folders).decoders, Path("/"), torch.float32)
    for name in options.only:
        judge(decoders[Modality(name)], options.n, options.esc10, options.sheet)


if __name__ == "__main__":
    main()
