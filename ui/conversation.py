"""A conversation: what was said, what was answered, and an answer while it is being made.

An answer on its way shows its words as they are written, each medium with the decoder's steps, and Stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from anygen.messages.reply import DecoderProgress, SpanStarted, TextDelta
from anygen_ui import escaping, medium
from anygen_ui.choices import ICONS, new_seed
from anygen_ui.page_context import PageContext, follow_the_end, quiet_button
from anygen_ui.protocol import Event, Failed, Finished, Loading, Made, Waiting
from anygen_ui.submission import VARIATION_OF
from anygen_ui.tables import Part, Turn

SECONDS = 0.2
"""Between two looks at the engine."""
MAKING = {"image": "Making an image", "audio": "Making audio", "video": "Making a video"}


def draw(context: PageContext, turns: list[Turn]) -> None:
    """Every turn, in order."""
    for index, turn in enumerate(turns):
        if turn.role == "user":
            _said(context, turn)
        else:
            _answer(context, turn, is_last=index == len(turns) - 1)
    follow_the_end(f"{len(turns)} {turns[-1].id}")


def _said(context: PageContext, turn: Turn) -> None:
    with st.container(key=f"said-{turn.id}", horizontal_alignment="right", gap="xsmall"):
        st.html('<span class="unseen">You said</span>')
        for part in turn.parts:
            if part.type == "text":
                with st.container(key=f"words-{turn.id}-{turn.parts.index(part)}", width="content"):
                    st.text(part.text)
            else:
                medium.show(part, width=180, name=f"Your {part.type}")
        quiet_button("Edit", f"edit-{turn.id}", "edit", context.edit, turn)


def _answer(context: PageContext, turn: Turn, is_last: bool) -> None:
    with st.container(key=f"answer-{turn.id}", gap="small"):
        heading = "A variation" if VARIATION_OF in turn.settings else "The answer"
        st.html(f'<span class="unseen">{heading}</span>')
        if turn.state == "running":
            _draw_live(context, turn)
            return
        for index, part in enumerate(turn.parts):
            if part.type == "text":
                if part.text.strip():
                    st.text(part.text.strip())
                continue
            with st.container(key=f"medium-{turn.id}-{index}", gap="xxsmall"):
                medium.show(part)
                vary = partial(context.submissions.variations, str(context.conversation), turn, part.type)
                medium.actions(context, part, f"{turn.id}-{index}", vary if turn.settings else None, turn)
        if turn.error:
            st.warning(escaping.label(turn.error, 400), icon=":material/error:")
        elif turn.state == "stopped":
            st.caption("Stopped. What was finished stays.")
        _footer(context, turn, is_last)


def _footer(context: PageContext, turn: Turn, is_last: bool) -> None:
    """How it was made, in a line; the last answer can be asked for again."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key=f"footer-{turn.id}"):
        known = [escaping.label(str(turn.settings.get("model", "")))]
        known += [] if turn.seed is None else [f"seed {turn.seed}"]
        known += [f"{turn.timings['total']:.1f} s"] if "total" in turn.timings else []
        st.caption(" · ".join(each for each in known if each), width="content")
        if not is_last or not turn.settings or context.conversation is None:
            return
        for words, icon, seed in (
            ("Same seed", "replay", turn.seed or 0),
            ("New seed", "casino", new_seed()),
        ):
            key = f"{words.split()[0].lower()}-seed-{turn.id}"
            if quiet_button(words, key, icon, help="Answer again"):
                context.attempt(partial(context.submissions.again, context.conversation, turn, seed))


# While it is being made


@dataclass
class Growing:
    """One part of an answer that is not finished; `path` is the medium once it is made."""

    type: str
    text: str = ""
    caption: str = ""
    step: int = 0
    num_steps: int = 0
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
            each = self.media[index]
            found = re.search(re.escape(each.caption) + r"[.!?:\s]*", rest) if each.caption else None
            if found:
                parts.append(Growing("text", rest[: found.end()]))
                rest = rest[found.end() :]
            parts.append(each)
        # What no medium claims was written before them all, or comes after the last.
        is_claimed = any(part.type == "text" for part in parts)
        parts.insert(len(parts) if is_claimed else 0, Growing("text", rest))
        return [part for part in parts if part.type != "text" or part.text.strip()]


def live_of(events: Iterable[Event]) -> Live:
    """What the page shows of an answer whose events these are."""
    live = Live()
    for event in events:
        if isinstance(event, Waiting):
            live.place = event.place
            continue
        live.place = live.loading = None
        if isinstance(event, Loading):
            live.loading = event if event.done < event.of else None
        elif isinstance(event, TextDelta):
            live.text += event.text
        elif isinstance(event, SpanStarted):
            live.media[event.index] = Growing(event.modality, caption=event.caption)
        elif isinstance(event, DecoderProgress) and event.index in live.media:
            part = live.media[event.index]
            part.step, part.num_steps = event.step, event.num_steps
        elif isinstance(event, Made) and event.index in live.media:
            live.media[event.index].path = event.path
        elif isinstance(event, (Finished, Failed)):
            live.over = True
    return live


@st.fragment(run_every=SECONDS)
def _draw_live(context: PageContext, turn: Turn) -> None:
    """Look at the engine five times a second; when the answer is in the store, draw the whole page once more."""
    ticket = context.engine.ticket_of(turn.id)
    live = Live() if ticket is None else live_of(context.engine.events(ticket))
    if (ticket is None or live.over) and not _is_running(context, turn):
        st.rerun()
    if ticket is not None and live.place is not None:
        live.place = context.engine.place(ticket)
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
            icon = ":material/stop_circle:"
            st.button("Stop", key=f"stop-{turn.id}", icon=icon, on_click=context.engine.stop, args=(ticket,))


def _is_running(context: PageContext, turn: Turn) -> bool:
    return any(each.id == turn.id and each.state == "running" for each in context.turns())


def _placeholder(part: Growing) -> None:
    """A frame where a medium will be, and the steps done."""
    with st.container(border=True, width=medium.WIDTH):
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
