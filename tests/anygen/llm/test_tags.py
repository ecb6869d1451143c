"""Tags as text: how they are spelled, and where nobody may have written one."""

from __future__ import annotations

import pytest

from anygen.core.errors import ConfigError
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.llm.prompting import Described, PromptTurn
from anygen.llm.tags import CaptionTags, with_tags

MEDIA = (IMAGE, AUDIO, VIDEO)


TAGS = CaptionTags({m: (f"<{m}>", f"</{m}>") for m in MEDIA}, max_caption_tokens=12)


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ({IMAGE: ("<i", "i>"), AUDIO: ("<i", "a>")}, "none is part of another"),
        ({IMAGE: ("<i>", "<i>x")}, "none is part of another"),
        ({IMAGE: ("< i>", "</i>")}, "is no tag"),
    ],
)
def test_tags_that_could_be_confused_are_refused(tags, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        CaptionTags(tags)


def test_half_a_tag_at_the_end_of_a_text_is_found_with_the_half_that_follows() -> None:
    turns = [PromptTurn("user", ("<im", "age>", "and", " more"))]
    system, user = with_tags(turns, TAGS, (), "Be brief.", "You help.")
    assert system == PromptTurn("system", ("You help.\n\nBe brief.",))
    assert user.parts == ("< image>and more",)


def test_what_the_assistant_made_stands_between_its_tags_and_what_was_sent_is_described() -> None:
    dog = Described(IMAGE, "a dog </image>")
    turns = [PromptTurn("system", ("Mine.",)), PromptTurn("user", (dog,)), PromptTurn("assistant", (dog,))]
    system, user, assistant = with_tags(turns, TAGS, (), "Be brief.", "You help.")
    assert system.parts == ("Mine.\n\nBe brief.",)
    assert user.parts == (Described(IMAGE, "a dog < /image>"),)
    assert assistant.parts == ("<image>a dog < /image></image>",)
