"""The strict reader of a model's YAML: one sentence with the dotted path for whatever is not as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_bridge

from anygen.core.config import ModelConfig, SourceConfig, check_size, from_values, read_config, to_values
from anygen.core.errors import ConfigError
from anygen.loading.checkpoint import config_text

PLAIN = """
name: plain
description: reads and draws pictures
licence: mit
encoders:
  eye: {kind: imagebind, path: encoder, modalities: [image]}
input_projectors:
  image: {kind: linear, tokens_per_feature: 2}
llm:
  path: llm
  signal_tokens: {image: 3}
output_projectors:
  image: {kind: linear}
decoders:
  image: {kind: sana, path: decoders/image, conditioning: {sequence: [12, 16]}, defaults: {height: 64}}
sampling: {temperature: 1}
"""
OLD_NAMES = """
name: old
description: of before
licence: mit
encoders: {}
describers:
  words: {kind: nearest, path: words, modalities: [image]}
input_projectors: {}
llm:
  path: llm
  senses: {kind: qwen_omni, modalities: [image]}
output_projectors: {}
decoders: {}
sources:
  describers.words: {repository: owner/captions, revision: main, licence: mit, memory_gb: 1}
"""


def read(folder: Path, text: str) -> ModelConfig:
    path = folder / "config.yaml"
    path.write_text(text)
    return read_config(path)


def test_a_config_is_filled_by_the_types_of_its_fields(tmp_path: Path) -> None:
    config = read(tmp_path, PLAIN)
    assert config.encoders["eye"].modalities == ("image",)
    assert config.decoders["image"].conditioning == {"sequence": (12, 16)}
    assert config.llm.lora is None and config.sources == {} and config.sampling.max_new_tokens == 256
    # A whole number stands for a fraction.
    assert isinstance(config.sampling.temperature, float) and config.is_trained
    assert from_values(ModelConfig, to_values(config)) == config
    assert read(tmp_path, config_text(config)) == config


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("input_projectors:", "input_projector:", "input_projector: unknown; did you mean input_projectors?"),
        ("path: llm", "pth: llm", "llm.pth: unknown; did you mean path?"),
        ("kind: imagebind, ", "", "encoders.eye.kind: missing"),
        ("licence: mit\n", "", "licence: missing"),
        ("name: plain", "name: 3", "name is 3; a value of type str is accepted"),
        (
            "temperature: 1",
            "temperature: yes",
            "sampling.temperature is True; a value of type float is accepted",
        ),
        ("temperature: 1", "max_new_tokens: many", "sampling.max_new_tokens is 'many'; a value of type int"),
        ("temperature: 1", "max_new_tokens: 1.5", "sampling.max_new_tokens is 1.5; a value of type int"),
        ("[image]", "image", "encoders.eye.modalities is 'image'; a list is accepted"),
        ("[image]", "[image, 3]", "encoders.eye.modalities[1] is 3; a value of type str is accepted"),
        ("{image: 3}", "[image]", "llm.signal_tokens is ['image']; a mapping is accepted"),
        ("{temperature: 1}", "[1]", "sampling is list; a mapping of names to values is accepted"),
        ("image: 3", "image: 1000000000", "llm.signal_tokens.image is 1000000000; 1 to 1024 are accepted"),
        (
            "[12, 16]",
            "[-1, 16]",
            "decoders.image.conditioning.sequence is [-1, 16]; one or two numbers from 1",
        ),
        ("[12, 16]", "[1, 2, 3]", "decoders.image.conditioning.sequence is [1, 2, 3]; one or two numbers"),
        ("path: llm", "path: " + "l" * 300, "; the path of a folder is accepted, 1024 characters at most"),
        ("path: llm", "path: " + "l/" * 5000, "; the path of a folder is accepted, 1024 characters at most"),
        ("path: llm", 'path: "l\\a"', "llm.path is 'l\\x07'; the path of a folder is accepted"),
        ("  image: {kind: linear, t", "  audio: {kind: linear, t", "names audio; an encoder reads image"),
        ("{image: 3}", "{}", "llm.signal_tokens: names nothing; a decoder makes image"),
        ("name: plain", "name: 2001-99-99", "cannot be read as YAML: month must be"),
        ("name: plain", "name: " + "[" * 3000, "cannot be read as YAML"),
        ("name: plain", "name: " + "9" * 5000, "cannot be read as YAML"),
        ("name: plain", "a: &a [x, x]\nname: [*a, *a]", "an alias (*name) is not accepted"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_wrong_is_named_with_the_file_and_the_path(
    old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    assert old in PLAIN
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, PLAIN.replace(old, new, 1))
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'config.yaml'}: ") and sentence in said
    assert "\n" not in said and len(said) < 600


@pytest.mark.parametrize("content", [b"- a list", b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_mapping_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"the file is (list|NoneType); a mapping|cannot be read as YAML"):
        read_config(path)
    with pytest.raises(ConfigError, match=r"gone\.yaml: cannot be read as YAML"):
        read_config(tmp_path / "gone.yaml")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"llm": {"path": "llm", "captions": {}, "signal_tokens": {"image": 2}}},
            "llm.captions leaves nothing",
        ),
        ({"output_projectors": {"image": {"kind": "linear"}}}, "llm.captions leaves nothing"),
        ({"llm": {"path": "llm", "captions": {"max_tokens": 3}}}, "llm.captions.max_tokens: unknown"),
        ({"llm": {"path": "llm"}}, "llm.signal_tokens: names nothing; a decoder makes"),
        ({"captioners": {"x": {"kind": "captioner"}}}, "captioners.x.path: missing"),
    ],
)
def test_a_config_that_is_neither_strategy_is_refused(change: dict, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        from_values(ModelConfig, {**tiny_bridge.config_values(), **change})


def test_a_config_of_old_names_is_read_as_one_of_the_new(tmp_path: Path) -> None:
    config = read(tmp_path, OLD_NAMES)
    assert isinstance(config, ModelConfig)
    assert config.captioners["words"].kind == "nearest" and list(config.sources) == ["captioners.words"]
    assert isinstance(config.sources["captioners.words"], SourceConfig) and not config.is_trained
    assert config.llm.native_encoders is not None and config.llm.native_encoders.kind == "qwen_omni"
    text = config_text(config)
    assert "describers" not in text and "senses" not in text
    assert read(tmp_path, text) == config


@pytest.mark.parametrize("value", [0, 9, True, 2.0, "3", None])
def test_a_size_is_a_whole_number_within_its_limits(value: object) -> None:
    check_size("a.b", 8, most=8)
    with pytest.raises(ConfigError, match=r"a\.b: .*; a whole number from 1 to 8 is accepted"):
        check_size("a.b", value, most=8)
