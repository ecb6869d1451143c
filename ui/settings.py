"""What the next answer is made with: the model, what may come back, and how."""

from __future__ import annotations

from typing import Any

import streamlit as st

from anygen.core.errors import PromptError
from anygen_ui import backend, escaping
from anygen_ui.choices import (
    ICONS,
    LARGEST_SEED,
    QUALITIES,
    WORDS,
    Choices,
    Facts,
    changed_options,
    facts_of,
    known_models,
    new_seed,
    quality_options,
    sizes_of,
)
from anygen_ui.page_context import Room


def draw(room: Room) -> Choices:
    models = known_models(backend.default_model())
    model = st.selectbox("Model", models, key="model")
    facts = facts_of(model)
    _needs(room, facts)
    # An empty choice would leave nothing to answer with: then all may come back.
    allowed = st.pills(
        "What may come back",
        facts.makes,
        selection_mode="multi",
        default=facts.makes,
        format_func=lambda each: WORDS[each],
        key=f"modalities-{model}",
    )
    quality = st.segmented_control(
        "Quality",
        list(QUALITIES),
        default="good",
        required=True,
        format_func=str.capitalize,
        key="quality",
        help="How many steps each picture, sound and clip takes: half, the model's own, twice.",
    )
    options = _fine(facts, str(quality))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_locked = st.toggle(
            "Lock the seed", key="lock-seed", help="The same seed, words and options give the same answer."
        )
    seed = None
    if is_locked:
        st.session_state.setdefault("seed", new_seed())
        seed = int(st.number_input("Seed", 0, LARGEST_SEED, step=1, key="seed"))
    modalities = tuple(allowed) if allowed and set(allowed) != set(facts.makes) else None
    return Choices(model, modalities, options, seed, facts.trouble)


def _needs(room: Room, facts: Facts) -> None:
    """Licence and memory, and the sentence that refuses a model early."""
    if facts.trouble:
        st.warning(escaping.label(facts.trouble, 400))
    with st.expander("What it is and needs", key="needs", type="compact", on_change="rerun") as expander:
        if not expander.open:
            return
        st.text(facts.description)
        st.caption("Licence")
        st.text(facts.licence)
        st.caption("Memory")
        try:
            plan = room.engine.memory_plan(facts.name)
        except (PromptError, ValueError) as error:
            st.text(str(error))
            return
        st.text(" ".join(str(each) for each in plan.get("fits", {}).values()))


def _fine(facts: Facts, quality: str) -> dict[str, Any]:
    """Every field starts at what the quality gives; only what differs from the model's own is asked for."""
    by_quality = quality_options(facts, quality)
    with st.expander("Fine control", key="fine", type="compact"):
        chosen = {
            modality: _fields(facts, modality, {**values, **by_quality.get(modality, {})}, quality)
            for modality, values in facts.defaults.items()
        }
        options: dict[str, Any] = changed_options(facts, chosen)
        if facts.temperature is not None:
            temperature = st.slider(
                "Freedom of words",
                0.0,
                2.0,
                float(facts.temperature),
                0.1,
                key=f"temperature-{facts.name}",
                help="Temperature: 0 takes the likeliest word.",
            )
            if temperature != float(facts.temperature):
                options["temperature"] = temperature
    return options


def _fields(facts: Facts, modality: str, values: dict[str, Any], quality: str) -> dict[str, Any]:
    word = WORDS.get(modality, modality)
    at = f"{facts.name}-{quality}-{modality}"
    st.markdown(f"{ICONS.get(modality, '')} **{word}**")
    chosen: dict[str, Any] = {}
    left, right = st.columns(2, gap="small", wrap=False)
    if "num_inference_steps" in values:
        steps = left.number_input(
            f"{word}: steps", 1, 200, int(values["num_inference_steps"]), key=f"steps-{at}"
        )
        chosen["num_inference_steps"] = int(steps)
    if "guidance_scale" in values:
        chosen["guidance_scale"] = right.number_input(
            f"{word}: guidance", 0.0, 50.0, float(values["guidance_scale"]), 0.5, key=f"guidance-{at}"
        )
    if sizes := sizes_of(values):
        chosen["width"], chosen["height"] = left.selectbox(
            f"{word}: size", sizes, format_func=lambda size: f"{size[0]} × {size[1]}", key=f"size-{at}"
        )
    if "num_frames" in values:
        frames = right.number_input(f"{word}: frames", 1, 512, int(values["num_frames"]), key=f"frames-{at}")
        chosen["num_frames"] = int(frames)
    if "seconds" in values:
        chosen["seconds"] = left.number_input(
            f"{word}: seconds", 0.1, 120.0, float(values["seconds"]), 0.5, key=f"seconds-{at}"
        )
    return chosen
