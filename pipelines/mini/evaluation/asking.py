"""The evaluation's own wordings, by task. Never shown to a model in training; several a task, so that no one counts.

Slots: {thing} "dog", {a_thing} "a dog", {a_sized} "a small dog", {size}, {colour}, {place} "on the left",
{moving} "moving left", {other} another thing with its article.
"""

from __future__ import annotations

from anygen_pipelines.mini import world

PHRASES: dict[str, tuple[str, ...]] = {
    "draw": (
        "Please paint {a_sized} {place}, and the background should be {colour}.",
        "I'd love an image with {a_sized} {place} on {colour}.",
        "Make me an illustration: {size} {thing}, {place}, {colour} behind it.",
        "Could I get {a_sized} {place} of a {colour} picture?",
        "A {colour} picture that has {a_sized} {place}, if you would.",
        "We need a drawing of {a_sized} {place} against {colour}.",
    ),
    "hear": (
        "I want to listen to {a_thing}.",
        "Play me the noise that {a_thing} makes.",
        "Could you produce the sound of {a_thing}?",
        "Give me some audio of {a_thing}, please.",
        "How does {a_thing} sound? Play it for me.",
    ),
    "animate": (
        "Show me {a_sized} {moving} in a short clip with a {colour} background.",
        "I would like a video of {a_sized} {moving} on {colour}.",
        "Produce an animation: {a_sized} {moving}, {colour} behind it.",
        "Could you film {a_sized} {moving} against {colour}?",
    ),
    "describe picture": (
        "Please describe this image in full.",
        "Give me a complete description of the picture.",
        "Describe what is in this picture, where it is, and its background.",
        "Can you describe the image for me?",
    ),
    "describe clip": (
        "Please describe this clip in full.",
        "Give me a complete description of the video.",
        "Describe what happens in this video.",
        "Can you describe the clip for me?",
    ),
    "name sound": (
        "Which thing makes this sound?",
        "Please name what can be heard here.",
        "What is it that I am listening to?",
        "Tell me what this recording is of.",
    ),
    "is there": (
        "Does this picture show {other}?",
        "Can {other} be seen here?",
        "Is this an image of {other}?",
    ),
    "is colour": ("Does it have a {colour} background?", "Is what's behind it {colour}?"),
    "is place": ("Would you say the {thing} is {place}?", "Is the {thing} {place} of the picture?"),
    "is size": ("Would you call the {thing} {size}?", "Is this {a_sized}?"),
    "sound to picture": (
        "Paint the thing that makes this sound.",
        "Give me an image of what is heard here.",
        "Please draw whatever made this noise.",
        "I'd like to see a picture of what this recording is of.",
    ),
    "picture to sound": (
        "Let me listen to the thing in this picture.",
        "Make the sound of what is shown here.",
        "Play the noise that goes with this image.",
        "How would the thing in this image sound? Play it for me.",
    ),
    "sound to clip": (
        "Make a clip of whatever makes this sound.",
        "Please animate the thing in this recording.",
        "I want a video of what can be heard here.",
    ),
    "clip to picture": (
        "Draw a still image of the thing in this clip.",
        "Turn this video into one picture.",
        "Give me a single picture of what moves here.",
    ),
    "clip to sound": (
        "Play the sound that belongs to this clip.",
        "Make the noise of the thing in this video.",
        "Let me listen to what is moving here.",
    ),
    "picture to clip": (
        "Make a video of the thing in this picture, {moving}.",
        "Bring this picture to life: I want to see it {moving}.",
        "Turn this image into a clip with the {thing} {moving}.",
    ),
    "recolour": (
        "Please redraw this with a {colour} background.",
        "Give me this image again, on {colour} this time.",
        "Change what's behind it to {colour}.",
    ),
    "recolour clip": (
        "Please make this clip again with a {colour} background.",
        "The same video, with {colour} behind it.",
    ),
    "another sound": ("Make another sound of the same kind.", "Please play one more sound like this."),
    "edit size": ("Could you make it {bigger}?", "I want it {bigger}.", "Please redraw it, only {bigger}."),
    "edit colour": ("Please change the background to {colour}.", "I'd rather have it on {colour}."),
    "edit place": ("Please move it so that it is {place}.", "I want it {place}.", "Could it be {place}?"),
    "edit thing": ("Make it {other} instead.", "Please swap it for {other}."),
    "then sound": ("And how would that sound? Play it.", "Let me listen to it, too."),
    "then clip": ("Now make a video of it {moving}.", "Let me see it {moving} in a clip."),
    "outside picture": ("Paint {other}, please.", "I need an image of {other}.", "Could you draw me {other}?"),
    "outside sound": ("Play me the sound of {other}.", "I want to listen to {other}."),
    "outside clip": ("Make a video of {other}.", "Please animate {other}."),
}  # fmt: skip

YES = ("yes", "yep", "yeah", "yup", "correct", "indeed")
NO = ("no", "nope", "not", "isn't", "doesn't", "don't")
ADMITS = (
    "can't", "cannot", "can not", "don't know", "do not know", "only know", "know only", "not able", "unable", "sorry",
    "outside my", "beyond my", "beyond me", "isn't something", "don't have", "never learnt", "never learned", "only",
    "small world", "don't", "not part of", "isn't in", "is not in",
)  # fmt: skip

SPOKEN: dict[str, dict[str, tuple[str, ...]]] = {
    "thing": {
        **{thing: (thing,) for thing in world.THINGS},
        "rain cloud": ("rain cloud", "rain", "cloud", "raincloud"),
        "sea wave": ("sea wave", "sea waves", "wave", "waves", "sea"),
        "alarm clock": ("alarm clock", "clock", "alarm"),
        "sneezing face": ("sneezing face", "sneeze", "sneezing"),
        "saw": ("saw", "chainsaw"),
    },
    "colour": {colour: (colour,) for colour in world.COLOURS},
    "position": {
        **{position: (position,) for position in world.POSITIONS},
        "middle": ("middle", "centre", "center"),
    },
    "size": {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")},
    "motion": {
        "left": ("left",),
        "right": ("right",),
        "up": ("up", "upwards", "upward"),
        "down": ("down", "downwards", "downward"),
        "grows": ("growing", "grows", "grow", "bigger"),
        "shrinks": ("shrinking", "shrinks", "shrink", "smaller"),
        "spins": ("spinning", "spins", "spin", "turning"),
    },
}

MOVING = {
    "left": "moving left", "right": "moving right", "up": "moving up", "down": "moving down", "grows": "growing",
    "shrinks": "shrinking", "spins": "spinning",
}  # fmt: skip
PLACES = {
    "left": "on the left", "right": "on the right", "top": "at the top", "bottom": "at the bottom",
    "middle": "in the middle",
}  # fmt: skip
UNCOUNTED = frozenset({"fire"})


def with_article(thing: str) -> str:
    """ "a dog", "an alarm clock", and plain "fire"."""
    return thing if thing in UNCOUNTED else f"{world.article(thing)} {thing}"


def ask(task: str, index: int, **slots: str) -> str:
    """The `index`-th wording of a task (they go round), its slots filled; things get their articles here."""
    wordings = PHRASES[task]
    values = dict(slots)
    if "thing" in slots:
        values["a_thing"] = with_article(slots["thing"])
        if "size" in slots:
            values["a_sized"] = f"a {slots['size']} {slots['thing']}"
    if "position" in slots:
        values["place"] = PLACES[slots["position"]]
    if "motion" in slots:
        values["moving"] = MOVING[slots["motion"]]
    return wordings[index % len(wordings)].format(**values)
