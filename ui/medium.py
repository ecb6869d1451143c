"""One image, audio or video: its player, what can be done with it, and how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from anygen.core.errors import MediaError
from anygen.media import provenance
from anygen_ui.page_context import PageContext, download_button, quiet_button
from anygen_ui.tables import Part, Turn

WIDTH = 288
"""Of an image or a video in a conversation, in pixels."""


def show(part: Part, width: int = WIDTH, name: str | None = None) -> None:
    """The player. `name` is what a screen reader says; the caption where there is one."""
    said = name or part.caption or part.type.capitalize()
    if part.path is None or not Path(part.path).is_file():
        st.text(f"{part.type.capitalize()}: {part.note or 'removed'}")
    elif part.type == "image":
        st.image(part.path, width=width, alt=said)
    elif part.type == "audio":
        with st.container(width=max(width, 180)):
            st.audio(part.path, alt=said)
    elif part.type == "video":
        st.video(part.path, width=width, loop=True, autoplay=True, muted=True, alt=said)


def actions(
    context: PageContext, part: Part, key: str, vary: Callable[[], Any] | None, turn: Turn | None
) -> None:
    """The row below a generated medium."""
    if part.path is None:
        return
    path = Path(part.path)
    with st.container(horizontal=True, gap="xxsmall", key=f"actions-{key}"):
        again = Part(part.type, path=part.path, caption=part.caption)
        quiet_button("Use as input", f"use-{key}", "add_circle", context.add, again)
        if vary is not None and quiet_button("Variations", f"vary-{key}", "auto_awesome_motion"):
            context.attempt(vary)
        download_button("Download", path, f"save-{key}", ":material/download:")
        if quiet_button("Details", f"how-{key}", "info"):
            how_made(part, turn)


@st.dialog("Details", width="medium")
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
            key = f"made-{name.split()[0].lower()}"
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
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
