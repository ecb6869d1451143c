"""A dialogue of the evaluation: turns in words and attachments, and what each reply must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anygen import Audio, Image, Video
from anygen_pipelines.mini import sounds, world


@dataclass(frozen=True)
class Sound:
    """An attached sound of a thing. recording: the name of a real one; None = synthesised."""

    thing: str
    recording: str | None = None


Attachment = world.Scene | world.Clip | Sound


@dataclass(frozen=True)
class Turn:
    """One user turn and what its reply must hold.

    want: the media that must come back, no more and no less. shows: what the judges must see and hear in them
    (thing, colour, position, size, motion, class); what is not named is not tested. says: attributes the words must
    name, and no other value of them. accepted, refused: phrases, any of the first and none of the second.
    """

    parts: tuple[str | Attachment, ...]
    want: frozenset[str] = frozenset()
    shows: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """A message that is there before the first turn is played; an assistant's media are the world's own drawings."""

    role: str
    parts: tuple[str | Attachment, ...]


@dataclass(frozen=True)
class Dialogue:
    """Turns played one after the other, after what was `before`; what the model made stays in the conversation.

    cluster: items that share it are not independent (a pair, a recording, a phrasing). seed also varies attachments.
    """

    id: str
    cluster: str
    turns: tuple[Turn, ...]
    seed: int = 0
    before: tuple[Said, ...] = ()


def attach(
    item: Attachment, seed: Sequence[int], recordings: Mapping[str, sounds.Recording], drawn: bool = False
) -> Image | Audio | Video:
    """Make the medium of an attachment as a user's file would be, or `drawn` as mini should have made it itself.

    The same seed gives the same medium. Raises KeyError for a recording that is not among `recordings`."""
    rng = np.random.default_rng(list(seed))
    if drawn and isinstance(item, world.Scene):
        return Image(world.draw(item))
    if drawn and isinstance(item, world.Clip):
        return Video(world.animate(item), world.FPS)
    if isinstance(item, world.Scene):
        return Image(world.photograph(item, rng))
    if isinstance(item, world.Clip):
        frames, fps = world.film(item, rng)
        return Video(frames, fps)
    samples = (
        sounds.synthesise(item.thing, rng) if item.recording is None else recordings[item.recording].samples
    )
    return Audio(samples, sounds.SAMPLE_RATE)
