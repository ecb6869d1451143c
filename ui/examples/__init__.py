"""Six things to try, one for each kind of crossing. The files beside this one were made by `make.py`, that is, by mini."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """What a click says: a file where there is one, then `words`, one turn after the other."""

    crossing: str
    words: tuple[str, ...]
    picture: str
    """A strip that shows what goes in and what comes out."""
    shows: str
    """The same in words."""
    file: str | None = None
    require: tuple[str, ...] = ()


EXAMPLES: tuple[Example, ...] = (
    Example(
        "Words to everything",
        ("A frog on yellow: a picture, its sound, a clip.",),
        "card-0.png",
        "Words go in; a picture, a sound and a clip of a frog come out",
        require=("image", "audio", "video"),
    ),
    Example(
        "Sound to picture",
        ("Draw what you hear.",),
        "card-1.png",
        "The sound of a bell goes in; a picture of a bell comes out",
        file="bell.wav",
        require=("image",),
    ),
    Example(
        "Picture to clip",
        ("Let it move to the left.",),
        "card-2.png",
        "A picture of a helicopter goes in; a clip of it comes out",
        file="helicopter.png",
        require=("video",),
    ),
    Example(
        "Picture to sound",
        ("What would it sound like?",),
        "card-3.png",
        "A picture of a rooster goes in; its sound comes out",
        file="rooster.png",
        require=("audio",),
    ),
    Example(
        "Clip to words",
        ("Which way does it move?",),
        "card-4.png",
        "A clip of a car goes in; words come out",
        file="car.mp4",
    ),
    Example(
        "Edit by talking",
        ("A small dog on blue.", "Make it bigger.", "Now put it on red."),
        "card-5.png",
        "A small dog on blue becomes a big one, then one on red",
    ),
)
