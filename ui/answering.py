"""An answer while it is being made: its words as they are written, each medium with the decoder's steps, and Stop."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from anygen_ui import escaping, medium
from anygen_ui.choices import ICONS, WORDS
from anygen_ui.jobs import Event, Failed, Finished, Loading, Made, Progress, Started, Text, Waiting
from anygen_ui.page_context import Room
from anygen_ui.store import Part, Turn

SECONDS = 0.2
"""Between two looks at the engine."""
MAKING = {"image": "Drawing a picture", "audio": "Making a sound", "video": "Making a clip"}


@dataclass
class Growing:
    """One part of an answer that is not finished; `path` is the medium once it is made."""

    type: str
    text: str = ""
    caption: str = ""
    step: int = 0
    num_steps: int = 0
    preview: str | None = None
    path: str | None = None


@dataclass
class Live:
    """What the events so far say; media by their index in the answer."""

    text: str = ""
    media: dict[int, Growing] = field(default_factory=dict)
    place: int | None = None
    loading: Loading | None = None
    over: bool = False

    def parts(self) -> list[Growing]:
        """Words and media in the order of the answer: a medium stands after the words that name it."""
        parts, rest = [], self.text
        for index in sorted(self.media):
            medium = self.media[index]
            found = re.search(re.escape(medium.caption) + r"[.!?:\s]*", rest) if medium.caption else None
            if found:
                parts.append(Growing("text", rest[: found.end()]))
                rest = rest[found.end() :]
            parts.append(medium)
        # What no medium claims was written before them all, or comes after the last.
        is_claimed = any(part.type == "text" for part in parts)
        parts.insert(len(parts) if is_claimed else 0, Growing("text", rest))
        return [part for part in parts if part.type != "text" or part.text.strip()]


def live_of(events: Iterable[Event]) -> Live:
    live = Live()
    for event in events:
        if isinstance(event, Waiting):
            live.place = event.place
            continue
        live.place = live.loading = None
        if isinstance(event, Loading):
            live.loading = event if event.done < event.of else None
        elif isinstance(event, Text):
            live.text += event.text
        elif isinstance(event, Started):
            live.media[event.index] = Growing(event.modality, caption=event.caption)
        elif isinstance(event, Progress) and event.index in live.media:
            part = live.media[event.index]
            part.step, part.num_steps = event.step, event.num_steps
            part.preview = event.preview or part.preview
        elif isinstance(event, Made) and event.index in live.media:
            live.media[event.index].path = event.path
        elif isinstance(event, (Finished, Failed)):
            live.over = True
    return live


@st.fragment(run_every=SECONDS)
def draw(room: Room, turn: Turn) -> None:
    """Look at the engine five times a second; when the answer is in the store, draw the whole page once more."""
    ticket = room.engine.ticket_of(turn.id)
    live = Live() if ticket is None else live_of(room.engine.events(ticket))
    if (ticket is None or live.over) and not is_running(room, turn):
        st.rerun()
    if ticket is not None and live.place is not None:
        live.place = room.engine.place(ticket)
    _announce(live)
    for part in live.parts():
        if part.type == "text":
            st.text(part.text.strip())
        elif part.path:
            medium.show(Part(part.type, path=part.path, caption=part.caption))
        else:
            _placeholder(part)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"working-{turn.id}"):
        st.caption(words_for(live))
        if ticket is not None:
            st.button(
                "Stop",
                key=f"stop-{turn.id}",
                icon=":material/stop_circle:",
                on_click=room.engine.stop,
                args=(ticket,),
            )


def is_running(room: Room, turn: Turn) -> bool:
    return any(each.id == turn.id and each.state == "running" for each in room.turns())


def _placeholder(part: Growing) -> None:
    """A frame where a medium will be: its caption, the steps done, and a preview where there is one."""
    with st.container(border=True, width=medium.WIDTH):
        if part.preview and Path(part.preview).is_file():
            st.image(part.preview, width="stretch", alt=f"{WORDS[part.type]}, not finished")
        making = f"{ICONS.get(part.type, '')} {MAKING.get(part.type, part.type)}"
        steps = f" · step {part.step} of {part.num_steps}" if part.num_steps else " · waiting for its turn"
        st.progress(part.step / part.num_steps if part.num_steps else 0.0, text=making + steps)


def words_for(live: Live) -> str:
    """One line about what is happening, as markdown."""
    if live.place:
        return f"Place {live.place} in the queue" if live.place > 1 else "Next in the queue"
    if live.loading is not None:
        loading = live.loading
        return f"Loading {escaping.label(loading.model)}: {escaping.label(loading.part)}, {loading.done} of {loading.of}"
    unmade = [part for part in live.media.values() if not part.path]
    if unmade:
        return MAKING.get(next((part for part in unmade if part.step), unmade[0]).type, "Working")
    return "Writing" if live.text else "Thinking"


def _announce(live: Live) -> None:
    """What changed, for screen readers; our own words only."""
    making = [MAKING.get(part.type, "Working") for part in live.media.values() if not part.path]
    said = making[0] if making else "Waiting in the queue" if live.place else "Answering"
    st.html(f'<span class="unseen" role="status">{said}</span>')
