"""What is asked of the decoders, and how what comes back is judged."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen_pipelines.mini import judge_decoders, probes, world
from anygen_pipelines.mini.pretraining import RECIPES


@pytest.mark.parametrize("modality", [IMAGE, VIDEO])
def test_held_out_pairs_are_asked_for_the_same_each_time(modality: str) -> None:
    captions, truths = judge_decoders.requests(modality, 6)
    assert len(set(captions)) == 6 and (captions, truths) == judge_decoders.requests(modality, 6)
    assert all((truth["thing"], truth["colour"]) in world.HELD_OUT for truth in truths)


def test_sounds_go_round() -> None:
    captions, truths = judge_decoders.requests(AUDIO, 18)
    assert captions[16] == captions[0] and truths[17] == {"class": world.SOUNDING[1]}


def test_drawings_of_the_world_are_right_and_at_no_distance() -> None:
    if not (probes.PROBES_DIR / "ceilings.json").is_file():
        pytest.skip("the probes' weights are not in the project")
    _, truths = judge_decoders.requests(IMAGE, 8)
    pictures = [world.draw(world.Scene(**truth)) for truth in truths]
    assert set(judge_decoders.foreground(pictures, truths).values()) == {0.0}
    assert judge_decoders.shares(IMAGE, pictures, truths).startswith("thing 100.0 / 100.0, colour 100.0")


def test_pictures_come_back_from_an_autoencoder_as_pictures() -> None:
    torch.manual_seed(0)
    vae = AutoencoderKL(**RECIPES["image_vae"]["model"]).eval()
    back = judge_decoders.code(vae, np.zeros((2, 64, 64, 3), np.uint8))
    assert back.shape == (2, 64, 64, 3) and back.dtype == np.uint8
