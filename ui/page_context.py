"""What every page file is handed: the visitor's desk, where the visitor is, and what is on the way to being sent.

Kept in st.session_state: `conversation` (id or None), `view`, `draft` (what the composer holds), `editing` (turn id or
None), `troubles` (sentences to show once), `next_words` (conversation -> what an example says next).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from anygen.core.errors import PromptError
from anygen_ui.choices import Choices
from anygen_ui.store import Part, Turn
from anygen_ui.submission import Desk

CONVERSATION, GALLERY = "conversation", "gallery"
ADDRESS = "c"
"""The query parameter that holds the conversation, so that a reload finds it."""


@dataclass
class Piece:
    """One part in the composer."""

    id: str
    part: Part


class Room:
    """One visitor in one browser tab."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        state = st.session_state
        if "draft" not in state:
            state.draft, state.troubles, state.next_words = [], [], {}
            state.view, state.editing = CONVERSATION, None
            state.conversation = self._from_address()
        self.store, self.engine, self.visitor = desk.store, desk.engine, desk.visitor

    def _from_address(self) -> str | None:
        named = st.query_params.get(ADDRESS)
        mine = [each.id for each in self.desk.store.conversations(self.desk.visitor)]
        return named if named in mine else None

    @property
    def conversation(self) -> str | None:
        return st.session_state.conversation

    def turns(self) -> list[Turn]:
        """Those of the open conversation; none where it is gone."""
        if self.conversation is None:
            return []
        try:
            return self.store.turns(self.visitor, self.conversation)
        except PromptError as error:
            self.say(error)
            self.open(None)
            return []

    def open(self, conversation: str | None) -> None:
        """Show a conversation, or the first page."""
        st.session_state.conversation = conversation
        st.session_state.view = CONVERSATION
        st.session_state.editing = None
        if conversation is None:
            st.query_params.pop(ADDRESS, None)
        else:
            st.query_params[ADDRESS] = conversation

    def show_gallery(self) -> None:
        st.session_state.view = GALLERY

    # What is on the way to being sent

    @property
    def draft(self) -> list[Piece]:
        return st.session_state.draft

    def add(self, part: Part) -> None:
        self.draft.append(Piece(secrets.token_hex(6), part))
        st.session_state.view = CONVERSATION

    def move(self, piece: str, by: int) -> None:
        at = next(index for index, each in enumerate(self.draft) if each.id == piece)
        to = at + by
        if 0 <= to < len(self.draft):
            self.draft[at], self.draft[to] = self.draft[to], self.draft[at]

    def remove(self, piece: str) -> None:
        st.session_state.draft = [each for each in self.draft if each.id != piece]

    def edit(self, turn: Turn) -> None:
        """Take what was said back into the composer; it is replaced when it is sent again."""
        if self.draft and not st.session_state.editing:
            self.say("Send or discard what is in the composer first.")
            return
        st.session_state.draft = []
        for part in turn.parts:
            if part.text or part.path:
                self.add(part)
        st.session_state.editing = turn.id

    def leave_editing(self) -> None:
        st.session_state.draft, st.session_state.editing = [], None

    def send(self, parts: Sequence[Part], choices: Choices, require: Sequence[str] = ()) -> bool:
        """Say `parts` in the open conversation, or in a new one; False where it was refused, and then all is kept."""
        conversation = self.conversation
        parts = [part for part in parts if part.text.strip() or part.path]
        try:
            if choices.trouble:
                raise PromptError(choices.trouble)
            if conversation is None:
                conversation = self.store.new_conversation(self.visitor, model=choices.model).id
            self.desk.send(conversation, parts, choices, require, st.session_state.editing)
            st.session_state.editing = None
        except PromptError as error:
            if self.conversation is None and conversation is not None:
                self.store.delete(self.visitor, conversation)
            self.say(error)
            return False
        self.open(conversation)
        return True

    # What went wrong

    def say(self, trouble: Exception | str) -> None:
        """Show a sentence at the next drawing, once."""
        st.session_state.troubles.append(str(trouble))

    def take_troubles(self) -> list[str]:
        troubles, st.session_state.troubles = st.session_state.troubles, []
        return troubles
