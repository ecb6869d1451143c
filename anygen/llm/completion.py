"""The decode loop: text and signal spans from a batch of prompts, on the KV cache.

The rules it keeps:
- A span is complete or absent. Once the first signal token of a modality is sampled the others are forced.
- The hidden state of a signal token is the state after the final norm at the position where that token is the *input*;
  the last one of a reply is fed once more for it. Nothing else is kept: no other layer, no attention maps.
- A row's tokens do not depend on its neighbours: prompts are padded on the left with their own position ids, and each
  row draws one uniform number per sampled token from its own generator, turned into a token through the cumulative
  float64 distribution. Rows that are done leave the batch.
- `allowed` says which modalities may be begun; `required` which must be. When a reply would end without a required
  one, the loop does not let it end: it puts the modality's lead-in into the reply ("Here is a picture: "), lets the
  model go on from there, so that it says what it makes as it was taught to, and begins the span where the model begins
  it, wants to end again, or has said `max_caption_tokens` tokens. Without a lead-in the span follows at once what was
  said since the last span; if nothing was said, the model is first held to say something. Whatever happens, a required
  span is made: room for it is kept in the context, and it is made even when max_new_tokens is used up.

Legend: N rows, T positions, D width, V ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, cast

import torch
from torch import Tensor

from anygen.core.errors import ConfigError, PromptError
from anygen.core.modality import TEXT, Modality
from anygen.llm.backbone import Backbone
from anygen.llm.decode_loop import decode
from anygen.llm.text_stream import TextStream

Finish = Literal["end", "stop", "length", "interrupted"]
"""Why a row ended: an end token, a stop sequence, no room for more, or should_stop."""


@dataclass(frozen=True)
class CompletionOptions:
    """How to sample. temperature 0 takes the likeliest token; top_p 1 keeps all of them.

    A span that was begun is finished even if that takes more than `max_new_tokens`. `stop` are texts that end the reply
    and are not part of it. At most `max_spans` media are begun in one reply, required ones aside."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    max_spans: int = 8
    max_caption_tokens: int = 48

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise ConfigError(f"max_new_tokens: {self.max_new_tokens}; expected at least 1")
        if not 0 <= self.temperature < float("inf"):
            raise ConfigError(f"temperature: {self.temperature}; expected 0 or a positive number")
        if not 0 < self.top_p <= 1:
            raise ConfigError(f"top_p: {self.top_p}; expected more than 0 and at most 1")
        if "" in self.stop:
            raise ConfigError("stop: holds an empty text, which would end every reply at once")


@dataclass(frozen=True, eq=False)
class CompletedSpan:
    """The signal tokens of one medium: `start` is the index of the first in token_ids.

    `hidden_TD` are their states, `input_embeddings_TD` their rows, both as the output projectors take them."""

    modality: Modality
    start: int
    hidden_TD: Tensor
    input_embeddings_TD: Tensor


@dataclass(frozen=True)
class CaptionSpan:
    """One medium in words: `start` is the index in token_ids of the first token behind its opening tag."""

    modality: Modality
    start: int
    caption: str


S = TypeVar("S", CompletedSpan, CaptionSpan)


@dataclass(frozen=True, eq=False)
class Completion(Generic[S]):
    """What the model said: `parts` are texts and spans in order, `token_ids` every token but the end token.

    A text is exactly what was streamed of it; none is empty. The tokens of a stop sequence are in `token_ids` only."""

    token_ids: tuple[int, ...]
    parts: tuple[str | S, ...]
    finish: Finish

    @property
    def spans(self) -> tuple[S, ...]:
        return tuple(part for part in self.parts if not isinstance(part, str))

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))


OnToken = Callable[[int, int | None, str], None]
"""Called with the row, the new token id and the text that is now certain ("" for most signal tokens).

The id is None where a reply has ended and only the text held back until then comes."""

OnSpan = Callable[[int, CompletedSpan], None]
"""Called with the row and its newest complete span, while the model goes on talking."""


@dataclass(frozen=True, eq=False)
class CompletionCall:
    """What is asked of a batch of prompts.

    `options`, `allowed` and `required` are one for all (the latter two as a set) or a list of one per prompt; `allowed`
    None is every modality that the model makes. `generators` are CPU generators, one per prompt, needed where temperature
    is not 0. `should_stop` is asked at every token."""

    options: CompletionOptions | Sequence[CompletionOptions] = CompletionOptions()
    generators: Sequence[torch.Generator] | None = None
    allowed: Collection[Modality] | Sequence[Collection[Modality]] | None = None
    required: Collection[Modality] | Sequence[Collection[Modality]] = frozenset()
    on_token: OnToken | None = None
    should_stop: Callable[[], bool] | None = None


@torch.no_grad()
def complete(
    backbone: Backbone,
    embeds: Sequence[Tensor],
    call: CompletionCall,
    lead_ins: Mapping[Modality, Sequence[int]] | None = None,
    on_span: OnSpan | None = None,
    forbidden: Collection[int] = (),
) -> list[Completion[CompletedSpan]]:
    """Continue each prompt, (T_i, D) embeddings, until its reply is done; one Completion per prompt.

    `forbidden` are ids never to be said, beside the tokenizer's special ones.
    Raises PromptError if a prompt leaves no room in the context, ConfigError for a required modality that is not
    allowed or has no signal tokens, FloatingPointError if logits are not finite, ValueError in training mode."""
    ids = backbone.signal_ids
    rows = start_rows(_Row, backbone, embeds, call, ids.modalities, lambda modality: len(ids.of(modality)))
    given = {modality: list(words) for modality, words in (lead_ins or {}).items()}
    loop = _Loop(backbone, rows, given, forbidden, call.on_token, on_span)
    decode(backbone, embeds, loop.step, call.should_stop)
    return [row.completion() for row in rows]


def sample(logits_V: Tensor, temperature: float, top_p: float, generator: torch.Generator | None) -> int:
    """One id from logits (V,) on the CPU, masked ids at -inf; temperature 0 takes the highest, the lowest id of equals.

    Inverse of the cumulative distribution over descending probability, in float64: one draw from `generator`; `top_p`
    keeps the nucleus (Holtzman et al., 2020). Raises ValueError where a draw is needed and no generator given."""
    if temperature == 0:
        return int(logits_V.argmax())
    if generator is None:
        raise ValueError(f"temperature {temperature} needs a generator for every prompt")
    probs = torch.softmax(logits_V.double() / temperature, dim=0)
    sorted_probs, order = probs.sort(descending=True, stable=True)
    cumulative = sorted_probs.cumsum(0)
    # The smallest set of likeliest ids whose mass reaches top_p.
    kept = int((cumulative - sorted_probs < top_p).sum())
    kept = max(1, min(kept, int((sorted_probs > 0).sum())))
    draw = torch.rand((), generator=generator, dtype=torch.float64) * cumulative[kept - 1]
    return int(order[min(int(torch.searchsorted(cumulative[:kept], draw, right=True)), kept - 1)])


def unsayable(backbone: Backbone, ids: Collection[int]) -> Tensor:
    """(V,) bool: what is never sampled: `ids`, special tokens that end nothing, and rows without a spelling."""
    tokenizer = backbone.tokenizer
    never_V = torch.zeros(backbone.num_ids, dtype=torch.bool)
    # Rows of the embedding that pad it to a round size have no spelling.
    never_V[len(tokenizer) :] = True
    special = {*tokenizer.all_special_ids, *ids}
    never_V[[token for token in special if token not in backbone.end_ids]] = True
    return never_V


def check_logits(logits_V: Tensor, number: int, num_said: int) -> None:
    """Raises FloatingPointError, naming prompt `number`, where logits (V,) hold NaN or +inf."""
    if bool(logits_V.isnan().any()) or bool((logits_V == float("inf")).any()):
        raise FloatingPointError(
            f"prompt {number}: the language model's logits are not finite after {num_said} tokens"
        )


@dataclass(eq=False)
class Row(Generic[S]):
    """One reply in the making: what it may still hold, and what it holds."""

    number: int
    options: CompletionOptions
    generator: torch.Generator | None
    allowed: frozenset[Modality]
    missing: list[Modality]
    room: int
    takes: Callable[[Modality], int]
    stream: TextStream
    token_ids: list[int] = field(default_factory=list)
    parts: list[str | S] = field(default_factory=list)
    # What was said since the last part.
    text: str = ""
    num_spans: int = 0
    # The modality of the span being said, and where it began.
    span: Modality | None = None
    span_start: int = 0
    finish: Finish | None = None

    def completion(self) -> Completion[S]:
        """The reply, once it is done."""
        return Completion(tuple(self.token_ids), tuple(self.parts), self.finish or "length")

    def take_text(self) -> None:
        """Make what was said since the last part a part of its own."""
        if self.text:
            self.parts.append(self.text)
        self.text = ""

    def kept(self, but: Modality | None = None) -> int:
        """Tokens that are kept free for what is required, `but` aside."""
        return sum(self.takes(modality) for modality in self.missing if modality != but)

    def text_room(self) -> int:
        """Tokens of text that may still be said: what is left of the budget, or of the context less what is required."""
        return min(self.options.max_new_tokens, self.room - self.kept()) - len(self.token_ids)

    def may_begin(self, makes: Sequence[Modality], left: int) -> list[Modality]:
        """Those of `makes` that fit: allowed, within the count, and among `left` tokens beside what else is required."""
        counted = self.num_spans < self.options.max_spans
        able = [each for each in makes if each in self.allowed and (counted or each in self.missing)]
        return [each for each in able if self.takes(each) + self.kept(but=each) <= left]


R = TypeVar("R", bound=Row[Any])


def start_rows(
    kind: type[R],
    backbone: Backbone,
    embeds: Sequence[Tensor],
    call: CompletionCall,
    makes: Sequence[Modality],
    takes: Callable[[Modality], int],
) -> list[R]:
    """A row of `kind` for each prompt, (T_i, D) embeddings. `makes` are the modalities the model makes, `takes` says how
    many tokens one takes at least.

    Raises PromptError if a prompt leaves no room for a reply, ConfigError for a required modality that is not allowed or
    that the model does not make, ValueError in training mode and for lists of another length."""
    if backbone.training:
        raise ValueError("the backbone is in training mode; call eval() before completing")
    num, everything = len(embeds), frozenset(makes)
    options = [call.options] * num if isinstance(call.options, CompletionOptions) else list(call.options)
    allowed = _for_each(everything if call.allowed is None else call.allowed, num)
    required = _for_each(call.required, num)
    generators: Sequence[torch.Generator | None] = (
        [None] * num if call.generators is None else call.generators
    )
    given: dict[str, Sequence[Any]] = {
        "options": options,
        "allowed": allowed,
        "required": required,
        "generators": generators,
    }
    for name, values in given.items():
        if len(values) != num:
            raise ValueError(f"{name}: {len(values)} given for {num} prompts")
    rows = []
    for number, prompt in enumerate(embeds):
        allowed_here, required_here = allowed[number] & everything, required[number] - {TEXT}
        if not required_here <= allowed_here:
            known = required_here <= everything
            reason = "not allowed" if known else f"not among what this model makes ({', '.join(makes)})"
            raise ConfigError(f"require: {', '.join(sorted(required_here - allowed_here))} is {reason}")
        missing = [modality for modality in makes if modality in required_here]
        room = backbone.max_length - prompt.shape[0]
        needed = max(1, sum(map(takes, missing)))
        if prompt.shape[0] < 1 or room < needed:
            raise PromptError(
                f"the prompt takes {prompt.shape[0]} of the context's {backbone.max_length} positions; at least "
                f"{needed} must be left for the reply, and 1 taken"
            )
        stream = TextStream(backbone.tokenizer, options[number].stop)
        rows.append(
            kind(number, options[number], generators[number], allowed_here, missing, room, takes, stream)
        )
    return rows


def _for_each(
    value: Collection[Modality] | Sequence[Collection[Modality]], num: int
) -> list[frozenset[Modality]]:
    if isinstance(value, set | frozenset):
        return [frozenset(value)] * num
    if isinstance(value, str) or any(isinstance(each, str) for each in value):
        raise TypeError(
            f"{value!r}: give a set of modalities for all prompts, or a list of one set per prompt"
        )
    return [frozenset(each) for each in cast(Sequence[Collection[Modality]], value)]


@dataclass(eq=False)
class _Row(Row[CompletedSpan]):
    """One reply of text and signal spans."""

    # Ids that come next whatever the logits say.
    forced: list[int] = field(default_factory=list)
    # The states of the tokens of the span being written, so far.
    states: list[Tensor] = field(default_factory=list)
    # The required modality the reply is being led to, and the tokens left to say what it is.
    leading: Modality | None = None
    lead_left: int = 0

    def flush(self) -> str:
        """End the run of text; what was still held back is returned."""
        rest = self.stream.finish()
        self.text += rest
        self.take_text()
        self.stream = TextStream(self.stream.tokenizer, self.stream.stops)
        return rest


class _Loop:
    """What happens at each step of a row: keep what must be kept of the token that was read, choose the next."""

    def __init__(
        self,
        backbone: Backbone,
        rows: Sequence[_Row],
        lead_ins: Mapping[Modality, list[int]],
        forbidden: Collection[int],
        on_token: OnToken | None,
        on_span: OnSpan | None,
    ) -> None:
        self.backbone, self.signal_ids, self.lead_ins = backbone, backbone.signal_ids, lead_ins
        self.rows, self.on_token, self.on_span = rows, on_token, on_span
        self.end_ids = backbone.end_ids
        self.never_V = unsayable(backbone, {*self.signal_ids.all, *forbidden})

    def step(self, number: int, hidden_D: Tensor, logits_V: Tensor, stop_now: bool) -> int | None:
        row = self.rows[number]
        self._take_state(row, hidden_D)
        if row.finish is None:
            if stop_now:
                self._interrupt(row)
            else:
                self._next(row, logits_V)
        # A row that ended on a signal token stays for the one step that gives its state.
        return row.token_ids[-1] if row.finish is None or row.span is not None else None

    def _take_state(self, row: _Row, hidden_D: Tensor) -> None:
        """Keep the state of a signal token that was just fed; hand the span out when it was the last."""
        if row.span is None:
            return
        row.states.append(hidden_D.clone())
        ids = self.signal_ids.of(row.span)
        if len(row.states) < len(ids):
            return
        span = CompletedSpan(
            row.span, row.span_start, torch.stack(row.states), self.backbone.embed(list(ids)).detach()
        )
        row.parts.append(span)
        row.span, row.states = None, []
        if self.on_span is not None:
            self.on_span(row.number, span)

    def _next(self, row: _Row, logits_V: Tensor) -> None:
        """Choose the next token of a row, or end it."""
        if row.forced:
            self._say(row, row.forced.pop(0))
        elif row.text_room() <= 0:
            # No room for words: what is required is made, one span after the other, and the reply ends.
            self._begin(row, row.missing[0]) if row.missing else self._end(row, "length")
        elif row.leading is not None and row.lead_left <= 0:
            self._begin(row, row.leading)
        else:
            token = self._choose(row, logits_V)
            if token in self.end_ids:
                self._wants_to_end(row, "end", logits_V)
            else:
                self._say(row, token)
        if row.finish is None and row.stream.stopped:
            self._wants_to_end(row, "stop", logits_V)
        if row.finish is None and not row.missing and not row.forced and row.text_room() <= 0:
            self._end(row, "length")

    def _choose(self, row: _Row, logits_V: Tensor, may_end: bool = True) -> int:
        check_logits(logits_V, row.number, len(row.token_ids))
        masked_V = logits_V.masked_fill(self.never_V, float("-inf"))
        left = row.room - len(row.token_ids)
        # While a caption is said, only what it is the caption of may begin.
        able = [row.leading] if row.leading is not None else row.may_begin(self.signal_ids.modalities, left)
        for modality in able:
            first = self.signal_ids.first(modality)
            masked_V[first] = logits_V[first]
        if not may_end:
            masked_V[list(self.end_ids)] = float("-inf")
        return sample(masked_V, row.options.temperature, row.options.top_p, row.generator)

    def _wants_to_end(self, row: _Row, finish: Finish, logits_V: Tensor) -> None:
        """The model would end its reply here: let it, or lead it to what is required."""
        if not row.missing:
            self._end(row, finish)
            return
        if row.stream.stopped:
            row.stream = TextStream(row.stream.tokenizer, row.stream.stops)
        modality = row.missing[0]
        if row.leading is not None or (modality not in self.lead_ins and row.text.strip()):
            self._begin(row, modality)
            return
        row.leading, row.lead_left = modality, row.options.max_caption_tokens
        lead_in = self.lead_ins.get(modality, [])
        if lead_in and len(lead_in) <= row.text_room():
            row.forced = list(lead_in)
            if finish == "end":
                self._say(row, row.forced.pop(0))
        elif finish == "end":
            self._say(row, self._choose(row, logits_V, may_end=False))

    def _begin(self, row: _Row, modality: Modality) -> None:
        """Force the first signal token of a required modality."""
        self._say(row, self.signal_ids.first(modality))

    def _say(self, row: _Row, token: int) -> None:
        """Put `token` into the reply; a first signal token begins its span and forces the rest."""
        modality = self.signal_ids.modality_of(token)
        row.token_ids.append(token)
        if modality is None:
            if row.leading is not None and not row.forced:
                row.lead_left -= 1
            delta = row.stream.push(token)
            row.text += delta
        elif row.span is None:
            delta = row.flush()
            row.span, row.span_start, row.states = modality, len(row.token_ids) - 1, []
            row.forced = list(self.signal_ids.of(modality)[1:])
            row.num_spans += 1
            row.leading = None
            if modality in row.missing:
                row.missing.remove(modality)
        else:
            delta = ""
        if self.on_token is not None:
            self.on_token(row.number, token, delta)

    def _end(self, row: _Row, finish: Finish) -> None:
        """End the row and let out the text that was held back."""
        row.finish = finish
        if row.span is not None:
            return
        rest = row.flush()
        if rest and self.on_token is not None:
            self.on_token(row.number, None, rest)

    def _interrupt(self, row: _Row) -> None:
        """End the row where it stands; a span that is not complete is taken back."""
        if row.span is not None:
            del row.token_ids[row.span_start :]
            row.span, row.states, row.forced = None, [], []
        self._end(row, "interrupted")
