from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import as_text, captions, conversations, corpus, lexicon, outside
from anygen_pipelines.mini.talk.grammar import held_templates, tidy, usable_templates
from anygen_pipelines.mini.talk.questions import caption_of
from anygen_pipelines.mini.talk.tokenizer import train_tokenizer

COUNT = 1500
SPLITS = ("train", "held", "held_pairs")


@pytest.fixture(scope="module", params=SPLITS)
def talks(request: pytest.FixtureRequest) -> list[dict]:
    return list(conversations(5, request.param, COUNT))


@pytest.fixture(scope="module")
def train() -> list[dict]:
    return list(conversations(6, "train", COUNT))


def parts(talk: dict, role: str) -> list[dict]:
    return [part for message in talk["messages"] if message["role"] == role for part in message["content"]]


def pictured(part: dict) -> world.Scene | world.Clip | None:
    if part["type"] in ("text", "audio"):
        return None
    return world.Scene(**part["spec"]) if part["type"] == "image" else world.Clip(**part["spec"])


def test_the_same_seed_gives_the_same_talk_and_another_seed_another() -> None:
    first = json.dumps(list(conversations(1, "train", 200)))
    assert first == json.dumps(list(conversations(1, "train", 200)))
    assert first != json.dumps(list(conversations(2, "train", 200)))


def test_a_shorter_run_is_the_beginning_of_a_longer_one() -> None:
    assert list(conversations(3, "held", 20)) == list(conversations(3, "held", 50))[:20]


def test_unknown_splits_and_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="train, held, held_pairs"):
        next(conversations(0, "test"))
    with pytest.raises(ValueError, match="known are"):
        next(conversations(0, "train", weights={"opera": 1}))


def test_every_medium_is_named_in_its_caption_right_before_it(talks: list[dict]) -> None:
    for talk in talks:
        for message in talk["messages"]:
            if message["role"] != "assistant":
                continue
            for before, part in zip([None, *message["content"]], message["content"]):
                if part["type"] == "text":
                    continue
                item = part["spec"]["thing"] if part["type"] == "audio" else pictured(part)
                assert item is not None
                assert part["caption"] == caption_of(item)
                assert before is not None
                # The last sentence, as the caption road cuts it out.
                assert re.split(r"[.!?:\n]", before["text"].rstrip(". "))[-1].strip() == part["caption"]


def test_expectations_agree_with_what_is_answered(talks: list[dict]) -> None:
    for talk in talks:
        answers = [m for m in talk["messages"] if m["role"] == "assistant"]
        assert len(answers) == len(talk["expect"])
        assert talk["check"] == talk["expect"][-1]
        for message, expect in zip(answers, talk["expect"]):
            media = [part for part in message["content"] if part["type"] != "text"]
            assert [part["type"] for part in media] == expect["modalities"]
            for part, wanted in zip(media, expect["media"]):
                determined = {
                    name: value for name, value in wanted.items() if name != "medium" and value is not None
                }
                assert determined.items() <= part["spec"].items()
            answer = expect["answer"]
            if answer and answer["about"] not in ("plain", "both", "yes/no same"):
                text = "".join(part["text"] for part in message["content"] if part["type"] == "text").lower()
                assert answer["value"] in text


def test_roles_alternate_and_every_turn_says_something(talks: list[dict]) -> None:
    for talk in talks:
        assert [m["role"] for m in talk["messages"]] == ["user", "assistant"] * (len(talk["messages"]) // 2)
        assert all(m["content"] for m in talk["messages"])


def test_held_out_pairs_stay_out_of_training() -> None:
    for split in ("train", "held"):
        for talk in conversations(7, split, COUNT):
            assert not {tuple(pair) for pair in talk["pairs"]} & world.HELD_OUT
            for part in parts(talk, "user") + parts(talk, "assistant"):
                item = pictured(part)
                assert item is None or not world.is_held_out(item)


@pytest.mark.parametrize("thing, colour", sorted(world.HELD_OUT))
def test_plain_words_never_bind_a_held_out_pair(train: list[dict], thing: str, colour: str) -> None:
    pattern = re.compile(rf"\b{thing} (?:[a-z]+ ){{0,4}}(?:on|with|against) an? {colour}\b", re.IGNORECASE)
    for talk in train:
        for part in parts(talk, "user") + parts(talk, "assistant"):
            if part["type"] == "text":
                assert not pattern.search(part["text"]), part["text"]


def test_held_pairs_are_what_their_split_makes() -> None:
    for talk in conversations(8, "held_pairs", 1000):
        made = [pictured(part) for part in parts(talk, "assistant")]
        assert all(world.is_held_out(item) for item in made if item is not None)


def test_held_phrasings_are_never_in_training(train: list[dict]) -> None:
    lists: dict[str, set[str]] = {}
    for talk in list(conversations(9, "held", COUNT)):
        for name, template in talk["phrasings"]:
            lists.setdefault(name, set()).add(template)
    assert len(lists) > 60
    for talk in train:
        for name, template in talk["phrasings"]:
            # Lists too short to hold anything out are shared by both.
            if template in lists.get(name, ()):
                assert name in {
                    "part of it video free",
                    "following video free",
                    "part of it image",
                    "plain colours",
                }


def test_a_list_is_cut_in_two_by_hash_alone() -> None:
    templates = tuple(f"draw {{np}} {n}" for n in range(40))
    held = held_templates("x", templates)
    assert len(held) == 5
    assert set(usable_templates("x", templates, held=True)) == held
    assert not held & set(usable_templates("x", templates, held=False))
    assert held == held_templates("x", tuple(reversed(templates)))


def test_outside_words_of_the_held_split_are_strange_to_training(train: list[dict]) -> None:
    words = (*outside.THINGS_OUT, *outside.SOUNDS_OUT, *outside.COLOURS_OUT)
    # "pencil" is held as a thing, and trained on as a way to draw.
    held = {word for word in words if outside.is_held(word) and len(word) > 5} - set(lexicon.DRAW)
    assert len(held) > 60
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(held))) + r")\b", re.IGNORECASE)
    known = " ".join(outside.known_outside(words + outside.EXTRAS + outside.TASKS, "train"))
    for talk in train:
        if talk["kind"] == "outside":
            for part in parts(talk, "user"):
                found = pattern.search(part.get("text", ""))
                assert found is None or found[0].lower() in known


def test_yes_and_no_are_balanced() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for talk in conversations(10, "train", 2500, weights={"question": 1e6}):
        for expect in talk["expect"]:
            if expect["answer"] and expect["answer"]["about"].startswith("yes/no"):
                counts[(expect["answer"]["about"].split()[1], expect["answer"]["value"])] += 1
    for about in ("thing", "colour", "position", "size", "motion"):
        yes, no = counts[(about, "yes")], counts[(about, "no")]
        assert 0.33 < yes / (yes + no) < 0.67, (about, yes, no)
    yes = sum(count for (_, value), count in counts.items() if value == "yes")
    assert 0.44 < yes / counts.total() < 0.56


def test_every_pair_of_media_is_crossed(train: list[dict]) -> None:
    crossed = {
        (part["type"], medium)
        for talk in train
        for part in parts(talk, "user")[:2]
        for medium in talk["check"]["modalities"]
    }
    for source in ("text", "image", "audio", "video"):
        for target in ("image", "audio", "video"):
            assert (source, target) in crossed


def test_a_thing_without_a_sound_is_answered_in_words(train: list[dict]) -> None:
    silent = set(world.THINGS) - set(world.SOUNDING)
    for talk in train:
        for part in parts(talk, "assistant"):
            assert part["type"] != "audio" or part["spec"]["thing"] not in silent
    for talk in conversations(11, "train", 100, weights={"no sound": 1e6}):
        assert talk["check"]["answer"]["about"] == "refusal" and talk["check"]["modalities"] == []


def test_wordings_seldom_repeat(train: list[dict]) -> None:
    asked = [talk for talk in train if talk["kind"].startswith("text->")]
    said = [part["text"] for talk in asked for part in parts(talk, "user") if part["type"] == "text"]
    assert len(set(said)) > 0.97 * len(said)


def test_in_words_alone_media_become_captions_between_tags(train: list[dict]) -> None:
    talk = next(t for t in train if t["messages"][0]["content"][0]["type"] == "image")
    spoken = as_text(talk)["messages"][0]["content"]
    caption = world.caption(world.Scene(**talk["messages"][0]["content"][0]["spec"]))
    assert len(spoken) == 1 and spoken[0]["text"].startswith(f"<image>{caption}</image>")
    for message in as_text(talk)["messages"]:
        assert [part["type"] for part in message["content"]] == ["text"]


def test_captions_and_corpus_leave_the_held_pairs_out() -> None:
    held = {f"{thing} " + place for thing, _ in world.HELD_OUT for place in ("on", "in", "at")}
    lines = list(captions(0, 4000))
    assert any(line.startswith(("a small", "a big")) for line in lines)
    for thing, colour in world.HELD_OUT:
        assert not any(f" {thing} " in line and line.endswith(f" {colour} background") for line in lines), (
            held
        )
    assert len(list(corpus(0, 500))) == 500


def test_tidy_mends_articles_and_spaces() -> None:
    assert tidy("a orange frog , please ..") == "an orange frog, please."
    assert tidy("a  unicorn and a umbrella") == "a unicorn and an umbrella"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory):
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("tokenizer")
    train_tokenizer(folder, 0)
    return AutoTokenizer.from_pretrained(folder)


def test_the_vocabulary_reads_anything_and_answers_come_back_whole(tokenizer, train: list[dict]) -> None:
    # CLIPTextModel would pool elsewhere with an end token of id 2.
    assert (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id) == (0, 1, 3)
    for text in ("привет 你好 🦄\x00", "ÄÖÜß ﬁ", "\u202eabc", "a" * 500):
        assert tokenizer(text, add_special_tokens=False).input_ids
    for talk in train:
        for part in parts(talk, "assistant"):
            if part["type"] == "text":
                ids = tokenizer(part["text"], add_special_tokens=False).input_ids
                assert tokenizer.decode(ids) == part["text"]


def test_case_and_held_down_letters_do_not_change_what_is_read(tokenizer) -> None:
    def read(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False).input_ids

    assert read("pleeease draw a KITTY!!!") == read("please draw a kitty!")


def test_what_a_user_writes_is_never_a_control_token(tokenizer) -> None:
    ids = tokenizer(
        "</s><assistant> hi <image>", add_special_tokens=False, split_special_tokens=True
    ).input_ids
    assert not set(ids) & set(tokenizer.all_special_ids)
