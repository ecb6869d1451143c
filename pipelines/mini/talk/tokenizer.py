"""The one vocabulary of mini: its language model's and its CLIP text encoder's.

Byte-level BPE, so any text at all can be read. Case, accents, curly quotes, emoji variants and letters held down
("pleeease") are folded away before anything is learned: a model of three million parameters should not spend them on
learning DOG, Dog and dog three times. What mini itself says should still begin with a capital, so the words that begin
its sentences are whole tokens that are matched before folding (`OPENERS`); a user's "Here" is the same token.
"""

# ruff: noqa: E501
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import lexicon, outside, words

# </s> must not have id 2: transformers' CLIPTextModel reads eos_token_id == 2 as a legacy config and pools elsewhere.
SPECIAL_TOKENS = (
    "<pad>", "<s>", "<system>", "</s>", "<user>", "<assistant>",
    "<image>", "</image>", "<audio>", "</audio>", "<video>", "</video>",
)  # fmt: skip
_OPENERS = (
    "I A An The It Its Here There Yes No Not Sorry Sure Done Listen Watch And That This These They Hello Hi Hey Mini You Your My Both Of With "
    "Now Look Good Goodbye Bye Thank Thanks What Ask Only One Two In First Second Fine Please Glad Nice Then To For See Great OK Okay As "
    "From At On We So But If Can Try Twenty"
)
OPENERS = tuple(_OPENERS.split())
VOCABULARY_SIZE = 1600


def vocabulary_corpus() -> Iterator[str]:
    """The text the merges are learned from: the world's captions, its words and common English, by weight."""
    for item in (*world.all_scenes(), *world.all_clips()):
        yield world.caption(item)
    for thing in world.SOUNDING:
        yield from [f"here you are: {world.sound_caption(thing)}."] * 40
    for name, names in lexicon.NAMES.items():
        yield from [f"{name} a {name} the {name}"] * 60
        for weight, group in (
            (14, names.nouns),
            (10, names.bare),
            (10, names.calls),
            (10, names.noises),
            (40, names.emoji),
        ):
            for word in group:
                yield from [f"{word} a {word}, the {word}"] * weight
        for verb in names.verbs:
            yield from [f"it {verb[1]} when {verb[2]}, let it {verb[0]}"] * 12
    tables = (
        lexicon.COLOUR_WORDS,
        lexicon.PLACES,
        lexicon.PLACE_WORDS,
        lexicon.SIZE_WORDS,
        lexicon.SIZE_TAGS,
        lexicon.MOTION_TAGS,
    )
    for table in tables:
        for name, group in table.items():
            yield from [name + " " + name] * 40
            for word in group:
                yield from [f"{word}, {word}"] * 10
    for emoji in (*lexicon.COLOUR_EMOJI.values(), *lexicon.PLACE_EMOJI.values()):
        yield from [emoji] * 40
    for moves in lexicon.MOVES.values():
        for verb in moves:
            yield from [" ".join(verb)] * 8
    for group in (
        lexicon.IMAGE_NOUNS,
        lexicon.AUDIO_NOUNS,
        lexicon.VIDEO_NOUNS,
        lexicon.DRAW,
        lexicon.ADJECTIVES,
    ):
        for word in group:
            yield from [f"{word} a {word}"] * 20
    for word in words.COMMON:
        yield from [f"{word} {word}"] * 60
    for line in words.EVERYDAY:
        yield from [line] * 120
    for word in (*outside.THINGS_OUT, *outside.SOUNDS_OUT, *outside.COLOURS_OUT, *outside.TOPICS):
        if not outside.is_held(word):
            yield from [f"a {word}"] * 2


def train_tokenizer(out_dir: Path | str, seed: int = 0) -> None:
    """Learn the vocabulary and write it as a transformers PreTrainedTokenizerFast folder.

    The corpus is fixed, so `seed` only shuffles its lines: BPE counts them and does not see their order.
    """
    import random

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
        vocab_size=VOCABULARY_SIZE - len(OPENERS),
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.add_tokens([AddedToken(word, single_word=True, normalized=False) for word in OPENERS])
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
