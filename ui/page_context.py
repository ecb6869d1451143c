"""What every page file is handed: who is here, where they are, and what is on the way to being sent; what pages share.

Kept in st.session_state: `conversation` (id or None), `view`, `draft` (what the composer holds), `editing` (turn id or
None), `troubles` (sentences to show once), `next_words` (conversation -> what an example says next).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from anygen.core.errors import MediaError, PromptError
from anygen_ui.choices import Choices
from anygen_ui.submission import Submissions
from anygen_ui.tables import Part, Turn

CONVERSATION, GALLERY = "conversation", "gallery"
ADDRESS = "c"
"""The query parameter that holds the conversation, so that a reload finds it."""
FOLLOW = Path(__file__).with_name("follow.js")
TO_THE_START = """
  window.anygenFollow?.disconnect();
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
"""


@dataclass
class Piece:
    """One part in the composer."""

    id: str
    part: Part


class PageContext:
    """One visitor in one browser tab."""

    def __init__(self, submissions: Submissions) -> None:
        self.submissions = submissions
        state = st.session_state
        if "draft" not in state:
            state.draft, state.troubles, state.next_words = [], [], {}
            state.view, state.editing = CONVERSATION, None
            state.conversation = self._from_address()
        self.store, self.engine, self.visitor = submissions.store, submissions.engine, submissions.visitor

    def _from_address(self) -> str | None:
        named = st.query_params.get(ADDRESS)
        mine = [each.id for each in self.submissions.store.conversations(self.submissions.visitor)]
        return named if named in mine else None

    @property
    def conversation(self) -> str | None:
        """The id of the open one; None on the first page."""
        opened: str | None = st.session_state.conversation
        return opened

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
        """Open the gallery."""
        st.session_state.view = GALLERY

    # What is on the way to being sent

    @property
    def draft(self) -> list[Piece]:
        """What the composer holds, in order."""
        pieces: list[Piece] = st.session_state.draft
        return pieces

    def add(self, part: Part) -> None:
        """Put a part at the end of the draft."""
        self.draft.append(Piece(secrets.token_hex(6), part))
        st.session_state.view = CONVERSATION

    def move(self, piece: str, by: int) -> None:
        """Move a piece of the draft, where there is a place for it."""
        at = next(index for index, each in enumerate(self.draft) if each.id == piece)
        to = at + by
        if 0 <= to < len(self.draft):
            self.draft[at], self.draft[to] = self.draft[to], self.draft[at]

    def remove(self, piece: str) -> None:
        """Take a piece out of the draft."""
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
        """Empty the composer; what was said stays as it is."""
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
            self.submissions.send(conversation, parts, choices, require, st.session_state.editing)
            st.session_state.editing = None
        except PromptError as error:
            if self.conversation is None and conversation is not None:
                self.store.delete(self.visitor, conversation)
            self.say(error)
            return False
        self.open(conversation)
        return True

    def upload(self, name: str, data: bytes) -> Part | None:
        """Keep a file that was sent; None where it was refused, which the page says then."""
        try:
            media = self.store.files.add_upload(self.visitor, name, data)
        except MediaError as error:
            self.say(error)
            return None
        return Part(media.modality, path=media.path, caption=media.caption)

    # What went wrong

    def attempt(self, action: Callable[[], Any]) -> None:
        """Do something and draw the page again; a refusal is said there."""
        try:
            action()
        except PromptError as error:
            self.say(error)
        st.rerun()

    def say(self, trouble: Exception | str) -> None:
        """Show a sentence at the next drawing, once."""
        st.session_state.troubles.append(str(trouble))

    def take_troubles(self) -> list[str]:
        """The sentences to show now, each once."""
        troubles: list[str] = st.session_state.troubles
        st.session_state.troubles = []
        return troubles


# What pages share


def quiet_button(label: str, key: str, icon: str = "", on_click: Any = None, *args: Any, **how: Any) -> bool:
    """A button without a frame; `icon` is a name of Material's. Whether it was pressed."""
    shown = f":material/{icon}:" if icon else None
    return st.button(label, key=key, type="tertiary", icon=shown, on_click=on_click, args=args, **how)


def download_button(label: str, path: Path, key: str, icon: str | None = None) -> None:
    """Download a medium; it is read when somebody asks for it."""
    st.download_button(
        label,
        data=path.read_bytes,
        file_name=f"anygen-{path.name}",
        key=key,
        type="tertiary",
        icon=icon,
        on_click="ignore",
    )


def follow_the_end(what: str) -> None:
    """Scroll to what is new: the script runs again when `what` is another. It holds nothing that anybody wrote."""
    _run(what, FOLLOW.read_text(encoding="utf-8"))


def show_the_start(what: str) -> None:
    """Scroll up once, when the view `what` opens; nothing follows an end there."""
    _run(what, TO_THE_START)


def _run(what: str, script: str) -> None:
    st.html(f"<script>/* {what} */\n{script}</script>", unsafe_allow_javascript=True)
