"""AudioCraft's formats: what is read of them at full size, and how the tiny golden models sound once converted."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anygen.decoders.musicgen import MusicGen
from anygen.loading.convert import audiocraft_names
from anygen.loading.convert.audiocraft import convert_audiocraft
from anygen.loading.convert.audiocraft_config import Settings, codec_config, decoder_config
from anygen.loading.convert.coverage import Coverage, compare
from anygen.loading.convert.t5 import SIZES
from anygen.messages.options import AudioOptions

CASED = {"musicgen": "MusicGen", "audiogen": "AudioGen"}
HEADER = """
## AudioCraft's sounds

The largest difference of a sample, in [-1, 1], between the audiocraft package's waveforms and those of the converted model:
both tiny, of random weights, 0.2 s, two captions, the most likely codes. anygen's decoder reads an item's codes beside its
negative's, which rounds otherwise. Where `make audiocraft` was run, tests/anygen/convert/test_audiocraft_package.py does the
same with models that the package makes there and then.

| model | codes | transformers' generate | anygen's decoder |
|---|---|---|---|"""


def coverages(
    golden: Path, recorded: Callable[[Path], dict[str, tuple[int, ...]]]
) -> Iterator[tuple[str, Coverage]]:
    """(model, what is read of its two files): the language model and the codec, as the package's classes name their tensors.
    `recorded` reads a key list."""
    from transformers import T5Config

    for name, texts in json.loads((golden / "configs_audiocraft.json").read_text()).items():
        lm, codec = Settings(name, texts["lm"]), Settings(name, texts["codec"])
        width, layers, ffn = SIZES[lm.get("conditioners.description.t5.name")]
        text = T5Config(d_model=width, num_layers=layers, d_ff=ffn)
        model = audiocraft_names.empty_model(text, codec_config(codec), decoder_config(lm))
        shapes = audiocraft_names.published_shapes(model)
        ours = {f"lm.{key}": shape for key, shape in shapes[audiocraft_names.LM].items()}
        ours |= {f"codec.{key}": shape for key, shape in shapes[audiocraft_names.CODEC].items()}
        coverage = compare(recorded(golden / f"keys_audiocraft_{name}.txt"), ours)
        kind, size = name.split("_")
        yield f"{CASED[kind]} {size}", coverage


@torch.no_grad()
def waveform_errors(folder: Path, kind: str) -> list[tuple[float, float, float]]:
    """(guidance, error of transformers' generate, error of anygen's decoder) of a converted tiny model: the largest
    difference to the package's waveforms, samples in [-1, 1]."""
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration

    said = json.loads((folder / "golden.json").read_text())
    conditioning = {"sequence": (said["length"], said["width"]), "mask": (said["length"],)}
    lines = []
    with tempfile.TemporaryDirectory() as name, np.load(folder / kind / "outputs.npz") as outputs:
        out = convert_audiocraft(folder / kind, Path(name) / kind, folder / said["text_encoder"]).folder
        model = MusicgenForConditionalGeneration.from_pretrained(out)
        tokenizer = AutoTokenizer.from_pretrained(out, trust_remote_code=False)
        parts: Any = model.config
        steps = int(said["seconds"] * parts.audio_encoder.frame_rate) + parts.decoder.num_codebooks - 1
        for guidance in said["guidances"]:
            defaults = {"seconds": said["seconds"], "guidance_scale": guidance, "top_k": 1}
            decoder = MusicGen.from_pretrained(out, conditioning, defaults)
            errors = []
            for caption in said["captions"]:
                wanted = outputs[f"{guidance:g}/{caption}"]
                words = tokenizer([caption], return_tensors="pt")
                plain = model.generate(
                    **words, do_sample=False, guidance_scale=guidance, max_new_tokens=steps
                )[0, 0].numpy()
                given = decoder.encode_text([caption])
                [sound] = decoder.decode(given, AudioOptions(), [torch.Generator().manual_seed(0)])
                errors.append([np.abs(made - wanted).max() for made in (plain, sound.samples)])
            lines.append((guidance, *np.max(errors, axis=0).tolist()))
    return lines


def section(golden: Path) -> list[str]:
    """The lines of the page on the sounds of converted models."""
    lines = [HEADER]
    for kind, cased in CASED.items():
        for guidance, plain, ours in waveform_errors(golden / "audiocraft_tiny", kind):
            guided = f"guidance {guidance:g}" if guidance > 1 else "greedy"
            lines.append(f"| {cased} | {guided} | {plain:.1e} | {ours:.1e} |")
    return lines
