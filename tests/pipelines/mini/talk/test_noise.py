from __future__ import annotations

import random

from anygen_pipelines.mini.talk import noise


def test_without_strength_only_the_case_changes() -> None:
    text = "draw a dog. i want it big"
    said = {noise.roughen(random.Random(seed), text, 0) for seed in range(50)}
    assert said == {text, "Draw a dog. I want it big"}


def test_the_same_draws_give_the_same_words() -> None:
    text = "could you please draw the rooster with a green background?"
    said = [noise.roughen(random.Random(seed), text) for seed in range(300)]
    assert said == [noise.roughen(random.Random(seed), text) for seed in range(300)]
    assert len(set(said)) > 100


def test_a_typing_error_never_makes_another_word_of_the_world() -> None:
    rng = random.Random(0)
    assert {"dog", "puppy", "red", "tiny", "elephant", "woof"} <= noise.real_words()
    for word in ("dog", "cat", "car", "saw", "green", "right"):
        for _ in range(300):
            wrong = noise.typo(rng, word)
            assert wrong == word or wrong.lower() not in noise.real_words()


def test_as_many_words_are_mistyped_as_asked_for() -> None:
    text = "please draw something wonderful tomorrow evening"
    for seed in range(100):
        wrong = noise.mistype(random.Random(seed), text, 2).split()
        assert sum(a != b for a, b in zip(wrong, text.split(), strict=True)) <= 2


def test_keys_lie_beside_each_other() -> None:
    assert set(noise.NEIGHBOURS) == set("abcdefghijklmnopqrstuvwxyz")
    assert "w" in noise.NEIGHBOURS["q"] and "p" not in noise.NEIGHBOURS["q"]
    assert ("you", "u") in noise.short_forms() and ("with", "w/") in noise.short_forms()
