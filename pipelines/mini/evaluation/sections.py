"""Tables from plays: what was reached beside what was aimed at."""

from __future__ import annotations

from anygen.evaluation.accuracy import estimate
from anygen.evaluation.answers import answers
from anygen.evaluation.report import Row
from anygen_pipelines.mini.evaluation import ceilings, controls, phrasings, sound_copies, strategies
from anygen_pipelines.mini.evaluation.asking import ADMITS
from anygen_pipelines.mini.evaluation.bench import Bench, Played
from anygen_pipelines.mini.evaluation.ceilings import autoencoder_cost
from anygen_pipelines.mini.evaluation.plays import ONE_TURN, PLAYS
from anygen_pipelines.mini.evaluation.rows import (
    Section,
    all_checks,
    arrow,
    by_probe,
    checked,
    sets_agree,
)

# The last part of a key is what the row is called, e.g. "thing" for "image.thing".
AIMS: dict[str, dict[str, float | None]] = {
    "text_to_image": {"image.thing": 0.98, "image.colour": 0.99, "image.position": 0.99, "image.size": 0.98},
    "image_to_text": {"says.thing": 0.98, "says.colour": 0.99, "says.position": 0.98, "says.size": 0.99},
    "text_to_video": {"video.thing": 0.85, "video.motion": 0.90, "video.colour": None, "video.size": None},
    "video_to_text": {"says.thing": 0.97, "says.motion": 0.98},
    "text_to_audio": {"audio.class": 0.85},
}
CROSSINGS = ("audio_to_image", "image_to_audio", "audio_to_video", "video_to_image", "video_to_audio")


def play(bench: Bench, name: str) -> list[Played]:
    """Play a named set."""
    return bench.play(name, PLAYS[name](bench))


def _last(key: str) -> str:
    return key.split(".")[1]


def _aimed(bench: Bench, name: str) -> list[Row]:
    """A row for each attribute of a play that is aimed at."""
    played = play(bench, name)
    return [checked(_last(key), played, key, aim) for key, aim in AIMS[name].items()]


def _by_cluster(played: list[Played], begins: str) -> list[Played]:
    return [item for item in played if item.cluster.startswith(begins)]


def asked_is_produced(bench: Bench) -> list[Row]:
    """Exactly the media that were asked for came: own phrasings by kind, own wordings, outside phrasings."""
    held = bench.play("talk_held", phrasings.held_dialogues(bench, "held"), render=False)
    rows = [sets_agree("own held-out phrasings", held, 0.99)]
    for kind in sorted({item.cluster for item in held}):
        rows.append(sets_agree(f"- {kind}", [item for item in held if item.cluster == kind]))
    pairs = bench.play("talk_held_pairs", phrasings.held_dialogues(bench, "held_pairs"), render=False)
    rows.append(sets_agree("own phrasings, held-out pairs", pairs))
    own = [item for name in ("text_to_image", "text_to_audio", "text_to_video") for item in play(bench, name)]
    rows.append(sets_agree("the evaluation's own wordings, from text", own))
    if bench.phrasings:
        played = bench.play("phrasings", phrasings.read_phrasings(bench))
        rows.append(sets_agree("outside phrasings (--phrasings)", played, 0.93))
    return rows


def outside_phrasings(bench: Bench) -> list[Row]:
    """The outside set block by block: the media that were asked for, and every check."""
    if not bench.phrasings:
        return []
    played = bench.play("phrasings", phrasings.read_phrasings(bench))
    rows = [sets_agree("asked = produced, all", played, 0.93)]
    for _, block in phrasings.BLOCKS:
        items = [item for item in played if item.cluster == block]
        if items:
            rows.append(sets_agree(f"asked = produced: {block}", items))
            rows.append(all_checks(f"every check right: {block}", items))
    return [*rows, all_checks("every check right, all", played)]


def text_to_image(bench: Bench) -> list[Row]:
    """What is seen in drawings, and how crisp they are beside what their autoencoder reaches."""
    rows, cost = _aimed(bench, "text_to_image"), autoencoder_cost(bench)
    asked = zip(PLAYS["text_to_image"](bench), play(bench, "text_to_image"), strict=True)
    made = [(item, dialogue.turns[-1].shows["size"]) for dialogue, item in asked if item.last.numbers]
    for size in ("all", "small", "big"):
        chosen = [item for item, drawn in made if size in ("all", drawn)]
        if not chosen or not cost[size]:
            continue
        ratios = [item.last.numbers["foreground"] / cost[size] for item in chosen]
        label = f"foreground to nearest drawing / the autoencoder's own, {size}"
        note = f"the autoencoder alone: {cost[size]:.1f} grey levels"
        figure = estimate(ratios, [item.cluster for item in chosen])
        rows.append(Row(label, figure, 1.5, True, unit="x", note=note))
    if made:
        shows = [[item.last.numbers["nearest"]] for item, _ in made]
        rows.append(by_probe("nearest drawing shows the thing", shows, [item.cluster for item, _ in made]))
    return rows


def image_to_text(bench: Bench) -> list[Row]:
    """What is named in pictures, and how each wording of the request does."""
    rows = _aimed(bench, "image_to_text")
    wordings: dict[str, list[Played]] = {}
    for dialogue, item in zip(PLAYS["image_to_text"](bench), play(bench, "image_to_text"), strict=True):
        wordings.setdefault(str(dialogue.turns[0].parts[-1]), []).append(item)
    for words, items in wordings.items():
        rows += [checked(f'- "{words}": {name}', items, f"says.{name}") for name in ("thing", "colour")]
    return rows


def held_questions(bench: Bench) -> list[Row]:
    """The talk's held-out phrasings of questions: is the value named, and no other?"""
    dialogues = phrasings.held_dialogues(bench, "held")
    played = bench.play("talk_held", dialogues, render=False)
    rows = []
    for name in ("thing", "colour", "position", "size", "motion"):
        if any(f"says.{name}" in item.last.words for item in played):
            rows.append(checked(name, played, f"says.{name}"))
    for label, outside in (("yes or no", False), ("refusals: admitted in words", True)):
        items = [
            item
            for item, dialogue in zip(played, dialogues, strict=True)
            if "answer" in item.last.words and (dialogue.turns[-1].accepted == ADMITS) == outside
        ]
        if items:
            rows.append(checked(label, items, "answer"))
    return rows


def yes_no(bench: Bench) -> list[Row]:
    """Answers to yes-or-no questions, by kind."""
    played = play(bench, "yes_no")
    return [checked(kind, _by_cluster(played, kind), "answer", 0.95) for kind in ("existence", "attribute")]


def text_to_audio(bench: Bench) -> list[Row]:
    """The class that is heard, of all sounds and of each."""
    rows, played = _aimed(bench, "text_to_audio"), play(bench, "text_to_audio")
    for thing in sorted({item.cluster for item in played}):
        rows.append(checked(f"- {thing}", [item for item in played if item.cluster == thing], "audio.class"))
    return rows


def audio_to_text(bench: Bench) -> list[Row]:
    """What is named in recordings, where there are any, and in synthesised sounds."""
    recorded = play(bench, "recording_to_text")
    rows = [checked("recordings of fold 4", recorded, "says.thing", 0.90)] if recorded else []
    return [*rows, checked("synthesised", play(bench, "synthesised_to_text"), "says.thing", 0.99)]


def crossings(bench: Bench) -> list[Row]:
    """One medium from another."""
    return [checked(arrow(name), play(bench, name), ONE_TURN[name].key, 0.85) for name in CROSSINGS]


def turns(bench: Bench) -> list[Row]:
    """Edits of a picture, and its sound or its clip after it."""
    played, rows = play(bench, "turns"), []
    for kind in ("all", "size", "colour", "position", "thing"):
        items = _by_cluster(played, "" if kind == "all" else kind)
        if items:
            right = [[all(v[probe] for v in item.last.judged.values()) for probe in (0, 1)] for item in items]
            label = "the edit is made and the rest stays" if kind == "all" else f"- edit of {kind}"
            aim = 0.90 if kind == "all" else None
            rows.append(by_probe(label, right, [item.cluster for item in items], aim))
    across = play(bench, "turns_across")
    for kind, key in (("sound", "audio.class"), ("clip", "video.thing")):
        items = _by_cluster(across, kind)
        if items:
            rows.append(checked(f"then its {kind}: {_last(key)}", items, key))
    return rows


def limits(bench: Bench) -> list[Row]:
    """Outside the world: admitted, without media. Inside: refused although it could be done."""
    asked = play(bench, "outside")
    admitted = [item.last.words["answer"] and not item.last.made for item in asked]
    rows = [Row("outside the world: admitted in words, no medium", estimate(admitted), 0.95)]
    names = ("text_to_image", "text_to_audio", "text_to_video", *CROSSINGS)
    inside = [item.last for name in names for item in play(bench, name)]
    refused = [not turn.made and answers(turn.text, ADMITS) for turn in inside]
    return [*rows, Row("inside, wrongly refused", estimate(refused), 0.02, at_most=True)]


def matrix(bench: Bench) -> list[Row]:
    """All sixteen cells: the thing (or the class of sound) is right."""
    rows = [checked("text to text: answers fit", play(bench, "text_to_text"), "answer")]
    media = ("image", "audio", "video")
    for given in ("text", *media):
        for made in media if given == "text" else ("text", *media):
            cell = f"{given}_to_{made}"
            plays = ("recording_to_text", "synthesised_to_text") if cell == "audio_to_text" else (cell,)
            played, key = [item for name in plays for item in play(bench, name)], ONE_TURN[plays[0]].key
            if not played:
                continue
            rows.append(checked(f"{arrow(cell)}: {_last(key)}", played, key))
            if cell in ("image_to_video", "video_to_video"):
                rows.append(checked(f"{arrow(cell)}: motion", played, "video.motion"))
            if cell in ("image_to_image", "video_to_video", "video_to_image"):
                rows.append(checked(f"{arrow(cell)}: colour", played, f"{made}.colour"))
    return rows


SECTIONS: dict[str, Section] = {
    "text_to_image": Section("Text to image, held-out pairs", text_to_image),
    "image_to_text": Section(
        "Image to text, held-out pairs, pictures as users have them", image_to_text,
        ("A description is right in an attribute if it names its value and no other value of it.",),
    ),
    "held_questions": Section(
        "Questions and refusals in the talk's held-out phrasings",
        held_questions,
        ("Asked after the conversation as it should have gone; any pair that training knows.",),
    ),
    "yes_no": Section("Yes or no about a picture (half of the truths are yes)", yes_no),
    "text_to_audio": Section("Text to audio, after the vocoder", text_to_audio),
    "audio_to_text": Section("Audio to text", audio_to_text),
    "text_to_video": Section("Text to video, held-out pairs", lambda bench: _aimed(bench, "text_to_video")),
    "video_to_text": Section(
        "Video to text, held-out pairs, clips as users have them", lambda bench: _aimed(bench, "video_to_text")
    ),
    "crossings": Section("From one medium to another", crossings, ("Sounds that are read are recordings of fold 4.",)),
    "turns": Section(
        "Several turns", turns, ("All four attributes of the second picture must be right, the edited one and the rest.",)
    ),
    "limits": Section("The limits of the world", limits),
    "asked_is_produced": Section("Asked media = produced media", asked_is_produced),
    "phrasings": Section("Outside phrasings, block by block", outside_phrasings),
    "strategies": strategies.SECTION,
    "shuffled": controls.SHUFFLED,
    "matrix": Section("Any to any: all sixteen cells", matrix),
    "sound_distances": sound_copies.SECTION,
    "conditioning": controls.CONDITIONING,
    "autoencoders": ceilings.SECTION,
}  # fmt: skip
OLD_NAMES = {"roads": "strategies"}
