"""Tables from plays: what was reached beside what was aimed at. Every figure by two probes is the lower one."""

from __future__ import annotations

from collections.abc import Sequence

from anygen import GenerationOptions
from anygen.evaluation.accuracy import estimate, lower
from anygen.evaluation.answers import answers
from anygen.evaluation.modality_sets import compare_modalities
from anygen.evaluation.report import Row
from anygen_pipelines.mini.evaluation import controls, phrasings, roads, talk_held
from anygen_pipelines.mini.evaluation.asking import ADMITS
from anygen_pipelines.mini.evaluation.autoencoder import autoencoder_cost
from anygen_pipelines.mini.evaluation.bench import Bench, Played
from anygen_pipelines.mini.evaluation.plays import PLAYS
from anygen_pipelines.mini.evaluation.section import Section


def play(bench: Bench, name: str, options: GenerationOptions | None = None, suffix: str = "") -> list[Played]:
    """Play a named set; `suffix` keeps a set played with other options apart."""
    return bench.play(name + suffix, PLAYS[name](bench), options)


# ---------------------------------------------------------------------------------------------- rows


def judged(measure: str, played: Sequence[Played], key: str, aim: float | None = None, note: str = "") -> Row:
    """Share of last turns in which the probes see what was wanted under `key`, e.g. "image.thing"."""
    found = [(item.last.judged[key], item.cluster) for item in played if key in item.last.judged]
    clusters = [cluster for _, cluster in found]
    first, second = (estimate([verdict[probe] for verdict, _ in found], clusters) for probe in (0, 1))
    return Row(measure, lower(first, second), aim, probes=(first.value, second.value), note=note)


def worded(measure: str, played: Sequence[Played], key: str, aim: float | None = None, note: str = "") -> Row:
    """Share of last turns whose text passed the check `key`, e.g. "says.thing" or "answer"."""
    found = [(item.last.words[key], item.cluster) for item in played if key in item.last.words]
    return Row(
        measure, estimate([right for right, _ in found], [cluster for _, cluster in found]), aim, note=note
    )


def sets_agree(measure: str, played: Sequence[Played], aim: float | None = None, note: str = "") -> Row:
    """Share of turns (all of a dialogue) in which exactly the media asked for came back."""
    found = [
        (compare_modalities(turn.want, turn.made).agrees, item.id) for item in played for turn in item.turns
    ]
    return Row(
        measure, estimate([right for right, _ in found], [cluster for _, cluster in found]), aim, note=note
    )


# ---------------------------------------------------------------------------------------------- sections


def asked_is_produced(bench: Bench) -> list[Row]:
    rows = []
    for split, aim in (("held", 0.99), ("held_pairs", None)):
        played = bench.play(f"talk_{split}", talk_held.dialogues(bench, split), render=False)
        label = {"held": "own held-out phrasings", "held_pairs": "own phrasings, held-out pairs"}[split]
        rows.append(sets_agree(label, played, aim))
        if split == "held":
            for kind in sorted({item.cluster for item in played}):
                rows.append(sets_agree(f"- {kind}", [item for item in played if item.cluster == kind]))
    own = [item for name in ("text_to_image", "text_to_audio", "text_to_video") for item in play(bench, name)]
    rows.append(sets_agree("the evaluation's own wordings, from text", own))
    if bench.phrasings:
        played = bench.play("phrasings", phrasings.read_phrasings(bench))
        rows.append(sets_agree("outside phrasings (--phrasings)", played, 0.93))
    return rows


def outside_phrasings(bench: Bench) -> list[Row]:
    if not bench.phrasings:
        return []
    played = bench.play("phrasings", phrasings.read_phrasings(bench))
    rows = [sets_agree("asked = produced, all", played, 0.93)]
    for _, block in phrasings.BLOCKS:
        items = [item for item in played if item.cluster == block]
        if items:
            rows.append(sets_agree(f"asked = produced: {block}", items))
            rows.append(_all_checks(f"every check right: {block}", items))
    rows.append(_all_checks("every check right, all", played))
    return rows


def _all_checks(measure: str, played: Sequence[Played]) -> Row:
    """Share of turns in which the media are those asked for and everything checked in them and in the words is right."""
    by_probe = []
    for probe in (0, 1):
        right = [
            compare_modalities(turn.want, turn.made).agrees
            and all(verdict[probe] for verdict in turn.judged.values())
            and all(turn.words.values())
            for item in played
            for turn in item.turns
        ]
        by_probe.append(estimate(right, [item.id for item in played for _ in item.turns]))
    return Row(measure, lower(*by_probe), probes=(by_probe[0].value, by_probe[1].value))


def text_to_image(bench: Bench) -> list[Row]:
    played = play(bench, "text_to_image")
    aims = {"thing": 0.98, "colour": 0.99, "position": 0.99, "size": 0.98}
    rows = [judged(name, played, f"image.{name}", aim) for name, aim in aims.items()]
    return rows + _crispness(bench, played)


def _crispness(bench: Bench, played: Sequence[Played]) -> list[Row]:
    cost = autoencoder_cost(bench)
    rows = []
    made = [
        (item.last.numbers, item.cluster, item.id) for item in played if "foreground" in item.last.numbers
    ]
    sizes = {dialogue.id: dialogue.turns[-1].shows["size"] for dialogue in PLAYS["text_to_image"](bench)}
    for size in ("all", "small", "big"):
        chosen = [(numbers, cluster) for numbers, cluster, name in made if size in ("all", sizes[name])]
        if not chosen or not cost[size]:
            continue
        ratio = [numbers["foreground"] / cost[size] for numbers, _ in chosen]
        note = f"the autoencoder alone: {cost[size]:.1f} grey levels"
        label = f"foreground to nearest drawing / the autoencoder's own, {size}"
        rows.append(
            Row(label, estimate(ratio, [cluster for _, cluster in chosen]), 1.5, True, unit="x", note=note)
        )
    if made:
        figure = estimate([numbers["nearest"] for numbers, _, _ in made], [cluster for _, cluster, _ in made])
        rows.append(Row("nearest drawing shows the thing", figure))
    return rows


def image_to_text(bench: Bench) -> list[Row]:
    played = play(bench, "image_to_text")
    aims = {"thing": 0.98, "colour": 0.99, "position": 0.98, "size": 0.99}
    rows = [worded(name, played, f"says.{name}", aim) for name, aim in aims.items()]
    wordings: dict[str, list[Played]] = {}
    for dialogue, item in zip(PLAYS["image_to_text"](bench), played, strict=True):
        wordings.setdefault(str(dialogue.turns[0].parts[-1]), []).append(item)
    for words, items in wordings.items():
        rows += [worded(f'- "{words}": {name}', items, f"says.{name}") for name in ("thing", "colour")]
    return rows


def held_questions(bench: Bench) -> list[Row]:
    """The talk's held-out phrasings of questions: is the value named, and no other?"""
    dialogues = talk_held.dialogues(bench, "held")
    played = bench.play("talk_held", dialogues, render=False)
    rows = []
    for name in ("thing", "colour", "position", "size", "motion"):
        if any(f"says.{name}" in item.last.words for item in played):
            rows.append(worded(name, played, f"says.{name}"))
    for label, outside in (("yes or no", False), ("refusals: admitted in words", True)):
        items = [
            item
            for item, dialogue in zip(played, dialogues, strict=True)
            if "answer" in item.last.words and (dialogue.turns[-1].accepted == ADMITS) == outside
        ]
        if items:
            rows.append(worded(label, items, "answer"))
    return rows


def yes_no(bench: Bench) -> list[Row]:
    played = play(bench, "yes_no")
    return [
        worded(kind, [item for item in played if item.cluster.startswith(kind)], "answer", 0.95)
        for kind in ("existence", "attribute")
    ]


def text_to_audio(bench: Bench) -> list[Row]:
    played = play(bench, "text_to_audio")
    rows = [judged("class", played, "audio.class", 0.85)]
    for thing in sorted({item.cluster for item in played}):
        rows.append(judged(f"- {thing}", [item for item in played if item.cluster == thing], "audio.class"))
    return rows


def audio_to_text(bench: Bench) -> list[Row]:
    rows = []
    recorded = play(bench, "recording_to_text")
    if recorded:
        rows.append(worded("recordings of fold 4", recorded, "says.thing", 0.90))
    return [*rows, worded("synthesised", play(bench, "synthesised_to_text"), "says.thing", 0.99)]


def text_to_video(bench: Bench) -> list[Row]:
    played = play(bench, "text_to_video")
    aims = {"thing": 0.85, "motion": 0.90, "colour": None, "size": None}
    return [judged(name, played, f"video.{name}", aim) for name, aim in aims.items()]


def video_to_text(bench: Bench) -> list[Row]:
    played = play(bench, "video_to_text")
    return [worded("thing", played, "says.thing", 0.97), worded("motion", played, "says.motion", 0.98)]


CROSSINGS = {
    "audio_to_image": "image.thing", "image_to_audio": "audio.class", "audio_to_video": "video.thing",
    "video_to_image": "image.thing", "video_to_audio": "audio.class",
}  # fmt: skip


def crossings(bench: Bench) -> list[Row]:
    return [judged(_arrow(name), play(bench, name), key, 0.85) for name, key in CROSSINGS.items()]


def turns(bench: Bench) -> list[Row]:
    played = play(bench, "turns")
    rows = []
    for kind in ("all", "size", "colour", "position", "thing"):
        items = [item for item in played if kind == "all" or item.cluster.startswith(kind)]
        if not items:
            continue
        by_probe = [
            estimate(
                [all(v[probe] for v in item.last.judged.values()) for item in items],
                [i.cluster for i in items],
            )
            for probe in (0, 1)
        ]
        label = "the edit is made and the rest stays" if kind == "all" else f"- edit of {kind}"
        figures = (by_probe[0].value, by_probe[1].value)
        rows.append(Row(label, lower(*by_probe), 0.90 if kind == "all" else None, probes=figures))
    across = play(bench, "turns_across")
    for kind, key in (("sound", "audio.class"), ("clip", "video.thing")):
        items = [item for item in across if item.cluster.startswith(kind)]
        if items:
            rows.append(judged(f"then its {kind}: {key.split('.')[1]}", items, key))
    return rows


def limits(bench: Bench) -> list[Row]:
    """Outside the world: admitted, without media. Inside: refused although it could be done."""
    asked = play(bench, "outside")
    admitted = [item.last.words["answer"] and not item.last.made for item in asked]
    rows = [Row("outside the world: admitted in words, no medium", estimate(admitted), 0.95)]
    inside = [
        item.last
        for name in ("text_to_image", "text_to_audio", "text_to_video", *CROSSINGS)
        for item in play(bench, name)
    ]
    refused = [not turn.made and answers(turn.text, ADMITS) for turn in inside]
    return [*rows, Row("inside, wrongly refused", estimate(refused), 0.02, at_most=True)]


MATRIX = {
    "text_to_image": "image.thing", "text_to_audio": "audio.class", "text_to_video": "video.thing",
    "image_to_text": "says.thing", "image_to_image": "image.thing", "image_to_audio": "audio.class",
    "image_to_video": "video.thing", "audio_to_text": "says.thing", "audio_to_image": "image.thing",
    "audio_to_audio": "audio.class", "audio_to_video": "video.thing", "video_to_text": "says.thing",
    "video_to_image": "image.thing", "video_to_audio": "audio.class", "video_to_video": "video.thing",
}  # fmt: skip


def matrix(bench: Bench) -> list[Row]:
    """All sixteen cells: the thing (or the class of sound) is right."""
    rows = [worded("text to text: answers fit", play(bench, "text_to_text"), "answer")]
    for cell, key in MATRIX.items():
        if cell == "audio_to_text":
            played = play(bench, "recording_to_text") + play(bench, "synthesised_to_text")
        else:
            played = play(bench, cell)
        if not played:
            continue
        make = worded if key.startswith("says") else judged
        rows.append(make(f"{_arrow(cell)}: {key.split('.')[1]}", played, key))
        if cell in ("image_to_video", "video_to_video"):
            rows.append(judged(f"{_arrow(cell)}: motion", played, "video.motion"))
        if cell in ("image_to_image", "video_to_video", "video_to_image"):
            rows.append(judged(f"{_arrow(cell)}: colour", played, f"{key.split('.')[0]}.colour"))
    return rows


def shuffled(bench: Bench) -> list[Row]:
    """The same with what each projector says swapped between items: what is left is not the projectors' doing."""
    rows = [
        judged(f"text to {modality}: {key}, projector output shuffled", played, key)
        for modality, key, played in controls.shuffled_outputs(bench)
    ]
    for modality, played in controls.shuffled_inputs(bench):
        rows.append(worded(f"{modality} to text: thing, soft tokens shuffled", played, "says.thing"))
    return rows


def _arrow(name: str) -> str:
    return name.replace("_to_", " to ")


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
    "text_to_video": Section("Text to video, held-out pairs", text_to_video),
    "video_to_text": Section("Video to text, held-out pairs, clips as users have them", video_to_text),
    "crossings": Section("From one medium to another", crossings, ("Sounds that are read are recordings of fold 4.",)),
    "turns": Section(
        "Several turns", turns, ("All four attributes of the second picture must be right, the edited one and the rest.",)
    ),
    "limits": Section("The limits of the world", limits),
    "asked_is_produced": Section("Asked media = produced media", asked_is_produced),
    "phrasings": Section("Outside phrasings, block by block", outside_phrasings),
    "roads": roads.SECTION,
    "shuffled": Section("Projector outputs shuffled between items", shuffled),
    "matrix": Section("Any to any: all sixteen cells", matrix),
}  # fmt: skip
