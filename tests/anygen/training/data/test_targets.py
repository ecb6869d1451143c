from __future__ import annotations

import pytest
import torch

from anygen.core.modality import AUDIO, IMAGE
from anygen.training.data.examples import ExampleError, read_examples
from anygen.training.data.targets import TargetCache


def test_cached_targets_are_the_text_encoders_own(tmp_path, examples_file, tiny_decoders) -> None:
    examples = read_examples(examples_file)
    assert TargetCache(tmp_path, tiny_decoders).fill(examples) == 4  # red, blue; tone 0, tone 1
    reopened = TargetCache(tmp_path, tiny_decoders)
    assert reopened.fill(examples) == 0
    for modality, captions in ((IMAGE, ["blue", "red"]), (AUDIO, ["tone 1"])):
        fresh = tiny_decoders[modality].encode_text(captions)
        torch.testing.assert_close(reopened.gather(modality, captions), fresh, rtol=0, atol=1e-6)


def test_another_text_encoder_never_reads_these_targets(tmp_path, examples_file, tiny_decoders) -> None:
    examples = read_examples(examples_file)
    TargetCache(tmp_path, tiny_decoders).fill(examples)
    with torch.no_grad():
        next(tiny_decoders[IMAGE].text_encoder.parameters()).add_(1e-3)
    assert TargetCache(tmp_path, tiny_decoders).fill(examples) == 2


def test_a_caption_is_used_exactly_as_written(tmp_path, examples_file, tiny_decoders) -> None:
    cache = TargetCache(tmp_path, tiny_decoders)
    cache.fill(read_examples(examples_file))
    with pytest.raises(KeyError):
        cache.gather(IMAGE, ["Red"])


def test_a_modality_without_a_decoder_is_named(tmp_path, examples_file, tiny_decoders) -> None:
    del tiny_decoders[AUDIO]
    with pytest.raises(ExampleError, match=r"examples.jsonl:3: makes audio; the model makes image"):
        TargetCache(tmp_path, tiny_decoders).fill(read_examples(examples_file))


def test_conditioning_that_is_not_as_declared_is_refused(tmp_path, examples_file, tiny_decoders) -> None:
    tiny_decoders[IMAGE].conditioning = {"sequence": (8, 99)}
    tiny_decoders[IMAGE].encode_text = lambda captions: {"sequence": torch.zeros(len(captions), 8, 16)}
    with pytest.raises(ValueError, match=r"image: the text encoder gives .*16.* the decoder declares .*99"):
        TargetCache(tmp_path, tiny_decoders).fill(read_examples(examples_file))


def test_half_precision_targets_are_kept_apart(tmp_path, examples_file, tiny_decoders) -> None:
    examples = read_examples(examples_file)
    TargetCache(tmp_path, tiny_decoders).fill(examples)
    half = TargetCache(tmp_path, tiny_decoders, torch.float16)
    assert half.fill(examples) == 4
    assert half.gather(IMAGE, ["red"])["sequence"].dtype == torch.float16
