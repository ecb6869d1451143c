"""What Whisper hears, and what it leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tiny_bridge

from anygen import Audio
from anygen.core.modality import AUDIO
from anygen.encoders.captioners.transcriber import Transcriber, TranscriberSettings


def sound(seed: int = 0, rate: int = 16_000) -> Audio:
    return Audio(np.random.default_rng(seed).normal(0, 0.1, (2, rate)).astype(np.float32), rate)


def test_a_transcriber_says_what_it_hears_or_nothing(tmp_path: Path) -> None:
    tiny_bridge.write_whisper(tmp_path)
    transcriber = Transcriber.from_pretrained(tmp_path, TranscriberSettings(max_new_tokens=5))
    said = transcriber.describe(AUDIO, sound())
    inputs = transcriber.preparation(sound().samples.mean(axis=0), sampling_rate=16_000, return_tensors="pt")
    ids = transcriber.model.generate(**inputs, max_new_tokens=5, do_sample=False, num_beams=1)
    words = transcriber.tokenizer.decode(ids[0], skip_special_tokens=True).strip()
    assert said == f'a voice saying "{words}"'
    transcriber.no_speech_id = 5
    for no_speech, is_silent in ((0.0, True), (1.0, False)):
        transcriber.settings = TranscriberSettings(max_new_tokens=5, no_speech=no_speech)
        assert transcriber.describe(AUDIO, sound()) == ("" if is_silent else said)
