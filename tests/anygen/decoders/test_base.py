"""What does not fit a decoder is refused before it draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from anygen import CheckpointError, ConfigError, ImageOptions
from anygen.core.modality import IMAGE
from anygen.decoders.audio import AudioLDM
from anygen.decoders.base import check_finite, check_frames, check_seconds, chosen
from anygen.decoders.image import StableDiffusion


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_conditioning_of_another_shape_is_refused(tiny_model) -> None:
    decoder = tiny_model.decoders[IMAGE]
    with pytest.raises(ValueError, match=r"conditioning is .*\(12, 8\).*, the decoder takes .*\(12, 16\)"):
        decoder.decode({"sequence": torch.zeros(1, 12, 8)}, ImageOptions(), generators(1))


def test_another_pipeline_in_the_folder_is_refused(tiny_dir) -> None:
    with pytest.raises(
        CheckpointError, match="holds a AudioLDMPipeline; a StableDiffusionPipeline is expected"
    ):
        StableDiffusion.from_pretrained(tiny_dir / "decoders" / "audio", {"sequence": (12, 16)}, {})


def test_what_the_preset_declares_must_be_what_the_denoiser_reads(tiny_dir) -> None:
    with pytest.raises(CheckpointError, match=r"reads pooled of width 16, the preset declares \(24,\)"):
        AudioLDM.from_pretrained(tiny_dir / "decoders" / "audio", {"pooled": (24,)}, {})


def test_a_number_that_cannot_be_made_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"video.num_frames is 8; 4k \+ 1 is accepted, such as 9"):
        check_frames(8, 4)
    with pytest.raises(ConfigError, match=r"audio.seconds is 9; 1 to 4 is accepted"):
        check_seconds(9, 1, 4)
    with pytest.raises(FloatingPointError, match="image: the decoder made values that are not finite"):
        check_finite(np.array([1.0, np.nan]), IMAGE)


def test_a_call_counts_before_the_preset() -> None:
    options = ImageOptions(height=32)
    assert chosen(options, {"height": 16}, "height") == 32 and chosen(options, {"width": 16}, "width") == 16
    with pytest.raises(ConfigError, match="the preset gives the decoder no default width"):
        chosen(options, {}, "width")
