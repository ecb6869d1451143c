"""One picture, sound or clip: its player, what can be done with it, and how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from anygen.core.errors import MediaError, PromptError
from anygen.media import provenance
from anygen_ui.choices import WORDS
from anygen_ui.page_context import Room
from anygen_ui.store import Part, Turn

WIDTH = 288
"""Of a picture or a clip in a conversation, in pixels."""


def show(part: Part, width: int = WIDTH, name: str | None = None) -> None:
    """The player. `name` is what a screen reader says; the caption where there is one."""
    said = name or part.caption or WORDS.get(part.type, part.type)
    if part.path is None or not Path(part.path).is_file():
        st.text(f"{WORDS.get(part.type, part.type)}: {part.note or 'removed'}")
    elif part.type == "image":
        st.image(part.path, width=width, alt=said)
    elif part.type == "audio":
        with st.container(width=max(width, 180)):
            st.audio(part.path, alt=said)
    elif part.type == "video":
        st.video(part.path, width=width, loop=True, autoplay=True, muted=True, alt=said)


def actions(room: Room, part: Part, key: str, vary: Callable[[], Any] | None, turn: Turn | None) -> None:
    """The row below a generated medium."""
    if part.path is None:
        return
    path = Path(part.path)
    with st.container(horizontal=True, gap="xxsmall", key=f"actions-{key}"):
        st.button(
            "Use as input",
            key=f"use-{key}",
            type="tertiary",
            icon=":material/add_circle:",
            on_click=room.add,
            args=(Part(part.type, path=part.path, caption=part.caption),),
        )
        if vary is not None and st.button(
            "Variations", key=f"vary-{key}", type="tertiary", icon=":material/auto_awesome_motion:"
        ):
            try:
                vary()
            except PromptError as error:
                room.say(error)
            st.rerun()
        st.download_button(
            "Download",
            data=path.read_bytes,
            file_name=f"anygen-{path.name}",
            key=f"save-{key}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )
        if st.button("How made", key=f"how-{key}", type="tertiary", icon=":material/info:"):
            how_made(part, turn)


@st.dialog("How this was made", width="medium")
def how_made(part: Part, turn: Turn | None) -> None:
    """From the record inside the file, and from the turn it came in."""
    path = Path(str(part.path))
    try:
        record = provenance.read(path)
    except (MediaError, OSError) as error:
        st.text(str(error))
        return
    timings = {} if turn is None else turn.timings
    lines = {
        "Model": record.get("model", {}).get("name", ""),
        "Caption": part.caption,
        "Seed": record.get("seed", ""),
        "Time": f"{timings['total']:.1f} s" if "total" in timings else "",
        "Options": ", ".join(flat(record.get("options", {}))) or "the model's own",
        "Asked to come back": ", ".join(record.get("require", ())),
    }
    for name, value in lines.items():
        if value != "":
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                gap="small",
                key=f"made-{name.split()[0].lower()}",
            ):
                st.caption(name, width=150)
                st.text(str(value))
    st.caption("Make it again, the same to the pixel and sample (after Download, in the folder it went to):")
    st.code(replay_command(record, f"anygen-{path.name}"), language="bash", wrap_lines=True)
    with st.expander("The whole record"):
        st.code(json.dumps(record, indent=2, ensure_ascii=False), language="json", wrap_lines=True)


def flat(values: dict[str, Any], before: str = "") -> list[str]:
    """Nested options as `image.num_inference_steps 6`."""
    found: list[str] = []
    for name, value in values.items():
        found += flat(value, f"{name}.") if isinstance(value, dict) else [f"{before}{name} {value}"]
    return found


def replay_command(record: dict[str, Any], file: str) -> str:
    """`anygen replay` for a downloaded file; inputs are named by the start of their hash."""
    parts = [part for message in record.get("messages", ()) for part in message.get("content", ())]
    inputs = [
        f" --input FILE-{part['hash'][:8]}" for part in parts if isinstance(part, dict) and "hash" in part
    ]
    return f"anygen replay {file}{''.join(dict.fromkeys(inputs))}"
