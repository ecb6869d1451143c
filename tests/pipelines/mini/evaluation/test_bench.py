"""The bench must give an honest mark: full marks to who does what was asked, none to who does not."""

import json

import numpy as np
import pytest

from anygen import Audio, Image, Video
from anygen.messages.reply import Reply
from anygen_pipelines.mini import probes, sounds, world
from anygen_pipelines.mini.evaluation import plays
from anygen_pipelines.mini.evaluation.bench import Bench

pytestmark = pytest.mark.skipif(
    not (probes.PROBES_DIR / "ceilings.json").is_file(), reason="the probes' weights are not in the project"
)


class WorldItself:
    """Answers a known dialogue with the world's own media, or with those of something else."""

    def __init__(self, dialogues, honest=True):
        self.turns = {}
        self.honest, self.asked = honest, 0
        for dialogue in dialogues:
            for place, turn in enumerate(dialogue.turns):
                self.turns[dialogue.seed, place] = turn

    def generate_batch(self, prompts, options, seeds):
        self.asked += len(prompts)
        return [self._reply(prompt, seed) for prompt, seed in zip(prompts, seeds, strict=True)]

    def _reply(self, messages, seed):
        turn = self.turns[seed, sum(message.role == "user" for message in messages) - 1]
        shows = dict(turn.shows)
        if not self.honest:
            shows = {name: _another(name, value) for name, value in shows.items()}
        parts = [_media(modality, shows, seed) for modality in sorted(turn.want)]
        said = " ".join(turn.says.values()) if self.honest else "no idea"
        return Reply((said or "here", *parts), seed, captions=("", *["what it is"] * len(parts)))


def _another(name, value):
    values = {"thing": world.THINGS[:16], "class": world.SOUNDING, "colour": tuple(world.COLOURS)}
    values |= {"position": world.POSITIONS, "size": world.SIZES, "motion": world.MOTIONS}
    return (
        values[name][(values[name].index(value) + 1) % len(values[name])] if value in values[name] else "dog"
    )


def _media(modality, shows, seed):
    if modality == "image":
        keys = ("thing", "colour", "position", "size")
        defaults = {"colour": "red", "position": "left", "size": "big"}
        return Image(world.draw(world.Scene(**{key: shows.get(key, defaults.get(key)) for key in keys})))
    if modality == "video":
        defaults = {"colour": "red", "size": "big", "motion": "left"}
        keys = ("thing", "colour", "size", "motion")
        return Video(
            world.animate(world.Clip(**{key: shows.get(key, defaults.get(key)) for key in keys})), world.FPS
        )
    return Audio(sounds.synthesise(shows["class"], np.random.default_rng(seed)), sounds.SAMPLE_RATE)


def _bench(tmp_path, name, num_items=6, honest=True):
    bench = Bench("none", tmp_path, num_items, batch_size=4)
    dialogues = plays.PLAYS[name](bench)
    bench.model = WorldItself(dialogues, honest)
    return bench, dialogues


@pytest.mark.parametrize("name", ["text_to_image", "text_to_video", "turns"])
def test_the_world_itself_gets_full_marks(tmp_path, name):
    bench, dialogues = _bench(tmp_path, name)
    played = bench.play(name, dialogues)
    assert len(played) == len(dialogues)
    for item in played:
        assert item.last.judged and all(all(verdict) for verdict in item.last.judged.values())


@pytest.mark.parametrize("name", ["text_to_image", "text_to_video"])
def test_something_else_gets_none(tmp_path, name):
    bench, dialogues = _bench(tmp_path, name, honest=False)
    for item in bench.play(name, dialogues):
        assert not any(any(verdict) for verdict in item.last.judged.values())


def test_a_sound_synthesised_is_known_and_another_is_not(tmp_path):
    for honest in (True, False):
        bench = Bench("none", tmp_path / str(honest), 16)
        dialogues = plays.PLAYS["text_to_audio"](bench)[10:]
        bench.model = WorldItself(dialogues, honest)
        verdicts = [item.last.judged["audio.class"] for item in bench.play("text_to_audio", dialogues)]
        assert np.mean(verdicts) > 0.9 if honest else np.mean(verdicts) < 0.1


def test_drawings_of_the_world_lie_at_distance_nought_from_it(tmp_path):
    bench, dialogues = _bench(tmp_path, "text_to_image")
    for item in bench.play("text_to_image", dialogues):
        assert item.last.numbers == {"foreground": 0.0, "nearest": 1.0}


def test_media_that_did_not_come_are_wrong(tmp_path):
    bench, dialogues = _bench(tmp_path, "text_to_image", 2)
    bench.model.generate_batch = lambda prompts, options, seeds: [Reply(("sorry",), seed) for seed in seeds]
    played = bench.play("text_to_image", dialogues)
    assert all(verdict == [False, False] for item in played for verdict in item.last.judged.values())
    assert played[0].last.made == []


def test_words_are_checked(tmp_path):
    bench, dialogues = _bench(tmp_path, "image_to_text")
    assert all(all(item.last.words.values()) for item in bench.play("image_to_text", dialogues))
    bench, dialogues = _bench(tmp_path / "other", "image_to_text", honest=False)
    assert not any(any(item.last.words.values()) for item in bench.play("image_to_text", dialogues))


def test_a_play_goes_on_where_it_stopped_and_a_larger_one_only_adds(tmp_path):
    bench, dialogues = _bench(tmp_path, "image_to_text", 6)
    whole = bench.play("image_to_text", dialogues)
    path = tmp_path / "image_to_text.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:3]) + "\n" + lines[3][:20])
    bench.model.asked = 0
    assert bench.play("image_to_text", dialogues) == whole
    assert bench.model.asked == 3
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [item.id for item in whole]
    larger, more = _bench(tmp_path, "image_to_text", 8)
    assert [item.id for item in more[:6]] == [item.id for item in dialogues]
    larger.play("image_to_text", more)
    assert larger.model.asked == 2


def test_answers_are_kept_by_the_parts_they_come_from(tmp_path):
    parts = {
        "trained": "a",
        "config": "b",
        "llm": "c",
        "encoders.one": "d",
        "decoders.image": "e",
        "decoders.video": "f",
    }

    def name(play, render=True, **changed):
        bench = Bench("none", tmp_path, 2, part_hashes=parts | changed)
        return bench.cache_name(play, plays.PLAYS[play](bench), render)

    drawn = name("text_to_image")
    assert drawn == name("text_to_image", **{"decoders.video": "new", "encoders.one": "new"})
    assert drawn != name("text_to_image", **{"decoders.image": "new"})
    assert drawn != name("text_to_image", trained="new")
    assert name("text_to_image", False) == name("text_to_image", False, **{"decoders.image": "new"})
    assert name("image_to_text") != name("image_to_text", **{"encoders.one": "new"})
    # What was drawn is read again in the next turn.
    assert name("turns") != name("turns", **{"encoders.one": "new"})
