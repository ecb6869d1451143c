"""Lengths of sounds."""

from __future__ import annotations

import pytest
import torch

from anygen import AudioOptions
from anygen.core.modality import AUDIO
from anygen.decoders.audio import AudioLDM


@pytest.mark.parametrize("seconds", [0.64, 1.28])
def test_a_sound_is_as_long_as_it_is_asked_to_be(tiny_model, seconds: float) -> None:
    decoder = tiny_model.decoders[AUDIO]
    (sound,) = decoder.decode(
        decoder.encode_text(["rain"]), AudioOptions(seconds=seconds), [torch.Generator().manual_seed(0)]
    )
    assert len(sound.samples) / sound.sample_rate == pytest.approx(seconds, abs=0.05)
    assert abs(sound.samples).max() <= 1


def test_where_no_vocoder_lies_griffin_lim_takes_its_place(tmp_path) -> None:
    from anygen.decoders.griffin_lim import GriffinLim

    assert isinstance(AudioLDM.components(tmp_path)["vocoder"], GriffinLim)
    (tmp_path / "vocoder").mkdir()
    assert AudioLDM.components(tmp_path) == {}
