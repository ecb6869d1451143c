"""Train the judges of mini and measure their ceilings: python -m anygen_pipelines.mini.train_probes --esc10 FOLDER

World samples only, all pairs, recordings of folds 1 to 3. Slight blur, noise, shifts and the softness of an
autoencoder keep the judges fair to made media; smeared, mixed and scrambled samples carry the class "unclear" so that
they do not flatter them. About 500 CPU seconds on one core. Ceilings go to ceilings.json beside the weights.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.pretraining import command
from anygen_pipelines.mini.probes import (
    FRAMES,
    LABELS,
    NETS,
    PROBES_DIR,
    UNCLEAR,
    log_mel,
    right,
    save_probe,
)

logger = logging.getLogger(__name__)

IGNORED = -100  # cross entropy's own default: this item says nothing about this label
STEPS = {"image": 1400, "video": 900, "audio": 1100}
BATCH = {"image": 64, "video": 32, "audio": 48}
UNCLEAR_SHARE = 0.12

Batch = tuple[Tensor, dict[str, Tensor]]


# ---------------------------------------------------------------------------------------------- pictures and clips


def visual_batches(modality: str, seed: int, size: int) -> Callable[[], Batch]:
    """Batches of pictures (N, 3, 64, 64) or clips (N, 8, 3, 64, 64) in [-1, 1] with the index of each label.

    A picture is handled as a clip of one frame."""
    pictures = modality == "image"
    items: list[world.Scene | world.Clip] = list(world.all_scenes() if pictures else world.all_clips())
    pixels = np.stack(
        [world.draw(x)[None] if isinstance(x, world.Scene) else world.animate(x) for x in items]
    )
    bank = torch.from_numpy(pixels).permute(0, 1, 4, 2, 3).contiguous()
    labels = {
        name: torch.tensor([classes.index(getattr(item, name)) for item in items])
        for name, classes in LABELS[modality].items()
    }
    unclear = {name: len(classes) - 1 for name, classes in LABELS[modality].items() if classes[-1] == UNCLEAR}
    per_thing = len(items) // len(world.THINGS)
    generator = torch.Generator().manual_seed(seed)

    def draw_batch() -> Batch:
        picks = torch.randint(len(items), (size,), generator=generator)
        frames = _to_float(bank[picks])
        target = {name: values[picks].clone() for name, values in labels.items()}
        num_unclear = int(size * UNCLEAR_SHARE)
        others = _to_float(bank[_other_thing(picks[:num_unclear], per_thing, generator)])
        frames[:num_unclear] = _unclear(frames[:num_unclear], others, generator)
        target["thing"][:num_unclear] = unclear["thing"]
        target["size"][:num_unclear] = IGNORED
        if pictures:
            target["position"][:num_unclear] = IGNORED
            return wear(frames, generator)[:, 0], target
        for item in range(num_unclear, 2 * num_unclear):
            order = torch.randperm(FRAMES, generator=generator)
            frames[item] = (
                frames[item, order] if item % 2 else frames[item, order[:1]].expand(FRAMES, -1, -1, -1)
            )
            target["motion"][item] = unclear["motion"]
            target["size"][item] = IGNORED
        for item in range(2 * num_unclear, size, 6):  # a frame that lags behind is not another motion
            late = int(torch.randint(1, FRAMES, (1,), generator=generator))
            frames[item, late] = frames[item, late - 1]
        return wear(frames, generator), target

    return draw_batch


def wear(frames_NFCHW: Tensor, generator: torch.Generator, num_groups: int = 8) -> Tensor:
    """What drawing with a small model does to a good picture: a shift of two pixels, softness, noise, a tint.

    Each of `num_groups` parts of the batch is worn in its own way."""
    worn = []
    for part in frames_NFCHW.chunk(num_groups):
        num_frames, (height, width) = part.shape[1], part.shape[-2:]
        down, right = torch.randint(-2, 3, (2,), generator=generator).tolist()
        pixels = nn.functional.pad(part.flatten(0, 1), (2, 2, 2, 2), mode="replicate")
        pixels = pixels[:, :, 2 + down : 2 + down + height, 2 + right : 2 + right + width]
        softness, grain, tint = torch.rand(3, generator=generator).tolist()
        if softness > 0.3:
            soft = nn.functional.interpolate(
                nn.functional.avg_pool2d(pixels, 2), scale_factor=2, mode="bilinear", align_corners=False
            )
            pixels = torch.lerp(pixels, soft, min(1.0, 1.3 * (softness - 0.3)))
        if grain > 0.4:
            pixels = pixels + torch.randn(pixels.shape, generator=generator) * 0.08 * (grain - 0.4)
        shade = torch.randn((1, 3, 1, 1), generator=generator) * 0.05 * tint
        worn.append((pixels + shade).clamp(-1, 1).unflatten(0, (-1, num_frames)))
    return torch.cat(worn)


def _unclear(frames_NFCHW: Tensor, others_NFCHW: Tensor, generator: torch.Generator) -> Tensor:
    """Three ways to be no thing any more: smeared to 8-pixel blobs, half another thing, or its blocks scrambled."""
    spoiled = frames_NFCHW.clone()
    for item in range(len(spoiled)):
        way = item % 3
        if way == 0:
            small = nn.functional.avg_pool2d(spoiled[item], 8)
            spoiled[item] = nn.functional.interpolate(
                small, scale_factor=8, mode="bilinear", align_corners=False
            )
        elif way == 1:
            share = 0.42 + 0.16 * float(torch.rand(1, generator=generator))
            spoiled[item] = torch.lerp(spoiled[item], others_NFCHW[item], share)
        else:
            side = (4, 8)[int(torch.randint(2, (1,), generator=generator))]
            shape = spoiled[item].shape
            blocks = nn.functional.unfold(spoiled[item], side, stride=side)
            order = torch.randperm(blocks.shape[-1], generator=generator)
            spoiled[item] = nn.functional.fold(blocks[:, :, order], shape[-2:], side, stride=side)
    return spoiled


def _other_thing(picks: Tensor, per_thing: int, generator: torch.Generator) -> Tensor:
    """The same scene or clip with another thing in it: banks are ordered by thing first."""
    num_things = len(world.THINGS)
    shift = torch.randint(1, num_things, picks.shape, generator=generator)
    return (picks // per_thing + shift) % num_things * per_thing + picks % per_thing


def _to_float(pixels: Tensor) -> Tensor:
    return pixels.float() / 127.5 - 1


# ---------------------------------------------------------------------------------------------- sounds


def sound_batches(seed: int, size: int, esc10: Path | None) -> Callable[[], Batch]:
    """Batches of log-mel (N, 256, 64) with the class index: windows of folds 1 to 3, and synthesised sounds."""
    rng = np.random.default_rng(seed)
    waves: list[np.ndarray] = []
    things: list[str] = []
    recorded = sounds.load_recordings(esc10, folds=(1, 2, 3)) if esc10 else []
    for recording in recorded:
        for _ in range(8):
            waves.append(sounds.vary(sounds.window(recording.samples, rng), rng))
            things.append(recording.thing)
    for thing in world.SYNTHESISED if recorded else world.SOUNDING:
        for _ in range(160):
            waves.append(sounds.vary(sounds.synthesise(thing, rng), rng))
            things.append(thing)
    bank = torch.cat(
        [log_mel(torch.from_numpy(np.stack(waves[i : i + 64]))) for i in range(0, len(waves), 64)]
    )
    label = torch.tensor([world.SOUNDING.index(thing) for thing in things])
    generator = torch.Generator().manual_seed(seed)

    def draw_batch() -> Batch:
        picks = torch.randint(len(bank), (size,), generator=generator)
        mel_NTM = torch.stack([_vary_mel(bank[pick], generator) for pick in picks.tolist()])
        return mel_NTM, {"class": label[picks]}

    return draw_batch


def _vary_mel(mel_TM: Tensor, generator: torch.Generator) -> Tensor:
    """Roll in time, tilt the spectrum, hide a band and a stretch of time, smear as a vocoder does."""
    num_frames, num_bands = mel_TM.shape
    roll, band, stretch = (
        int(torch.randint(high, (1,), generator=generator)) for high in (num_frames, 52, 210)
    )
    tilt, smear, hide = torch.rand(3, generator=generator).tolist()
    mel = mel_TM.roll(roll, 0) + (tilt - 0.5) * 0.6 * torch.linspace(-1, 1, num_bands)
    if smear > 0.5:
        mel = nn.functional.avg_pool1d(mel.T[None], 3, 1, 1)[0].T
    if hide > 0.4:
        floor = mel.mean()
        mel[:, band : band + 10] = floor
        mel[stretch : stretch + 40] = floor
    return mel


# ---------------------------------------------------------------------------------------------- training


def train(
    net: nn.Module, draw_batch: Callable[[], Batch], num_steps: int, learning_rate: float = 3e-3
) -> float:
    """Train in place with AdamW and one cycle; returns the CPU seconds it took. Raises FloatingPointError on NaN."""
    started = time.process_time()
    optimizer = torch.optim.AdamW(net.parameters(), lr=learning_rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, num_steps, pct_start=0.1)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.03, ignore_index=IGNORED)
    net.train()
    for step in range(num_steps):
        inputs, target = draw_batch()
        scores = net(inputs)
        losses = [loss_of(scores[name], target[name]) for name in scores]
        loss = torch.stack(losses).sum()
        if not loss.isfinite():
            raise FloatingPointError(f"step {step}: loss {loss.item()}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            logger.info("%s step %d loss %.3f", type(net).__name__, step, loss.item())
    net.eval()
    return time.process_time() - started


# ---------------------------------------------------------------------------------------------- ceilings


def true_samples(
    modality: str, esc10: Path | None
) -> dict[str, tuple[list[np.ndarray], list[dict[str, str]]]]:
    """What the probes are to judge, and what it is: held-out pairs as drawn; recordings of fold 4 and new syntheses."""
    if modality != "audio":
        known = world.all_scenes() if modality == "image" else world.all_clips()
        items = [item for item in known if world.is_held_out(item)]
        media = [world.draw(x) if isinstance(x, world.Scene) else world.animate(x) for x in items]
        return {"held-out pairs": (media, [vars(item) for item in items])}
    rng = np.random.default_rng(987_654)
    recorded = sounds.load_recordings(esc10, folds=(4,)) if esc10 else []
    things = [thing for thing in world.SYNTHESISED for _ in range(40)]
    made = [sounds.synthesise(thing, rng) for thing in things], [{"class": thing} for thing in things]
    if not recorded:
        return {"synthesised": made}
    real = [sounds.window(each.samples) for each in recorded], [{"class": each.thing} for each in recorded]
    return {"recordings of fold 4": real, "synthesised": made}


def ceilings(modality: str, probes: Sequence[nn.Module], esc10: Path | None) -> dict[str, dict[str, object]]:
    """Share right of each probe on true samples, by what they are and by label."""
    return {
        f"{group}: {name}": {
            "probes": [sum(each) / len(each) for each in zip(*verdicts, strict=True)],
            "n": len(verdicts),
        }
        for group, (media, truths) in true_samples(modality, esc10).items()
        for name, verdicts in right(probes, modality, media, truths).items()
    }


def make_probes(modality: str, options: argparse.Namespace) -> dict[str, Any]:
    """Train and save both probes of a modality; what ceilings.json says of them."""
    probes, seconds = [], []
    num_steps = max(2, int(STEPS[modality] * options.steps))
    for index, net_class in enumerate(NETS[modality]):
        torch.manual_seed(options.seed + index)
        net, seed = net_class(), options.seed + 100 * index
        if modality == "audio":
            draw_batch = sound_batches(seed, BATCH[modality], options.esc10)
        else:
            draw_batch = visual_batches(modality, seed, BATCH[modality])
        seconds.append(round(train(net, draw_batch, num_steps), 1))
        # Judge with the weights as they are saved: half precision.
        path = save_probe(net, modality, options.out)
        logger.info("wrote %s (%d kB)", path.name, path.stat().st_size // 1000)
        probes.append(net.half().float())
    names = [net_class.__name__ for net_class in NETS[modality]]
    return {"probes": names, "cpu_seconds": seconds, "ceilings": ceilings(modality, probes, options.esc10)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the judges that are asked for, and write what they reach."""
    parser = command(__doc__, "seed")
    add, recordings = (
        parser.add_argument,
        "folder of the ESC-10 recordings; without it, stand-ins made by code",
    )
    add("--esc10", type=Path, help=recordings)
    add("--out", type=Path, default=PROBES_DIR, help="where the weights go")
    add("--only", nargs="+", choices=sorted(NETS), default=sorted(NETS))
    add("--steps", type=float, default=1.0, help="share of the steps, for a quick look")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    report_path = options.out / "ceilings.json"
    report = json.loads(report_path.read_text()) if report_path.is_file() else {}
    for modality in options.only:
        report[modality] = make_probes(modality, options)
        report_path.write_text(json.dumps(report, indent=1) + "\n")
        logger.info("%s %s", modality, json.dumps(report[modality]))


if __name__ == "__main__":
    main()
