"""The picture autoencoder, at two steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from anygen_pipelines.mini import pretrain_image_vae as script
from anygen_pipelines.mini import world


def test_batches_are_crops_around_the_thing_then_whole_pictures() -> None:
    crops, whole = (script.batch(np.random.default_rng(0), whole) for whole in (False, True))
    assert crops.shape == (16, 3, script.CROP, script.CROP) and whole.shape == (
        8,
        3,
        world.CANVAS,
        world.CANVAS,
    )
    # Plain colour alone would have no spread.
    assert all(crop.flatten(1).std(1).max() > 0.05 for crop in crops)


def test_the_place_of_the_thing_is_in_the_picture() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        pixels, x, y = script.random_picture(rng)
        assert pixels.shape == (64, 64, 3) and 0 <= x < 64 and 0 <= y < 64


def test_errors_of_the_thing_count_three_times_in_whole_pictures() -> None:
    pixels = torch.zeros(1, 3, 4, 4)
    pixels[..., 2:, 2:] = 1
    on_thing, beside = pixels.clone(), pixels.clone()
    on_thing[..., 3, 3] += 0.5
    beside[..., 0, 1] += 0.5
    for whole, ratio in ((False, 1), (True, 3)):
        costs = [script.loss(decoded, pixels, whole)[0] for decoded in (on_thing, beside)]
        assert torch.isclose(costs[0], ratio * costs[1])


def test_it_is_saved_with_its_scale(tmp_path: Path) -> None:
    script.main(["--work", str(tmp_path), "--steps", "2"])
    assert len((tmp_path / "metrics.jsonl").read_text().splitlines()) == 2
    vae = AutoencoderKL.from_pretrained(tmp_path / "final")
    assert vae.config.scaling_factor != 0.18215 and vae.config.latent_channels == 4
