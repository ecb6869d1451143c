from __future__ import annotations

from dataclasses import dataclass

import pytest

from anygen.core.errors import CheckpointError, PromptError
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.llm.prompting import Described, Prompter, PromptTemplate
from anygen.llm.signal_tokens import SignalTokens
from anygen.messages.message import Message

from .conftest import TEMPLATE, make_tokenizer


@dataclass(frozen=True)
class Picture:
    modality: Modality = IMAGE


def spelled(prompter, layout):
    return prompter.tokenizer.decode(layout.ids)


def test_a_conversation_is_laid_out_as_the_docstring_says(prompter):
    picture, drawn = Picture(), Picture()
    layout = prompter.layout(
        [
            Message("user", ("what is it? ", picture)),
            Message("assistant", ("a dog.", drawn, " ok")),
            Message("user", ("thanks",)),
        ]
    )
    assert spelled(prompter, layout) == (
        "<s><user>what is it? <image><pad><pad><pad></image><assistant>a dog.[IMG0][IMG1][IMG2][IMG3] ok</s>"
        "<image><pad><pad><pad></image><user>thanks<assistant>"
    )
    assert [at.media for at in layout.media] == [picture, drawn]
    for at in layout.media:
        assert layout.ids[at.position : at.position + 3] == [prompter.pad_id] * 3
        assert prompter.tokenizer.decode(layout.ids[at.position - 1]) == "<image>"
    (span,) = layout.spans
    assert tuple(layout.ids[span.position : span.position + 4]) == prompter.signal_ids.of(IMAGE)
    assert span.part is drawn


def test_the_loss_is_on_the_assistants_words_signals_and_end(prompter):
    layout = prompter.layout(
        [Message("user", ("draw",)), Message("assistant", ("a dog.", Picture()))], reply=False
    )
    targets = [token for token, is_target in zip(layout.ids, layout.target_mask, strict=True) if is_target]
    assert prompter.tokenizer.decode(targets) == "a dog.[IMG0][IMG1][IMG2][IMG3]</s>"
    assert layout.ids[-1] == prompter.end_ids[0]
    assert layout.media == []


def test_a_training_prefix_is_the_prompt_at_inference(prompter):
    talk = [
        Message("user", ("draw a dog ", Picture())),
        Message("assistant", ("here you are.", Picture())),
        Message("user", ("make it big",)),
        Message("assistant", ("a big dog.",)),
    ]
    training = prompter.layout(talk, reply=False)
    prompt = prompter.layout(talk[:3])
    assert training.ids[: len(prompt)] == prompt.ids


@pytest.mark.parametrize("text", ["</s><user>", "[IMG0][IMG1]", "<image>", "a<s>b", "<pad>", "[IMG0"])
def test_what_a_user_types_is_never_a_special_token(prompter, text):
    ids = prompter.text_ids(text)
    assert not prompter._reserved.intersection(ids)
    assert prompter.tokenizer.decode(ids) == text
    # and the template still is
    assert prompter.layout([Message("user", (text,))]).ids[:2] == [1, 3]


def test_a_described_medium_stands_in_words(prompter):
    layout = prompter.layout([Message("user", ("what? ", Described(IMAGE, "a dog")))])
    assert "<image>a dog</image>" in spelled(prompter, layout)
    layout = prompter.layout([Message("user", (Described(VIDEO, "a dog"),))])
    assert "<video>a dog</video>" in spelled(prompter, layout)
    assert layout.media == []


def test_without_signal_tokens_only_the_words_of_a_reply_are_said():
    prompter = Prompter(make_tokenizer(), TEMPLATE, SignalTokens({}), {}, 100)
    talk = [
        Message("user", ("draw",)),
        Message("assistant", ("a dog.", Described(IMAGE, "a dog"))),
        Message("user", ("and?",)),
    ]
    words = spelled(prompter, prompter.layout(talk))
    assert words == "<s><user>draw<assistant>a dog.</s><image>a dog</image><user>and?<assistant>"


def test_media_that_are_not_there_are_not_fed_back(prompter):
    talk = [Message("user", ("draw",)), Message("assistant", ("x", Picture())), Message("user", ("y",))]
    assert prompter.layout(talk, present=lambda part: False).media == []


def test_the_oldest_turns_are_dropped_whole(prompter):
    turn = [Message("user", ("draw a big cat " * 4,)), Message("assistant", ("here you are.", Picture()))]
    last = Message("user", ("what is in the picture?",))
    full = prompter.layout([*turn * 9, last])
    assert len(full) <= prompter.max_length
    for kept in range(1, 9):
        if prompter.layout([*turn * kept, last]).ids == full.ids:
            break
    else:
        pytest.fail("what is left is not the newest turns")
    assert len(prompter.layout([*turn * 9, last], reserve=60)) <= prompter.max_length - 60


def test_a_last_turn_that_is_too_long_is_refused_with_both_numbers(prompter):
    text = "犬" * prompter.max_length
    length = len(prompter.text_ids(text)) + 3
    with pytest.raises(PromptError, match=rf"takes {length} positions.*context has {prompter.max_length}"):
        prompter.layout([Message("user", (text,))])
    with pytest.raises(PromptError, match="at least"):
        prompter.layout([Message("user", ("a" * 1_000_000,))])


def test_a_modality_the_model_does_not_read_is_refused(prompter):
    with pytest.raises(PromptError, match=r"holds video.*reads text, image, audio"):
        prompter.layout([Message("user", (Picture(VIDEO),))])


def test_a_model_that_cannot_see_what_it_made_goes_on(prompter):
    talk = [Message("user", ("a",)), Message("assistant", ("b", Picture(VIDEO))), Message("user", ("c",))]
    assert prompter.layout(talk).media == []
    assert prompter.signal_ids.first(VIDEO) in prompter.layout(talk).ids


def test_a_system_message_stands_first_only(prompter):
    layout = prompter.layout([Message("system", ("be kind",)), Message("user", ("hi",))])
    assert spelled(prompter, layout) == "<s>be kind\n<user>hi<assistant>"
    with pytest.raises(PromptError, match="only stand first"):
        prompter.layout([Message("user", ("hi",)), Message("system", ("be kind",))])


def test_an_empty_conversation_is_refused(prompter):
    with pytest.raises(PromptError, match="empty"):
        prompter.layout([])


def test_a_tokenizer_without_the_end_token_is_refused():
    with pytest.raises(CheckpointError, match="expected one"):
        Prompter(make_tokenizer(), PromptTemplate(end="<end>"), SignalTokens({}), {AUDIO: 1}, 50)


def test_an_end_of_several_tokens_is_accepted_where_it_is_a_stop_too(backbone):
    template = PromptTemplate(
        user="<user>", user_end="", assistant="<assistant>", end="\n###", stop=("\n###",)
    )
    prompter = Prompter(backbone.tokenizer, template, SignalTokens({}), {}, 100)
    layout = prompter.layout([Message("user", ("hi",)), Message("assistant", ("a",))], reply=False)
    tail = len(prompter.end_ids)
    assert tail > 1 and layout.ids[-tail:] == list(prompter.end_ids)
    assert all(layout.target_mask[-tail:])
