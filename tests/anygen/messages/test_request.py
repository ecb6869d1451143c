from __future__ import annotations

import pytest

from anygen.core.errors import PromptError
from anygen.core.modality import AUDIO, IMAGE, TEXT
from anygen.messages.request import limits

MAKES = (TEXT, IMAGE, AUDIO)


def test_all_may_come_back_unless_some_are_named_and_the_order_is_the_models() -> None:
    assert limits(MAKES, None, ()) == (MAKES, ())
    assert limits(MAKES, ["audio", "text"], ["audio"]) == ((TEXT, AUDIO), (AUDIO,))


@pytest.mark.parametrize(
    ("modalities", "require", "found"),
    [
        (["smell"], (), "modalities: 'smell'; a list out of text, image, audio is accepted"),
        ("image", (), "modalities: 'image'; a list out of"),
        (None, ["video"], "require: 'video'; a list out of"),
        ([], (), "modalities: nothing may come back"),
        (["text"], ["image"], "require: image is not among the modalities that may come back"),
    ],
)
def test_what_cannot_come_back_is_refused(modalities, require, found) -> None:
    with pytest.raises(PromptError, match=found):
        limits(MAKES, modalities, require)
