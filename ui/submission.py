"""From what a visitor said to an ask in the queue: sending, asking again, variations. Knows nothing of Streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anygen.core.errors import PromptError
from anygen_ui.choices import Choices, new_seed
from anygen_ui.engine import Engine
from anygen_ui.protocol import Ask
from anygen_ui.store import Store
from anygen_ui.tables import Part, Turn

REMEMBERED = 8
"""So many of the last things said go to the model with their answers: a small model has a short memory."""
TITLE_CHARACTERS = 48
NUM_VARIATIONS = 3
NOTHING_ASKED = "nothing is asked here any more; its files were removed"
VARIATION_OF = "variation_of"
"""In the settings of an answer: the turn it is another try of. What follows in the conversation does not build on it."""


class Submissions:
    """What one visitor asks of the store and the engine."""

    def __init__(self, store: Store, engine: Engine, visitor: str) -> None:
        self.store, self.engine, self.visitor = store, engine, visitor

    def send(
        self,
        conversation: str,
        parts: Sequence[Part],
        choices: Choices,
        require: Iterable[str] = (),
        instead_of: str | None = None,
    ) -> str:
        """Say something and ask for the answer; the answer's turn. With `instead_of` it takes the place of that turn and
        of all after it. Raises PromptError, and then nothing was said and nothing is gone."""
        if choices.trouble:
            raise PromptError(choices.trouble)
        if instead_of is not None and instead_of not in [
            each.id for each in self.turns_before(conversation, None)
        ]:
            raise PromptError(
                "what you are editing is not in this conversation any more; discard it, or copy its words"
            )
        said = self.store.add_user_turn(self.visitor, conversation, parts)
        self._name(conversation, said)
        try:
            turns = self.store.turns(self.visitor, conversation)
            earlier = (
                turns if instead_of is None else [*self.turns_before(conversation, instead_of), turns[-1]]
            )
            answer = self._queue(conversation, settings_of(choices, require), earlier)
        except PromptError:
            self.store.truncate(self.visitor, conversation, said.id)
            raise
        if instead_of is not None:
            self.store.truncate(self.visitor, conversation, instead_of, until=said.id)
        return answer

    def answer(self, conversation: str, settings: Mapping[str, Any], before: str | None = None) -> str:
        """Queue the answer to what stands before the turn `before` (default: to all of it). Raises PromptError."""
        return self._queue(conversation, settings, self.turns_before(conversation, before))

    def _queue(self, conversation: str, settings: Mapping[str, Any], earlier: Sequence[Turn]) -> str:
        messages = remembered(earlier)
        if not messages:
            raise PromptError(NOTHING_ASKED)
        turn = self.store.begin_answer(self.visitor, conversation, settings)
        ask = Ask(
            visitor=self.visitor,
            conversation=conversation,
            turn=turn.id,
            model=settings["model"],
            messages=messages,
            options=dict(settings["options"]),
            modalities=None if settings["modalities"] is None else tuple(settings["modalities"]),
            require=tuple(settings["require"]),
            seed=settings["seed"],
        )
        # Where it is refused, the turn has failed with the sentence, and can be asked for again.
        self.engine.submit(ask)
        return turn.id

    def again(self, conversation: str, turn: Turn, seed: int) -> str:
        """Answer once more in place of `turn`, as it was asked, with `seed`; what came after it goes. Raises PromptError,
        and then the old answer is still there."""
        settings = {**turn.settings, "seed": seed}
        last = self.store.turns(self.visitor, conversation)[-1]
        try:
            answer = self.answer(conversation, settings, settings.get(VARIATION_OF, turn.id))
        except PromptError:
            after = self.store.turns(self.visitor, conversation)[-1]
            if after.id != last.id:
                self.store.truncate(self.visitor, conversation, after.id)
            raise
        self.store.truncate(self.visitor, conversation, turn.id, until=answer)
        return answer

    def variations(self, conversation: str, turn: Turn, modality: str) -> list[str]:
        """The same asked again with new seeds, for one modality, below what is there."""
        origin = turn.settings.get(VARIATION_OF, turn.id)
        modalities = turn.settings.get("modalities")
        allowed = modalities if modalities is None else sorted({*modalities, modality})
        settings = {**turn.settings, "modalities": allowed, "require": [modality], VARIATION_OF: origin}
        return [
            self.answer(conversation, {**settings, "seed": new_seed()}, before=origin)
            for _ in range(NUM_VARIATIONS)
        ]

    def turns_before(self, conversation: str, turn: str | None) -> list[Turn]:
        """Those before `turn`; all where it is not among them."""
        turns = self.store.turns(self.visitor, conversation)
        ids = [each.id for each in turns]
        return turns[: ids.index(turn)] if turn in ids else turns

    def _name(self, conversation: str, said: Turn) -> None:
        """A conversation without a name takes the first words said in it."""
        if self.store.conversation(self.visitor, conversation).title:
            return
        words = " ".join(" ".join(part.text for part in said.parts).split())
        if len(words) > TITLE_CHARACTERS:
            words = words[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + " …"
        self.store.rename(self.visitor, conversation, words)


def settings_of(choices: Choices, require: Iterable[str] = ()) -> dict[str, Any]:
    """What is kept with an answer, so that it can be asked for again."""
    modalities = choices.modalities
    if modalities is not None:
        modalities = tuple(dict.fromkeys((*modalities, *require)))
    return {
        "model": choices.model,
        "options": dict(choices.options),
        "modalities": None if modalities is None else list(modalities),
        "require": list(require),
        "seed": choices.next_seed(),
    }


def remembered(turns: Sequence[Turn]) -> tuple[dict[str, Any], ...]:
    """The last turns as anygen's chat schema. Variations, failed answers and removed files are left out."""
    kept: list[dict[str, Any]] = []
    for turn in turns:
        if turn.state not in ("done", "stopped") or VARIATION_OF in turn.settings:
            continue
        content = [
            {"type": "text", "text": part.text}
            if part.type == "text"
            else {"type": part.type, "path": part.path}
            for part in turn.parts
            if part.text or part.path
        ]
        if content:
            kept.append({"role": turn.role, "content": content})
    starts = [index for index, message in enumerate(kept) if message["role"] == "user"]
    return tuple(kept[starts[-REMEMBERED] :] if len(starts) > REMEMBERED else kept)
