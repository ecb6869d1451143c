"""The names and shapes of MusicGen and AudioGen at full size, against those recorded of the audiocraft package's classes."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path

import pytest
import yaml
from transformers import T5Config

from anygen.loading.convert.audiocraft_config import Settings, codec_config, decoder_config
from anygen.loading.convert.audiocraft_names import (
    CODEC,
    LM,
    TEXT_ENCODER,
    empty_model,
    origins,
    published_shapes,
)
from anygen.loading.convert.t5 import SIZES

pytest.importorskip("omegaconf", reason="AudioCraft's configs need omegaconf (the extra audiocraft)")

GOLDEN = Path(os.environ.get("ANYGEN_GOLDEN", Path(__file__).parents[3] / "golden"))
CONFIGS = json.loads((GOLDEN / "configs_audiocraft.json").read_text())


def model_of(configs: dict[str, str]):
    lm, codec = Settings("lm", configs["lm"]), Settings("codec", configs["codec"])
    width, layers, ffn = SIZES[lm.get("conditioners.description.t5.name")]
    text = T5Config(d_model=width, num_layers=layers, d_ff=ffn)
    return empty_model(text, codec_config(codec), decoder_config(lm))


@pytest.mark.parametrize("name", CONFIGS)
def test_every_name_and_shape_is_the_recorded_one(name: str) -> None:
    lines = (GOLDEN / f"keys_audiocraft_{name}.txt").read_text().splitlines()
    recorded = {key: ast.literal_eval(shape) for key, shape in (line.split("\t") for line in lines)}
    shapes = published_shapes(model_of(CONFIGS[name]))
    assert {
        **{f"lm.{key}": shape for key, shape in shapes[LM].items()},
        **{f"codec.{key}": shape for key, shape in shapes[CODEC].items()},
    } == recorded


def test_every_tensor_of_ours_has_an_origin_of_its_own() -> None:
    model = model_of(CONFIGS["musicgen_small"])
    named = origins(model)
    assert len(set(named.values())) == len(named)
    assert model.state_dict().keys() - named.keys() == {"text_encoder.encoder.embed_tokens.weight"}
    assert {origin.file for origin in named.values()} == {LM, CODEC, TEXT_ENCODER}


def test_transformers_takes_the_number_of_codebooks_back() -> None:
    values = yaml.safe_load(CONFIGS["musicgen_small"]["codec"])
    for frame_rate in (25, 50, 75, 86, 150):
        for num_codebooks in (1, 3, 4, 8, 9, 14, 32):
            for bins in (400, 1024, 2048):
                values["sample_rate"] = 640 * frame_rate
                values["rvq"] |= {"n_q": num_codebooks, "bins": bins}
                config = codec_config(Settings("", yaml.safe_dump(values)))
                assert (config.frame_rate, config.num_quantizers) == (frame_rate, num_codebooks)


def test_the_published_bandwidth_is_the_documented_one() -> None:
    for configs in CONFIGS.values():
        assert codec_config(Settings("", configs["codec"])).target_bandwidths == [2.2]
