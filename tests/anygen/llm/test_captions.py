"""Captions between tags, from models that say anything, and from models that say what a test wants."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
import tiny_bridge
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from anygen.core.errors import ConfigError, PromptError
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.llm import captions
from anygen.llm.backbone import Backbone
from anygen.llm.captions import _Speech
from anygen.llm.completion import CaptionSpan, CompletionCall, CompletionOptions
from anygen.llm.signal_tokens import SignalTokens
from anygen.llm.tags import CaptionTags, TagTokens

MEDIA = (IMAGE, AUDIO, VIDEO)
TAGS = CaptionTags({m: (f"<{m}>", f"</{m}>") for m in MEDIA}, max_caption_tokens=12)


def complete_captions(backbone, embeds, tag_tokens, options=None, generators=None, *limits, **call):
    call = CompletionCall(options or CompletionOptions(), generators, *limits, **call)
    return captions.complete_captions(backbone, embeds, tag_tokens, call)


def sentencepiece_like() -> PreTrainedTokenizerFast:
    """Words with their space in front, and bytes for what has no piece, as Llama 2's tokenizer has."""
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    special = ["<pad>", "<unk>", "<|im_end|>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(
        vocab_size=360, special_tokens=special[:3], initial_alphabet=list("abcdefghijklmnopqrstuvwxyz<>/▁"),
        show_progress=False,
    )  # fmt: skip
    made.train_from_iterator([tiny_bridge.CORPUS.replace("|", "")] * 4, trainer)
    made.add_tokens(special[3:])
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>", pad_token="<pad>")


def backbone_of(tokenizer, length: int = 192) -> Backbone:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=length, tie_word_embeddings=True, initializer_range=0.3,
        bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    return Backbone(LlamaForCausalLM(config).eval(), tokenizer, SignalTokens({})).eval()


@pytest.fixture(scope="module", params=["bytes", "sentencepiece"])
def parts(request):
    backbone = backbone_of(tiny_bridge.tokenizer() if request.param == "bytes" else sentencepiece_like())
    return backbone, TagTokens(backbone.tokenizer, backbone.num_ids, TAGS)


def prompt(backbone: Backbone, length: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(length)
    return backbone.embed(torch.randint(7, 300, (length,), generator=generator)).detach()


def loving_tags(tag_tokens: TagTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a random model go on towards some tag, any of all, at two of three tokens, unless that token is barred."""
    plain = _Speech._choose

    def choose(self, row, logits_V, barred_V):
        if float(torch.rand((), generator=row.generator)) < 2 / 3:
            tail = row.stream.tail
            begun = [tag for tag in TAGS.all if len(tail) > 1 and tag.startswith(tail)] or TAGS.all
            tag = begun[int(torch.randint(len(begun), (), generator=row.generator))]
            token = tag_tokens.towards(tail, tag)
            if not barred_V[token]:
                return token
        return plain(self, row, logits_V, barred_V)

    monkeypatch.setattr(_Speech, "_choose", choose)


def check(completion, tokenizer, allowed, required) -> None:
    made = [span.modality for span in completion.spans]
    assert set(required) <= set(made) <= set(allowed)
    texts = [part if isinstance(part, str) else part.caption for part in completion.parts]
    assert all(texts) and not any(tag in text for tag in TAGS.all for text in texts)
    for one, other in zip(completion.parts, completion.parts[1:], strict=False):
        assert not (isinstance(one, str) and isinstance(other, str))
    for span in completion.spans:
        assert span.caption.strip() == span.caption and "\n" not in span.caption
    raw = tokenizer.decode(completion.token_ids, skip_special_tokens=True)
    for modality in MEDIA:
        assert raw.count(TAGS.opening(modality)) == raw.count(TAGS.closing(modality)) == made.count(modality)


@pytest.mark.parametrize("loves_tags", [False, True])
def test_every_reply_is_well_formed(parts, loves_tags: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    backbone, tag_tokens = parts
    if loves_tags:
        loving_tags(tag_tokens, monkeypatch)
    unforced = 0
    for size in range(4):
        for allowed in combinations(MEDIA, size):
            for count in range(size + 1):
                for required in combinations(allowed, count):
                    for seed in range(3):
                        options = CompletionOptions(
                            max_new_tokens=1 + seed * 12, temperature=1.5, stop=("zz",), max_spans=3
                        )
                        generator = torch.Generator().manual_seed(seed)
                        found = complete_captions(
                            backbone,
                            [prompt(backbone)],
                            tag_tokens,
                            options,
                            [generator],
                            set(allowed),
                            set(required),
                        )[0]
                        check(found, backbone.tokenizer, allowed, required)
                        unforced += len(found.spans) - len(required)
    assert unforced > 5 or not loves_tags


def test_a_batch_of_n_equals_n_of_one(parts, monkeypatch: pytest.MonkeyPatch) -> None:
    backbone, tag_tokens = parts
    loving_tags(tag_tokens, monkeypatch)
    prompts = [prompt(backbone, length) for length in (9, 4, 17)]
    options = CompletionOptions(max_new_tokens=40, temperature=1.0)

    def generators() -> list[torch.Generator]:
        return [torch.Generator().manual_seed(seed) for seed in range(3)]

    together = complete_captions(backbone, prompts, tag_tokens, options, generators(), required={IMAGE})
    for row in range(3):
        alone = complete_captions(
            backbone, [prompts[row]], tag_tokens, options, [generators()[row]], required={IMAGE}
        )[0]
        assert (alone.token_ids, alone.parts, alone.finish) == (
            together[row].token_ids, together[row].parts, together[row].finish,
        )  # fmt: skip


def test_the_context_is_never_exceeded(parts) -> None:
    backbone, tag_tokens = parts
    for left in range(40, 120, 5):
        embeds = prompt(backbone, backbone.max_length - left)
        try:
            found = complete_captions(
                backbone, [embeds], tag_tokens, CompletionOptions(max_new_tokens=200, temperature=2.0),
                [torch.Generator().manual_seed(left)], required=set(MEDIA),
            )[0]  # fmt: skip
        except PromptError as error:
            assert "must be left for the reply" in str(error)
            continue
        assert len(found.token_ids) <= left
        check(found, backbone.tokenizer, MEDIA, MEDIA)


# What a test wants said.


def said(words: str, monkeypatch: pytest.MonkeyPatch, **how):
    """The completion of a model that would say exactly `words`, and then end."""
    backbone = backbone_of(tiny_bridge.tokenizer(), 512)
    tag_tokens = TagTokens(backbone.tokenizer, backbone.num_ids, TAGS)
    # A token that reaches beyond a tag is never said, so tags are cut apart from the words around them.
    pieces = re.split(r"(</?\w+>)", words)
    ids = [
        token
        for piece in pieces
        for token in backbone.tokenizer(piece, add_special_tokens=False)["input_ids"]
    ]
    script = iter([*ids, *[2] * 50])

    def logits(hidden: torch.Tensor) -> torch.Tensor:
        scores = torch.zeros(*hidden.shape[:-1], backbone.num_ids)
        scores[..., next(script)] = 9.0
        return scores

    monkeypatch.setattr(backbone, "logits", logits)
    streamed: list[str] = []
    options = CompletionOptions(max_new_tokens=how.pop("most", 200), stop=how.pop("stop", ()))
    found = complete_captions(
        backbone, [prompt(backbone)], tag_tokens, options,
        on_token=lambda row, token, text: streamed.append(text), **how,
    )[0]  # fmt: skip
    assert "".join(streamed) == found.text
    return found


def plain(completion) -> list:
    return [
        part if isinstance(part, str) else (str(part.modality), part.caption) for part in completion.parts
    ]


def test_captions_are_taken_out_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said("Here: <image>a red car</image> and <audio> rain </audio>.", monkeypatch)
    assert plain(found) == ["Here: ", ("image", "a red car"), " and ", ("audio", "rain"), "."]
    assert found.finish == "end" and isinstance(found.spans[0], CaptionSpan)


def test_a_caption_that_is_not_closed_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(said("Look <image>a dog", monkeypatch)) == ["Look ", ("image", "a dog")]
    assert plain(said("Look <image>a dog</ima", monkeypatch)) == ["Look ", ("image", "a dog")]


def test_a_token_that_reaches_beyond_a_tag_is_not_said(parts) -> None:
    _, tag_tokens = parts
    allowed = frozenset(("</image>",))
    broken_V = tag_tokens.breaking("</image", allowed)
    beyond = [token for token, text in enumerate(tag_tokens.texts) if text.startswith(">") and text != ">"]
    assert broken_V[beyond].all() and not broken_V[tag_tokens.towards("</image", "</image>")]
    assert tag_tokens.breaking("</image", frozenset())[tag_tokens.towards("</image", "</image>")]


def test_a_bracket_alone_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain(said("2 < 3 and <b>bold</b> <im", monkeypatch)) == ["2 < 3 and <b>bold</b> <im"]


def test_a_tag_that_the_budget_cuts_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(said("Look <image>a dog", monkeypatch).token_ids)
    texts = {said("Look <image>a dog", monkeypatch, most=most).text for most in range(1, whole)}
    assert not any("<i" in text for text in texts) and "Look " in texts


def test_a_tag_that_may_not_come_is_never_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said("Hear <audio>", monkeypatch, allowed={IMAGE})
    assert not found.spans and "<audio>" not in found.text


def test_what_is_required_is_asked_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone_words = said("Yes.", monkeypatch, required={IMAGE})
    assert [str(s.modality) for s in backbone_words.spans] == ["image"] and backbone_words.text == "Yes."


def test_a_stop_sequence_ends_the_reply_but_not_a_caption(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said("A <image>b stop c</image> d stop e", monkeypatch, stop=("stop",))
    assert plain(found) == ["A ", ("image", "b stop c"), " d "] and found.finish == "stop"


def test_what_is_required_must_be_allowed(parts) -> None:
    backbone, tag_tokens = parts
    with pytest.raises(ConfigError, match="require: video is not allowed"):
        complete_captions(backbone, [prompt(backbone)], tag_tokens, allowed={IMAGE}, required={VIDEO})
