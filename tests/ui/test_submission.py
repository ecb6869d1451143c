"""From what was said to the queue: what is refused takes nothing away."""

from pathlib import Path

import pytest

from anygen.core.errors import PromptError
from anygen_ui.choices import Choices
from anygen_ui.engine import Engine
from anygen_ui.scheduling import Limits
from anygen_ui.store import Store
from anygen_ui.submission import Submissions
from anygen_ui.tables import Part

CHOICES = Choices(seed=0)


@pytest.fixture
def desk(tmp_path: Path):
    store = Store(tmp_path)
    engine = Engine(store, Limits(waiting_per_visitor=1, waiting=1))
    yield Submissions(store, engine, "ada")
    engine.close()
    store.close()


def words(desk: Submissions, conversation: str) -> list[str]:
    turns = desk.store.turns("ada", conversation)
    return [part.text for turn in turns if turn.role == "user" for part in turn.parts]


def finished(desk: Submissions, conversation: str, said: str, *require: str) -> tuple[str, str]:
    """The ids of what was said and of its answer, which is there."""
    answer = desk.send(conversation, [Part("text", said)], CHOICES, require)
    while desk.engine.state(answer) in ("waiting", "running"):
        desk.engine.wait(answer, len(desk.engine.events(answer)), 1.0)
    return desk.store.turns("ada", conversation)[-2].id, answer


def fill_the_queue(desk: Submissions) -> None:
    """One is being answered, and one waits: no more are taken."""
    other = desk.store.new_conversation("ada").id
    with pytest.raises(PromptError, match="waiting"):
        for _ in range(3):
            desk.send(other, [Part("text", "a video of a red car")], CHOICES, require=["video"])


def test_an_edit_that_is_refused_leaves_the_old_answer(desk: Submissions):
    conversation = desk.store.new_conversation("ada").id
    said, _ = finished(desk, conversation, "hello")
    before = desk.store.turns("ada", conversation)
    fill_the_queue(desk)
    with pytest.raises(PromptError, match="waiting"):
        desk.send(conversation, [Part("text", "good day")], CHOICES, instead_of=said)
    with pytest.raises(PromptError, match="waiting"):
        desk.again(conversation, before[-1], 7)
    assert desk.store.turns("ada", conversation) == before


def test_an_edit_takes_the_place_of_what_was_said_and_all_after_it(desk: Submissions):
    conversation = desk.store.new_conversation("ada").id
    finished(desk, conversation, "hello")
    said, _ = finished(desk, conversation, "good day")
    desk.send(conversation, [Part("text", "good night")], CHOICES, instead_of=said)
    assert words(desk, conversation) == ["hello", "good night"]


def test_an_edit_may_hold_a_picture_of_the_answer_it_replaces(desk: Submissions):
    conversation = desk.store.new_conversation("ada").id
    said, _ = finished(desk, conversation, "a red circle", "image")
    made = desk.store.media("ada", "image")
    assert len(made) == 1
    picture = Part("image", path=made[0].path)
    desk.send(conversation, [picture, Part("text", "make it blue")], CHOICES, instead_of=said)
    asked = desk.store.turns("ada", conversation)[0]
    assert [part.path for part in asked.parts][:1] == [made[0].path] and Path(made[0].path).is_file()
