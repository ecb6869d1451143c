"""The mix: conversations without end, or as many as wanted, the same from the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import kinds
from anygen_pipelines.mini.talk.conversation import new_talk
from anygen_pipelines.mini.talk.questions import caption_of
from anygen_pipelines.mini.talk.turns import several_turns
from anygen_pipelines.mini.talk.two_inputs import two_inputs

SPLITS = ("train", "held", "held_pairs")
KINDS: dict[str, tuple[kinds.Kind, float]] = {
    "text->image": (kinds.text_to("image"), 15),
    "text->audio": (kinds.text_to("audio"), 9),
    "text->video": (kinds.text_to("video"), 10),
    "text->several": (kinds.text_to_several, 9),
    "question": (kinds.question, 16),
    "quiz": (kinds.quiz, 8),
    "crossing": (kinds.crossing, 12),
    "several from input": (kinds.several_from_input, 3),
    "edit": (kinds.edit_input, 6),
    "two inputs": (two_inputs, 6),
    "turns": (several_turns, 18),
    "no sound": (kinds.no_sound, 1.5),
    "plain": (kinds.plain, 4),
    "outside": (kinds.strange, 9),
}
# Kinds in which a held-out pair can be asked for.
_WITHOUT_PAIRS = ("text->audio", "several from input", "no sound", "plain", "outside")
WITH_PAIRS = tuple(kind for kind in KINDS if kind not in _WITHOUT_PAIRS)


def conversations(
    seed: int,
    split: str = "train",
    count: int | None = None,
    weights: Mapping[str, float] | None = None,
    noise: float = 1.0,
) -> Iterator[dict[str, Any]]:
    """Conversations in the JSONL schema, deterministic from (seed, split).

    `split` is "train", "held" (phrasings and outside words that training never shows) or "held_pairs" (things on the
    colours of `world.HELD_OUT`, in training's phrasings). `weights` replaces the weights of the named kinds. `noise` scales
    how often what users say is mistyped, shortened and oddly punctuated; 0 is never.
    Raises ValueError on an unknown split or kind.
    """
    if split not in SPLITS:
        raise ValueError(f"split {split!r}: one of {', '.join(SPLITS)}")
    unknown = set(weights or {}) - set(KINDS)
    if unknown:
        raise ValueError(f"kinds {sorted(unknown)}: known are {', '.join(KINDS)}")
    names = WITH_PAIRS if split == "held_pairs" else tuple(KINDS)
    table = {name: (weights or {}).get(name, KINDS[name][1]) for name in names}
    index = made = 0
    while count is None or made < count:
        # A generator of its own for each, so that one conversation's wording does not shift the next.
        rng = random.Random(f"{seed} {split} {index}")
        kind = rng.choices(list(table), list(table.values()))[0]
        talk = new_talk(rng, split, kind, noise)
        KINDS[kind][0](talk)
        conversation = talk.finish(f"{split}-{seed}-{index}")
        index += 1
        # A turn made only of what was shown before would have nothing in it.
        if all(message["content"] for message in conversation["messages"]):
            made += 1
            yield conversation


def _spec_caption(part: dict[str, Any]) -> str:
    fields = part["spec"]
    if part["type"] == "audio":
        return caption_of(fields["thing"])
    return caption_of(world.Scene(**fields) if part["type"] == "image" else world.Clip(**fields))


def as_text(conversation: dict[str, Any]) -> dict[str, Any]:
    """The same conversation in words alone: a user's medium becomes its caption between tags, mini's are dropped.

    For pretraining the language model: each message's content is one text part, e.g.
    "<image>a small dog on the left on a blue background</image>What is this?".
    """
    messages = []
    for message in conversation["messages"]:
        text = ""
        for part in message["content"]:
            if part["type"] == "text":
                text += part["text"]
            elif message["role"] == "user":
                text += f"<{part['type']}>{_spec_caption(part)}</{part['type']}>"
        messages.append({"role": message["role"], "content": [{"type": "text", "text": text}]})
    return {**conversation, "messages": messages}


def captions(seed: int, count: int | None = None) -> Iterator[str]:
    """The world's captions in random order, again and again; held-out pairs never."""
    rng = random.Random(f"captions {seed}")
    shown: list[world.Scene | world.Clip] = [*world.all_scenes(), *world.all_clips()]
    items = [world.caption(item) for item in shown if not world.is_held_out(item)]
    items += [world.sound_caption(thing) for thing in world.SOUNDING]
    made = 0
    while count is None or made < count:
        if made % len(items) == 0:
            rng.shuffle(items)
        yield items[made % len(items)]
        made += 1


def corpus(seed: int, count: int) -> Iterator[str]:
    """Lines of text as the model will read them, one message or caption each."""
    made = 0
    plain = captions(seed)
    for conversation in conversations(seed):
        for message in as_text(conversation)["messages"]:
            if made >= count:
                return
            yield message["content"][0]["text"]
            made += 1
        if made < count:
            yield next(plain)
            made += 1
