from __future__ import annotations

import pytest
import torch

from anygen.core.modality import AUDIO, IMAGE
from anygen.training.data.collate import IGNORE, Collator, encode_example, encode_examples
from anygen.training.data.examples import ExampleError, read_examples
from anygen.training.data.features import FeatureCache
from anygen.training.data.targets import TargetCache


@pytest.fixture
def laid_out(tmp_path, examples_file, tiny_encoder, tiny_decoders, make_backbone, make_prompter):
    backbone = make_backbone()
    prompter = make_prompter(backbone)
    examples = read_examples(examples_file)
    features = FeatureCache(tmp_path / "features", {IMAGE: tiny_encoder, AUDIO: tiny_encoder})
    targets = TargetCache(tmp_path / "targets", tiny_decoders)
    features.fill(examples)
    targets.fill(examples)
    return backbone, prompter, examples, features, Collator(prompter.pad_id, features, targets)


def test_only_what_the_assistant_says_is_learned(laid_out) -> None:
    backbone, prompter, examples, features, collator = laid_out
    encoded = encode_examples(examples, prompter, features)
    batch = collator(encoded[:6])
    for row, example in enumerate(examples[:6]):
        learned = batch.labels_NT[row][batch.labels_NT[row] != IGNORE].tolist()
        expected = []
        for turn in example.turns:
            if turn.role == "assistant":
                for part in turn.parts:
                    ids = (
                        prompter.text_ids(part)
                        if isinstance(part, str)
                        else backbone.signal_ids.of(part.modality)
                    )
                    expected += ids
                expected.append(prompter.end_ids[0])
        assert learned == expected
        assert batch.labels_NT[row, len(encoded[row]) :].unique().tolist() in ([], [IGNORE])


def test_media_and_targets_stand_where_the_layout_says(laid_out) -> None:
    backbone, prompter, examples, features, collator = laid_out
    encoded = encode_examples(examples, prompter, features)
    batch = collator(encoded[:6])
    image, audio = batch.media[IMAGE], batch.media[AUDIO]
    # Example 1 draws and goes on, so that its picture is read by the next turn; example 4 draws and ends.
    assert image.rows_I.tolist() == [0, 1, 3]
    assert audio.rows_I.tolist() == [2, 5]
    for row, position in zip(image.rows_I, image.positions_I, strict=True):
        assert batch.ids_NT[row, position : position + 2].tolist() == [prompter.pad_id] * 2
        assert backbone.tokenizer.convert_ids_to_tokens(int(batch.ids_NT[row, position - 1])) == "<image>"
    spans = batch.spans[IMAGE]
    assert spans.rows_K.tolist() == [1, 4]
    for row, position in zip(spans.rows_K, spans.positions_K, strict=True):
        assert tuple(batch.ids_NT[row, position : position + 2].tolist()) == backbone.signal_ids.of(IMAGE)
    captions = [example.turns[1].parts[1].caption for example in (examples[1], examples[4])]
    torch.testing.assert_close(dict(spans.target), collator.targets.gather(IMAGE, captions))
    assert batch.counts == {"text": int((batch.labels_NT[:, 1:] != IGNORE).sum()), "image": 2, "audio": 2}


def test_examples_too_long_for_the_context_are_left_out_and_counted(laid_out, caplog) -> None:
    _, prompter, examples, features, _ = laid_out
    prompter.max_length = len(encode_example(examples[0], prompter, features)) - 1
    kept = encode_examples(examples, prompter, features)
    assert 0 < len(kept) < len(examples)
    assert f"{len(examples) - len(kept)} of {len(examples)} examples left out" in caplog.text
    prompter.max_length = 5
    with pytest.raises(ExampleError, match=r"examples.jsonl:1: the prompt takes"):
        encode_examples(examples, prompter, features)


def test_an_example_is_laid_out_as_generation_lays_it_out(laid_out) -> None:
    _, prompter, examples, features, _ = laid_out
    example = examples[1]
    asked = prompter.layout(example.turns[:3], reply=True, present=lambda part: part.path is not None)
    whole = encode_example(example, prompter, features)
    assert whole.ids_T.tolist()[: len(asked)] == asked.ids
    assert not whole.is_target_T[len(asked) - 1]
    assert whole.is_target_T[len(asked) :].all()
