from __future__ import annotations

from collections import Counter

import pytest
import torch

from anygen.core.errors import ConfigError, PromptError
from anygen.core.modality import AUDIO, IMAGE, TEXT, VIDEO
from anygen.llm.backbone import Backbone
from anygen.llm.completion import CompletedSpan, CompletionCall, CompletionOptions, sample
from anygen.llm.completion import complete as complete_call

from .conftest import SIGNALS, make_lm, make_tokenizer

GREEDY = CompletionOptions(max_new_tokens=24)
SAMPLED = CompletionOptions(max_new_tokens=24, temperature=1.0, top_p=0.95)


def complete(backbone, embeds, options, generators=None, lead_ins=None, on_span=None, **call):
    call = CompletionCall(options, generators, **call)
    return complete_call(backbone, embeds, call, lead_ins, on_span)


def prompts(backbone, lengths=(9, 4, 17, 12)):
    """Prompts of several lengths, each with soft embeddings in the middle of its ordinary tokens."""
    generator = torch.Generator().manual_seed(5)
    made = []
    for length in lengths:
        embeds = backbone.embed(torch.randint(7, 300, (length,), generator=generator)).detach()
        embeds[1:3] = torch.randn(2, backbone.dim, generator=generator)
        made.append(embeds)
    return made


def generators(num):
    return [torch.Generator().manual_seed(100 + row) for row in range(num)]


def raise_signals(backbone, factor=1.1):
    """Let a random model say signals: first signal tokens are scored a little above tokens that it says anyway."""
    said = complete(backbone, prompts(backbone), SAMPLED, generators(4), allowed=set())
    common = [token for token, _ in Counter(t for each in said for t in each.token_ids).most_common(6)]
    table = backbone.lm.get_output_embeddings().weight
    with torch.no_grad():
        for place, modality in enumerate(backbone.signal_ids.modalities):
            row = backbone.signal_ids.all.index(backbone.signal_ids.first(modality))
            backbone.signal_rows.head_rows_SD[row] = factor * table[common[2 * place]]


def same(one, other):
    assert one.token_ids == other.token_ids
    assert one.finish == other.finish
    assert len(one.parts) == len(other.parts)
    for mine, theirs in zip(one.parts, other.parts, strict=True):
        if isinstance(mine, str):
            assert mine == theirs
        else:
            assert (mine.modality, mine.start) == (theirs.modality, theirs.start)
            assert torch.allclose(mine.hidden_TD, theirs.hidden_TD, atol=1e-4)


def uncached(backbone, prompt, completion):
    """States and logits of a whole reply in one pass, without a cache."""
    said = backbone.embed(list(completion.token_ids))
    with torch.no_grad():
        hidden = backbone(torch.cat((prompt, said))[None])[0]
        return hidden, backbone.logits(hidden)


@pytest.mark.parametrize("options", [GREEDY, SAMPLED], ids=["greedy", "sampled"])
@pytest.mark.parametrize("tied", [True, False])
def test_a_batch_of_n_equals_n_of_one(options, tied):
    backbone = Backbone(make_lm(tied), make_tokenizer(), SIGNALS).eval()
    raise_signals(backbone)
    batch = prompts(backbone)
    together = complete(backbone, batch, options, generators(4))
    for row, prompt in enumerate(batch):
        same(complete(backbone, [prompt], options, [generators(4)[row]])[0], together[row])
    assert len({each.token_ids for each in together}) == 4
    assert any(each.spans for each in together)


def test_rows_that_end_early_do_not_change_the_others(backbone):
    batch = prompts(backbone)
    limits = [CompletionOptions(max_new_tokens=n, temperature=1.0) for n in (3, 20, 1, 9)]
    together = complete(backbone, batch, limits, generators(4))
    for row, prompt in enumerate(batch):
        same(complete(backbone, [prompt], limits[row], [generators(4)[row]])[0], together[row])


def test_the_cached_loop_equals_recomputation_without_a_cache(backbone):
    raise_signals(backbone)
    for prompt, completion in zip(
        prompts(backbone), complete(backbone, prompts(backbone), GREEDY), strict=True
    ):
        hidden, logits = uncached(backbone, prompt, completion)
        first = prompt.shape[0] - 1
        signals = {token for m in backbone.signal_ids.modalities for token in backbone.signal_ids.of(m)[1:]}
        never = [*backbone.tokenizer.all_special_ids, *signals]
        never = [
            token
            for token in never
            if token not in backbone.end_ids
            and token not in {backbone.signal_ids.first(m) for m in backbone.signal_ids.modalities}
        ]
        logits[:, never] = float("-inf")
        for index, token in enumerate(completion.token_ids):
            if token not in signals:
                assert int(logits[first + index].argmax()) == token
        for span in completion.spans:
            # the state where the signal token is the input
            start = prompt.shape[0] + span.start
            count = len(backbone.signal_ids.of(span.modality))
            assert torch.allclose(span.hidden_TD, hidden[start : start + count], atol=1e-4)
            assert torch.equal(
                span.input_embeddings_TD, backbone.embed(list(backbone.signal_ids.of(span.modality)))
            )


def test_every_span_is_complete_even_at_the_end_of_the_budget(backbone):
    raise_signals(backbone)
    for budget in range(1, 9):
        options = CompletionOptions(max_new_tokens=budget, temperature=1.5)
        for completion in complete(backbone, prompts(backbone), options, generators(4)):
            rest = list(completion.token_ids)
            for span in completion.spans:
                ids = backbone.signal_ids.of(span.modality)
                assert tuple(rest[span.start : span.start + len(ids)]) == ids
                assert span.hidden_TD.shape == (len(ids), backbone.dim)
                assert torch.isfinite(span.hidden_TD).all()
            inside = sum(len(span.hidden_TD) for span in completion.spans)
            signals = sum(token in backbone.signal_ids.all for token in rest)
            assert inside == signals
            assert len(rest) <= budget + 3


def test_the_last_signal_tokens_state_needs_one_more_forward(backbone):
    (prompt,) = prompts(backbone, (6,))
    (completion,) = complete(
        backbone, [prompt], CompletionOptions(max_new_tokens=1), allowed={IMAGE}, required={IMAGE}
    )
    assert completion.token_ids[-4:] == backbone.signal_ids.of(IMAGE)
    hidden, _ = uncached(backbone, prompt, completion)
    assert torch.allclose(completion.spans[-1].hidden_TD, hidden[-4:], atol=1e-4)


@pytest.mark.parametrize("allowed", [set(), {AUDIO}, {TEXT, IMAGE}])
def test_a_modality_that_is_not_allowed_never_comes(backbone, allowed):
    raise_signals(backbone)
    batch = prompts(backbone)
    made = complete(backbone, batch, SAMPLED, generators(4), allowed=allowed)
    assert {span.modality for each in made for span in each.spans} <= allowed
    for_each = complete(backbone, batch, SAMPLED, generators(4), allowed=[allowed, {IMAGE}, allowed, {VIDEO}])
    same(for_each[0], made[0])
    assert {span.modality for span in for_each[3].spans} <= {VIDEO}


def end_at_once(backbone):
    """A model that wants nothing but to end its reply."""
    with torch.no_grad():
        backbone.lm.model.norm.weight.zero_()
        backbone.lm.model.norm.weight[0] = 1e-3
        # the head sees almost nothing: pin the end token's logit by a bias
    head = backbone.lm.get_output_embeddings()
    bias = torch.zeros(head.weight.shape[0])
    bias[backbone.end_ids[0]] = 50.0
    bias[backbone.tokenizer("dog", add_special_tokens=False)["input_ids"][0]] = 20.0
    head.bias = torch.nn.Parameter(bias, requires_grad=False)


def test_what_is_required_is_made_after_its_lead_in(backbone):
    end_at_once(backbone)
    words = "here is a picture:"
    lead_ins = {IMAGE: backbone.tokenizer(words, add_special_tokens=False)["input_ids"]}
    (made,) = complete(backbone, prompts(backbone, (6,)), GREEDY, required={IMAGE}, lead_ins=lead_ins)
    assert made.finish == "end"
    assert [part if isinstance(part, str) else part.modality for part in made.parts] == [words, IMAGE]


def test_without_a_lead_in_something_is_said_before_what_is_required(backbone):
    end_at_once(backbone)
    (made,) = complete(backbone, prompts(backbone, (6,)), GREEDY, required={IMAGE, AUDIO})
    assert made.finish == "end"
    kinds = [part if isinstance(part, str) else part.modality for part in made.parts]
    assert len(kinds) == 4 and kinds[1::2] == [IMAGE, AUDIO]
    assert all(part.strip() for part in kinds[0::2])


def test_a_model_that_never_stops_still_makes_what_is_required(backbone):
    with torch.no_grad():
        backbone.signal_rows.embed.zero_()
    end = backbone.end_ids[0]
    head = backbone.lm.get_output_embeddings()
    bias = torch.zeros(head.weight.shape[0])
    bias[end] = -100.0
    head.bias = torch.nn.Parameter(bias, requires_grad=False)
    (made,) = complete(
        backbone, prompts(backbone, (6,)), CompletionOptions(max_new_tokens=12), required={VIDEO, IMAGE}
    )
    assert {span.modality for span in made.spans} == {VIDEO, IMAGE}
    assert made.finish == "length"
    # and at the end of the context, where room was kept
    long = prompts(backbone, (backbone.max_length - 10,))
    (made,) = complete(backbone, long, CompletionOptions(max_new_tokens=100), required={VIDEO, IMAGE})
    assert {span.modality for span in made.spans} == {VIDEO, IMAGE}
    assert len(made.token_ids) == 10


@pytest.mark.parametrize("seed", range(3))
def test_required_alone_equals_required_in_a_batch(backbone, seed):
    batch = prompts(backbone)
    required = [{IMAGE}, set(), {AUDIO, VIDEO}, {AUDIO}]
    together = complete(backbone, batch, SAMPLED, generators(4), required=required)
    for row, prompt in enumerate(batch):
        alone = complete(backbone, [prompt], SAMPLED, [generators(4)[row]], required=[required[row]])
        same(alone[0], together[row])
        assert required[row] <= {span.modality for span in together[row].spans}


def test_at_most_max_spans_are_begun(backbone):
    raise_signals(backbone, 3.0)
    options = CompletionOptions(max_new_tokens=60, temperature=1.0, max_spans=2)
    made = complete(backbone, prompts(backbone), options, generators(4))
    assert max(len(each.spans) for each in made) <= 2


def test_the_stream_joined_is_the_reply(backbone):
    raise_signals(backbone)
    streamed, tokens, spans = [""] * 4, [[] for _ in range(4)], [[] for _ in range(4)]

    def on_token(row, token, delta):
        streamed[row] += delta
        if token is not None:
            tokens[row].append(token)

    made = complete(
        backbone, prompts(backbone), SAMPLED, generators(4),
        on_token=on_token, on_span=lambda row, span: spans[row].append(span),
    )  # fmt: skip
    for row, each in enumerate(made):
        assert streamed[row] == each.text
        assert tuple(tokens[row]) == each.token_ids
        assert tuple(spans[row]) == each.spans
        assert all(part for part in each.parts if isinstance(part, str))


def test_a_stop_sequence_ends_the_reply_and_is_not_in_it(backbone):
    (prompt,) = prompts(backbone, (6,))
    (plain,) = complete(backbone, [prompt], GREEDY, allowed=set())
    stop = plain.text[8:11]
    (made,) = complete(backbone, [prompt], CompletionOptions(max_new_tokens=24, stop=(stop,)), allowed=set())
    assert made.finish == "stop"
    assert made.text == plain.text[: plain.text.index(stop)]


def test_should_stop_ends_every_row_and_leaves_no_half_span(backbone):
    raise_signals(backbone)
    for after in range(1, 12):
        calls = iter(range(1000))
        made = complete(
            backbone,
            prompts(backbone),
            SAMPLED,
            generators(4),
            should_stop=lambda calls=calls, n=after: next(calls) >= n,
        )
        for each in made:
            assert len(each.token_ids) <= after
            assert sum(token in backbone.signal_ids.all for token in each.token_ids) == sum(
                len(span.hidden_TD) for span in each.spans
            )
    assert {each.finish for each in made} <= {"interrupted", "end"}


def test_nan_logits_raise(backbone):
    with torch.no_grad():
        backbone.lm.model.norm.weight[0] = float("nan")
    with pytest.raises(FloatingPointError, match=r"prompt 0.*not finite"):
        complete(backbone, prompts(backbone), GREEDY)


def test_what_cannot_be_asked_is_refused(backbone):
    batch = prompts(backbone, (5,))
    with pytest.raises(ConfigError, match="require: image is not allowed"):
        complete(backbone, batch, GREEDY, allowed={AUDIO}, required={IMAGE})
    with pytest.raises(
        ConfigError, match=r"require: depth is not among what this model makes \(image, audio, video\)"
    ):
        complete(backbone, batch, GREEDY, required={"depth"})
    with pytest.raises(
        PromptError, match=f"takes {backbone.max_length} of the context's {backbone.max_length}"
    ):
        complete(backbone, prompts(backbone, (backbone.max_length,)), GREEDY)
    with pytest.raises(ValueError, match="generator"):
        complete(backbone, batch, SAMPLED)
    with pytest.raises(TypeError, match="a set of modalities"):
        complete(backbone, batch, GREEDY, allowed=["image"])
    with pytest.raises(ValueError, match="training mode"):
        complete(backbone.train(), batch, GREEDY)


@pytest.mark.parametrize(
    "bad", [{"max_new_tokens": 0}, {"temperature": -1.0}, {"top_p": 0.0}, {"top_p": 1.1}, {"stop": ("",)}]
)
def test_options_out_of_range_are_refused(bad):
    with pytest.raises(ConfigError, match=next(iter(bad))):
        CompletionOptions(**bad)


def test_no_prompts_give_no_replies(backbone):
    assert complete(backbone, [], GREEDY) == []


def test_sampling_follows_the_distribution():
    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05]))
    generator = torch.Generator().manual_seed(0)
    counts = (
        torch.bincount(torch.tensor([sample(logits, 1.0, 1.0, generator) for _ in range(4000)]), minlength=4)
        / 4000
    )
    assert torch.allclose(counts, torch.tensor([0.5, 0.3, 0.15, 0.05]), atol=0.03)


def test_top_p_keeps_the_smallest_set_that_reaches_it():
    logits = torch.log(torch.tensor([0.3, 0.5, 0.15, 0.05]))
    generator = torch.Generator().manual_seed(0)
    assert {sample(logits, 1.0, 0.79, generator) for _ in range(400)} == {0, 1}
    assert {sample(logits, 1.0, 0.81, generator) for _ in range(400)} == {0, 1, 2}
    assert {sample(logits, 1.0, 0.01, generator) for _ in range(50)} == {1}


def test_greedy_and_masked_ids():
    logits = torch.tensor([0.0, float("-inf"), 2.0, 2.0])
    assert sample(logits, 0.0, 1.0, None) == 2
    generator = torch.Generator().manual_seed(0)
    assert 1 not in {sample(logits, 5.0, 1.0, generator) for _ in range(300)}


def test_a_span_says_which_tokens_it_was(backbone):
    (made,) = complete(backbone, prompts(backbone, (6,)), GREEDY, required={AUDIO})
    assert all(isinstance(span, CompletedSpan) for span in made.spans)
    assert {made.token_ids[span.start] for span in made.spans} <= {
        backbone.signal_ids.first(s.modality) for s in made.spans
    }
