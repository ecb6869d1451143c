"""The side of the page: conversations above, what the next answer is made with below: the model, what may come back, how."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from anygen.core.errors import PromptError
from anygen_ui import backend, escaping
from anygen_ui.archive import export_zip, manifest
from anygen_ui.choices import (
    ICONS,
    LARGEST_SEED,
    QUALITIES,
    Choices,
    Facts,
    changed_options,
    facts_of,
    known_models,
    new_seed,
    quality_options,
    sizes_of,
)
from anygen_ui.page_context import CONVERSATION, PageContext, quiet_button
from anygen_ui.unpacking import import_zip

MOST_LISTED = 40
"""Conversations in the list; older ones are in the gallery's filter."""


def draw(context: PageContext, is_busy: bool) -> Choices:
    """The whole side; what was chosen for the next answer."""
    st.html('<h1 class="brand">anygen</h1>')
    icon = ":material/add:"
    st.button(
        "New conversation",
        key="new-conversation",
        icon=icon,
        width="stretch",
        on_click=context.open,
        args=(None,),
    )
    quiet_button("Gallery", "open-gallery", "photo_library", context.show_gallery, width="stretch")
    _conversations(context, is_busy)
    st.divider()
    return _settings(context)


def _conversations(context: PageContext, is_busy: bool) -> None:
    mine = context.store.conversations(context.visitor)
    with st.container(key="conversations", gap="xxsmall"):
        for each in mine[:MOST_LISTED]:
            is_open = each.id == context.conversation and st.session_state.view == CONVERSATION
            with st.container(key=f"{'open' if is_open else 'closed'}-{each.id}", gap="xxsmall"):
                title = escaping.label(each.title, 34) or "Untitled"
                quiet_button(title, f"go-{each.id}", "", context.open, each.id, width="stretch")
    if context.conversation in [each.id for each in mine]:
        title = next(each.title for each in mine if each.id == context.conversation)
        with st.popover(
            "Rename, export, delete",
            icon=":material/more_horiz:",
            width="stretch",
            key="manage",
            on_change="rerun",
        ) as popover:
            if popover.open:
                _manage(context, str(context.conversation), title, is_busy)
    # A new key after each import: the popover is closed again.
    with (
        st.container(key="import"),
        st.popover(
            "Import",
            icon=":material/upload:",
            type="tertiary",
            width="stretch",
            key=f"import-{st.session_state.setdefault('imports', 0)}",
            on_change="rerun",
        ) as popover,
    ):
        if popover.open:
            _import(context)


def _manage(context: PageContext, conversation: str, title: str, is_busy: bool) -> None:
    name = st.text_input("Name", title, key=f"name-{conversation}", max_chars=120)
    if name != title:
        context.store.rename(context.visitor, conversation, name)
        st.rerun()
    for label, key, icon, file, data in (
        ("Export as zip", "export-zip", "folder_zip", "anygen-conversation.zip", export_zip),
        ("Manifest for anygen render", "export-manifest", "list_alt", "anygen-manifest.jsonl", manifest),
    ):
        st.download_button(
            label,
            data=partial(data, context.store, context.visitor, conversation),
            file_name=file,
            mime="application/zip" if file.endswith(".zip") else "application/jsonl",
            key=key,
            icon=f":material/{icon}:",
            width="stretch",
            on_click="ignore",
            disabled=is_busy and file.endswith(".zip"),
        )
    icon, key = ":material/delete:", "delete-conversation"
    if st.button("Delete for good", key=key, icon=icon, width="stretch", disabled=is_busy):
        context.store.delete(context.visitor, conversation)
        context.open(None)
        st.rerun()


def _import(context: PageContext) -> None:
    most = context.store.limits.zip_bytes // 1_000_000
    key = f"zip-{st.session_state.imports}"
    file = st.file_uploader("A zip that anygen exported", type=["zip"], key=key, max_upload_size=most)
    if file is None:
        return
    st.session_state.imports += 1
    data = file.getvalue()
    context.attempt(lambda: context.open(import_zip(context.store, context.visitor, data).id))


# What the next answer is made with


def _settings(context: PageContext) -> Choices:
    models = known_models(backend.default_model())
    model = st.selectbox("Model", models, key="model")
    facts = facts_of(model)
    _needs(context, facts)
    # An empty choice would leave nothing to answer with: then all may come back.
    allowed = st.pills(
        "What may come back",
        facts.makes,
        selection_mode="multi",
        default=facts.makes,
        format_func=str.capitalize,
        key=f"modalities-{model}",
    )
    quality = st.segmented_control(
        "Quality",
        list(QUALITIES),
        default="good",
        required=True,
        format_func=str.capitalize,
        key="quality",
        help="How many steps each image, audio and video takes: half, the model's own, twice.",
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


def _needs(context: PageContext, facts: Facts) -> None:
    """Licence and memory, and the sentence that refuses a model early."""
    if facts.trouble:
        st.warning(escaping.label(facts.trouble, 400))
    with st.expander("About this model", key="needs", type="compact", on_change="rerun") as expander:
        if not expander.open:
            return
        from anygen.loading.memory import gb

        st.text(facts.description)
        st.caption("Licence")
        st.text(facts.licence)
        st.caption("Memory")
        try:
            plan = context.engine.memory_plan(facts.name)
        except (PromptError, ValueError) as error:
            st.text(str(error))
            return
        st.text(f"Needs {gb(plan['sum']['float32'])}")
        st.text(" ".join(str(each) for each in plan["fits"].values()))


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
                "Temperature",
                0.0,
                2.0,
                float(facts.temperature),
                0.1,
                key=f"temperature-{facts.name}",
                help="0 takes the likeliest word; higher values take more chances.",
            )
            if temperature != float(facts.temperature):
                options["temperature"] = temperature
    return options


def _fields(facts: Facts, modality: str, values: dict[str, Any], quality: str) -> dict[str, Any]:
    word = modality.capitalize()
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
