"""The one vocabulary of mini: its language model's and its CLIP text encoder's.

Byte-level BPE, so any text at all can be read. Case, accents, curly quotes, emoji variants and letters held down
("pleeease") are folded away before anything is learned: a model of three million parameters should not spend them on
learning DOG, Dog and dog three times. What mini itself says should still begin with a capital, so the words that begin
its sentences are whole tokens that are matched before folding (`openers`); a user's "Here" is the same token.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk.grammar import read
from anygen_pipelines.mini.talk.words import THINGS_OUT, is_held, outside, verbs, words

# </s> must not have id 2: transformers' CLIPTextModel reads eos_token_id == 2 as a legacy config and pools elsewhere.
SPECIAL_TOKENS = (
    "<pad>", "<s>", "<system>", "</s>", "<user>", "<assistant>",
    "<image>", "</image>", "<audio>", "</audio>", "<video>", "</video>",
)  # fmt: skip
VOCABULARY_SIZE = 1600


@cache
def openers() -> tuple[str, ...]:
    """The words that begin mini's sentences, whole tokens."""
    return tuple(read("vocabulary")["openers"][0].split())


def vocabulary_corpus() -> Iterator[str]:
    """The text the merges are learned from: the world's captions, its words and common English, by weight."""
    yield from map(world.caption, world.all_scenes())
    yield from map(world.caption, world.all_clips())
    for thing in world.SOUNDING:
        yield from [f"here you are: {world.sound_caption(thing)}."] * 40
    yield from _words_of_things()
    yield from _words_of_attributes()
    table = read("words")
    nouns = [words("medium", medium) for medium in ("image", "audio", "video")]
    for word in (
        word for group in (*nouns, table["draw"]["words"], table["adjectives"]["words"]) for word in group
    ):
        yield from [f"{word} a {word}"] * 20
    for word in read("vocabulary")["common"][0].split():
        yield from [f"{word} {word}"] * 60
    for line in read("vocabulary")["everyday"]:
        yield from [line] * 120
    for word in outside(*THINGS_OUT, "sounds", "colours", "topics"):
        if not is_held(word):
            yield from [f"a {word}"] * 2


def _words_of_things() -> Iterator[str]:
    for thing in world.THINGS:
        yield from [f"{thing} a {thing} the {thing}"] * 60
        for column, weight in {"words": 14, "bare": 10, "calls": 10, "noises": 10, "emoji": 40}.items():
            for word in words("thing", thing, column):
                yield from [f"{word} a {word}, the {word}"] * weight
        for bare, third, moving in verbs(words("thing", thing, "verbs")):
            yield from [f"it {third} when {moving}, let it {bare}"] * 12


def _words_of_attributes() -> Iterator[str]:
    tables = ("colour words", "position words", "position tags", "size words", "size tags", "motion tags")
    for name, column in (table.split() for table in tables):
        for value in world.ATTRIBUTES[name]:
            yield from [f"{value} {value}"] * 40
            for word in words(name, value, column):
                yield from [f"{word}, {word}"] * 10
    for name in ("colour", "position"):
        for value in world.ATTRIBUTES[name]:
            yield from [words(name, value, "emoji")[0]] * 40
    for motion in world.MOTIONS:
        for verb in verbs(words("motion", motion)):
            yield from [" ".join(verb)] * 8


def train_tokenizer(out_dir: Path | str, seed: int = 0) -> None:
    """Learn the vocabulary and write it as a transformers PreTrainedTokenizerFast folder.

    The corpus is fixed, so `seed` only shuffles its lines: BPE counts them and does not see their order.
    """
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    lines = list(vocabulary_corpus())
    random.Random(seed).shuffle(lines)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex("[\u2018\u2019\u02bc\u00b4`]"), "'"),
            normalizers.Replace(Regex("[\u201c\u201d\u201e\u00ab\u00bb]"), '"'),
            normalizers.Replace(Regex("[\u2010-\u2015\u2212]"), "-"),
            normalizers.Replace(Regex("[\ufe0e\ufe0f\u200d\u200b]|[\U0001f3fb-\U0001f3ff]"), ""),
            normalizers.Replace(Regex(r"([a-z!?.,])\1+(?=\1)"), ""),  # three or more in a row become one
            normalizers.Replace(Regex(r"[ \t\r\n\u00a0]+"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE - len(openers()),
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.add_tokens([AddedToken(word, single_word=True, normalized=False) for word in openers()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A $B </s>",
        special_tokens=[("<s>", SPECIAL_TOKENS.index("<s>")), ("</s>", SPECIAL_TOKENS.index("</s>"))],
    )  # fmt: skip
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens=[t for t in SPECIAL_TOKENS if t not in ("<s>", "</s>", "<pad>")],
        model_max_length=512,
        clean_up_tokenization_spaces=False,
        padding_side="right",
    )
    fast.save_pretrained(str(out_dir))
