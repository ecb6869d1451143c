from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from anygen.core.modality import AUDIO, IMAGE
from anygen.media import Image
from anygen.training.data.examples import ExampleError, MediaReference, read_examples
from anygen.training.data.features import FeatureCache


def test_cached_features_are_those_of_a_fresh_encoding(tmp_path, examples_file, tiny_encoder) -> None:
    examples = read_examples(examples_file)
    encoders = {IMAGE: tiny_encoder, AUDIO: tiny_encoder}
    assert FeatureCache(tmp_path / "cache", encoders).fill(examples) == 24
    reopened = FeatureCache(tmp_path / "cache", encoders)
    reference = MediaReference(IMAGE, examples_file.parent / "3.png")
    fresh = tiny_encoder.encode(IMAGE, tiny_encoder.prepare(IMAGE, Image.open(reference.path))[None])
    torch.testing.assert_close(reopened.gather(IMAGE, [reopened.key(reference)]), fresh, rtol=0, atol=1e-6)


def test_each_medium_is_encoded_once(tmp_path, examples_file, tiny_encoder) -> None:
    shutil.copy(examples_file.parent / "0.png", examples_file.parent / "3.png")  # two names, one picture
    examples = read_examples(examples_file)
    encoders = {IMAGE: tiny_encoder, AUDIO: tiny_encoder}
    FeatureCache(tmp_path / "cache", encoders).fill(examples)
    assert sum(tiny_encoder.encoded) == 23
    assert FeatureCache(tmp_path / "cache", encoders).fill(examples) == 0
    assert sum(tiny_encoder.encoded) == 23


def test_another_encoder_never_reads_these_features(tmp_path, examples_file, tiny_encoder) -> None:
    examples = read_examples(examples_file)
    encoders = {IMAGE: tiny_encoder, AUDIO: tiny_encoder}
    FeatureCache(tmp_path / "cache", encoders).fill(examples)
    with torch.no_grad():
        tiny_encoder.image.bias[0] += 1e-3
    assert FeatureCache(tmp_path / "cache", encoders).fill(examples) == 24


def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path, examples_file, tiny_encoder) -> None:
    (examples_file.parent / "0.png").write_bytes(b"not a picture")
    cache = FeatureCache(tmp_path / "cache", {IMAGE: tiny_encoder, AUDIO: tiny_encoder})
    with pytest.raises(ExampleError, match=r"examples.jsonl:1: .*0.png"):
        cache.fill(read_examples(examples_file))


def test_a_modality_without_an_encoder_is_named(tmp_path: Path, examples_file, tiny_encoder) -> None:
    with pytest.raises(ExampleError, match=r"examples.jsonl:3: holds audio; the model reads image"):
        FeatureCache(tmp_path / "cache", {IMAGE: tiny_encoder}).fill(read_examples(examples_file))
