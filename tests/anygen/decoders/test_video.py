"""Sizes and lengths of clips."""

from __future__ import annotations

import pytest
import torch

from anygen import ConfigError, VideoOptions
from anygen.core.modality import VIDEO


def test_a_clip_has_the_frames_and_the_rate_that_are_asked_for(tiny_model) -> None:
    decoder = tiny_model.decoders[VIDEO]
    given = decoder.encode_text(["a dog"])
    (clip,) = decoder.decode(given, VideoOptions(num_frames=3, fps=5), [torch.Generator().manual_seed(0)])
    assert clip.frames.shape == (3, 16, 16, 3) and clip.fps == 5


def test_a_size_in_between_is_refused(tiny_model) -> None:
    decoder = tiny_model.decoders[VIDEO]
    given = decoder.encode_text(["a dog"])
    with pytest.raises(ConfigError, match=r"video.height is 20; a multiple of"):
        decoder.decode(given, VideoOptions(height=20), [torch.Generator()])
