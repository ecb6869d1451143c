"""A T5 as published, in miniature: what is taken of it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_pipelines import t5_tokenizer
from transformers import T5Config, T5EncoderModel, T5ForConditionalGeneration

from anygen import CheckpointError
from anygen.loading.convert.t5 import open_t5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = T5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        T5ForConditionalGeneration(config).save_pretrained(tmp_path / "t5")
    t5_tokenizer(10).save_pretrained(tmp_path / "t5")
    return tmp_path / "t5"


def test_its_encoder_is_taken_and_its_decoder_left(folder: Path) -> None:
    whole = load_file(folder / "model.safetensors")
    found = open_t5(folder)
    assert found.width == 16 and found.file == folder / "model.safetensors"
    assert found.tensors.keys() == {name for name in whole if not name.startswith(("decoder.", "lm_head."))}
    assert found.notes == (f"{len(whole) - len(found.tensors)} tensors of t5's own decoder are left out",)
    assert {path.name for path in found.tokenizer} >= {"tokenizer.json", "tokenizer_config.json"}


@pytest.mark.parametrize("form", ["an encoder alone", "the table twice", "its other name", "a .bin file"])
def test_every_published_form_gives_the_same_tensors(folder: Path, form: str) -> None:
    wanted = open_t5(folder).tensors
    state = load_file(folder / "model.safetensors")
    path = folder / "model.safetensors"
    if form == "an encoder alone":
        T5EncoderModel.from_pretrained(folder).save_pretrained(folder)
    elif form == "the table twice":
        save_file({**state, "encoder.embed_tokens.weight": state["shared.weight"].clone()}, path)
    elif form == "its other name":
        save_file({"encoder.embed_tokens.weight": state.pop("shared.weight"), **state}, path)
    else:
        path.unlink()
        torch.save(state, folder / "pytorch_model.bin")
    found = open_t5(folder).tensors
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("config.json", "holds no config.json"),
        ("model.safetensors", "holds neither model.safetensors nor pytorch_model.bin"),
        ("tokenizer.json", "holds no tokenizer; tokenizer_config.json and tokenizer.json or spiece.model"),
        ("tokenizer_config.json", "holds no tokenizer"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused(folder: Path, gone: str, words: str) -> None:
    (folder / gone).unlink()
    with pytest.raises(CheckpointError, match=words):
        open_t5(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ('{"model_type": "bert"}', "a model of type 'bert'; a T5 is expected"),
        ("[]", "of type None"),
        ('{"model_type": "t5", "d_model": "wide"}', "is no config of a T5"),
    ],
)
def test_another_config_is_refused(folder: Path, text: str, words: str) -> None:
    (folder / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=words) as error:
        open_t5(folder)
    assert "\n" not in str(error.value)


def test_two_of_one_width_are_told_apart(folder: Path) -> None:
    values = json.loads((folder / "config.json").read_text())
    sizes = {"d_model": 1024, "num_layers": 24, "d_ff": 2816}
    (folder / "config.json").write_text(json.dumps(values | sizes))
    found = open_t5(folder)
    found.check_name("google/flan-t5-large", "here")
    with pytest.raises(CheckpointError, match=r"t5-large has \(1024, 24, 4096\), and that is what here was"):
        found.check_name("t5-large", "here")
    found.check_name("a T5 of somebody's own", "here")
