"""Parity with the audiocraft package itself: models made and exported by it now, not those that were recorded.

The package runs in a process of its own: empty modules stand in for some of what it imports (audiocraft_package.py)."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from anygen.decoders.musicgen import MusicGen
from anygen.loading.convert.audiocraft import convert_audiocraft
from anygen.messages.options import AudioOptions

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("audiocraft") is None,
    reason="the audiocraft package is not installed (make audiocraft)",
)

HERE = Path(__file__).parent
GOLDEN = HERE.parents[2] / "golden"
SEED = 7


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the package writes: the files of tests/golden, of another seed."""
    folder = tmp_path_factory.mktemp("audiocraft")
    script = str(HERE / "audiocraft_package.py")
    ran = subprocess.run([sys.executable, script, str(folder), str(SEED)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return folder


@pytest.mark.parametrize("kind", ["musicgen", "audiogen"])
def test_the_waveforms_are_identical(recorded: Path, kind: str, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration

    tiny = recorded / "audiocraft_tiny"
    said = json.loads((tiny / "golden.json").read_text())
    convert_audiocraft(tiny / kind, tmp_path / kind, tiny / said["text_encoder"])
    model = MusicgenForConditionalGeneration.from_pretrained(tmp_path / kind)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / kind)
    config = model.config
    steps = int(said["seconds"] * config.audio_encoder.frame_rate) + config.decoder.num_codebooks - 1
    conditioning = {"sequence": (said["length"], said["width"]), "mask": (said["length"],)}
    with np.load(tiny / kind / "outputs.npz") as wanted:
        for guidance in said["guidances"]:
            defaults = {"seconds": said["seconds"], "guidance_scale": guidance, "top_k": 1}
            decoder = MusicGen.from_pretrained(tmp_path / kind, conditioning, defaults)
            for caption in said["captions"]:
                wave = wanted[f"{guidance:g}/{caption}"]
                words = tokenizer([caption], return_tensors="pt")
                made = model.generate(**words, do_sample=False, guidance_scale=guidance, max_new_tokens=steps)
                assert np.array_equal(made[0, 0].numpy(), wave)
                # The decoder pads captions, and reads an item's codes beside its negative's: rounded otherwise.
                generator = torch.Generator().manual_seed(0)
                [sound] = decoder.decode(decoder.encode_text([caption]), AudioOptions(), [generator])
                np.testing.assert_allclose(sound.samples, wave, atol=1e-6)


def test_the_recorded_names_are_those_of_the_package(recorded: Path) -> None:
    names = sorted(path.name for path in recorded.glob("*audiocraft*") if path.is_file())
    assert len(names) == 5
    for name in names:
        assert (recorded / name).read_text() == (GOLDEN / name).read_text(), name
