"""The frozen parts of a NExT-GPT, each judged by its small files."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from tiny_nextgpt import DIM

from anygen import CheckpointError
from anygen.core.config import read_config
from anygen.loading.convert.nextgpt_parts import base_shape, check_parts, empty_projectors, feature_dim


def test_the_sizes_of_the_parts_are_read(nextgpt) -> None:
    shape = base_shape(nextgpt.parts.base)
    assert (shape.dim, shape.layers, shape.key_dim) == (DIM, 2, DIM)
    assert feature_dim(nextgpt.parts.encoder) > 0


def test_each_folder_is_what_the_preset_asks_for(nextgpt, tmp_path: Path) -> None:
    config = read_config(nextgpt.preset)
    check_parts(nextgpt.parts, config)
    with pytest.raises(CheckpointError, match=r"holds no config\.json; a Vicuna saved by transformers"):
        check_parts(dataclasses.replace(nextgpt.parts, base=tmp_path), config)


def test_projectors_are_named_without_a_weight(nextgpt) -> None:
    config = read_config(nextgpt.preset)
    projector, heads = empty_projectors(config, config.input_projectors["image"], 16, DIM)
    assert all(value.is_meta for value in projector.state_dict().values())
    assert {modality for modality, *_ in heads} == set(config.decoders)


@pytest.mark.parametrize(
    "values",
    ["{}", "[1]", '{"embed_dim": 0}', '{"embed_dim": "a", "vision": {}}', "{" * 9, "[" * 200_000],
)
def test_an_encoder_that_is_none_is_refused(nextgpt, tmp_path: Path, values: str) -> None:
    encoder = Path(shutil.copytree(nextgpt.parts.encoder, tmp_path / "encoder"))
    (encoder / "config.json").write_text(values)
    with pytest.raises(CheckpointError) as caught:
        feature_dim(encoder)
    assert str(caught.value).startswith(f"{encoder / 'config.json'}: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [{"embed_dim": -1}, {"embed_dim": True}, {"vision": {"dim": 1}}, {"x": 1}])
def test_a_wrong_number_of_an_encoder_is_refused(nextgpt, tmp_path: Path, change: dict) -> None:
    encoder = Path(shutil.copytree(nextgpt.parts.encoder, tmp_path / "encoder"))
    values = json.loads((encoder / "config.json").read_text())
    (encoder / "config.json").write_text(json.dumps(values | change))
    with pytest.raises(CheckpointError, match=r"config\.json: is not what `anygen convert imagebind` writes"):
        feature_dim(encoder)


BAD_BASES = {
    "no heads": ({"num_attention_heads": 0}, "num_attention_heads is 0; a whole number above 0 is accepted"),
    "a word": ({"hidden_size": "abc"}, "hidden_size is 'abc'"),
    "nothing": ({"hidden_size": None}, "hidden_size is None"),
    "below nothing": ({"hidden_size": -24}, "hidden_size is -24"),
    "a list": ({"num_key_value_heads": [1]}, "num_key_value_heads is [1]"),
    "uneven": ({"num_attention_heads": 5}, "config.json: "),
    "a type": ({"dtype": "bogus"}, "dtype is 'bogus'; float32, float16, bfloat16 are accepted"),
    "a list of types": ({"torch_dtype": ["float16"]}, "torch_dtype is ['float16']"),
    "quantized": ({"quantization_config": "x"}, "quantization_config is 'x'"),
    "no layers": ({"num_hidden_layers": True}, "num_hidden_layers is True"),
    "positions": ({"max_position_embeddings": "long"}, "config.json: "),
    "another": ({"model_type": "gpt2"}, "is of type 'gpt2'"),
}


@pytest.mark.parametrize("case", BAD_BASES)
def test_a_wrong_number_of_the_base_is_refused(nextgpt, tmp_path: Path, case: str) -> None:
    change, words = BAD_BASES[case]
    base = Path(shutil.copytree(nextgpt.parts.base, tmp_path / "base"))
    values = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(values | change))
    with pytest.raises(CheckpointError) as caught:
        base_shape(base)
    assert f"{base}" in str(caught.value) and words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config.json", "[" * 200_000),
        ("config.json", "[]"),
        ("tokenizer.json", "{}"),
        ("tokenizer.json", "[1]"),
        ("tokenizer_config.json", "[1]"),
    ],
)
def test_a_base_whose_files_are_others_is_refused(nextgpt, tmp_path: Path, file, text) -> None:
    base = Path(shutil.copytree(nextgpt.parts.base, tmp_path / "base"))
    (base / file).write_text(text)
    with pytest.raises(CheckpointError) as caught:
        base_shape(base)
    assert f"{base}" in str(caught.value) and "\n" not in str(caught.value)
