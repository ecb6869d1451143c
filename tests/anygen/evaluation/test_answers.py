import pytest

from anygen.evaluation.answers import answers, contains, mentioned

COLOURS = {"red": ["red"], "blue": ["blue", "navy"]}


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("A piano.", "no", False),
        ("No, a piano.", "no", True),
        ("I don't know that one", "don't know", True),
        ("I don\u2019t know", "don't", True),
        ("I don't", "don", False),
        ("that isn't it", "t", False),
        ("Yes!", "yes", True),
        ("an alarm clock", "clock", True),
        ("top-left", "top", True),
    ],
)
def test_whole_words_ignoring_case(text, phrase, found):
    assert contains(text, phrase) is found


def test_an_answer_needs_one_accepted_and_no_refused_phrase():
    assert answers("It is green.", ["green", "lime"], ["red"])
    assert not answers("It is green or red.", ["green"], ["red"])
    assert not answers("It is blue.", ["green"])


def test_mentioned_gives_the_keys_whose_words_stand_there():
    assert mentioned("on a Navy background", COLOURS) == {"blue"}
    assert mentioned("red and blue", COLOURS) == {"red", "blue"}
    assert mentioned("bluered", COLOURS) == frozenset()


def test_a_word_inside_a_longer_match_does_not_count():
    things = {
        "train": ["train"],
        "brain": ["brain"],
        "rain cloud": ["rain cloud", "rain"],
        "cloud": ["cloud"],
    }
    assert mentioned("a small rain cloud", things) == {"rain cloud"}
    assert mentioned("a train under a cloud", things) == {"train", "cloud"}
