"""Constrained decoding of the caption strategy: text, and captions between tags, from a batch of prompts.

The rules it keeps, whatever the model is:
- A tag that is opened is closed. A caption is one line, never empty, holds no tag, and ends where the model closes it, wants
  to end its turn, or has used `max_caption_tokens`, or the context.
- `allowed` says which tags may be opened, `required` which must be. Where a reply would end without a required one, its tag
  is written, and the model says the caption.
- No tag is ever part of a text: what may yet become one is held back, and a tag that may not come cannot be completed.
- All else is as in the signal strategy (completion.py): one draw a sampled token from the row's own generator, rows that do
  not depend on their neighbours, room kept in the context for what is required.

Legend: N rows, T positions, D width, V ids.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from anygen.core.modality import Modality
from anygen.llm.backbone import Backbone
from anygen.llm.completion import (
    CaptionSpan,
    Completion,
    CompletionCall,
    CompletionOptions,
    Finish,
    OnToken,
    Row,
    check_logits,
    sample,
    start_rows,
    unsayable,
)
from anygen.llm.decode_loop import decode
from anygen.llm.tags import TagTokens
from anygen.llm.text_stream import INCOMPLETE, TextStream

LEAST_CAPTION = 8
"""Tokens that are kept free for a caption that must come."""


@torch.no_grad()
def complete_captions(
    backbone: Backbone,
    embeds: Sequence[Tensor],
    tag_tokens: TagTokens,
    call: CompletionCall,
    positions: Sequence[Tensor] | None = None,
    end_ids: Collection[int] = (),
) -> list[Completion[CaptionSpan]]:
    """Continue each prompt, (T_i, D) embeddings, until its reply is done; one Completion per prompt.

    `positions` are (A, T_i) each, where the model counts them otherwise than 0, 1, ...; `end_ids` end a reply beside the
    backbone's own. Raises PromptError if a prompt leaves no room in the context, ConfigError for a required modality that
    is not allowed or has no tags, FloatingPointError if logits are not finite, ValueError in training mode."""
    speech = _Speech(backbone, tag_tokens, call.on_token, end_ids)
    speech.rows = start_rows(_Row, backbone, embeds, call, tag_tokens.tags.modalities, speech.reserve)
    for row in speech.rows:
        row.stream = speech.text_stream(row.options)
    decode(backbone, embeds, speech.step, call.should_stop, positions)
    return [row.completion() for row in speech.rows]


@dataclass(eq=False)
class _Row(Row[CaptionSpan]):
    """One reply of text and captions between tags."""

    # The required modality whose tag is being written.
    opening: Modality | None = None
    # Whether the closing tag of the caption being said is being written.
    closing: bool = False
    # Where the tag began that is now open or being opened.
    tag_start: int | None = None


class _Speech:
    """What happens at each step of a row: text until a tag is opened, then a caption until it is closed."""

    def __init__(
        self,
        backbone: Backbone,
        tag_tokens: TagTokens,
        on_token: OnToken | None,
        end_ids: Collection[int],
    ) -> None:
        self.tokenizer, self.tag_tokens, self.tags = backbone.tokenizer, tag_tokens, tag_tokens.tags
        self.on_token = on_token
        self.end_ids = tuple(dict.fromkeys((*backbone.end_ids, *end_ids)))
        # Instruct tokenizers know many more special tokens than those with a role: marks of tools, of pictures, of turns.
        marks = [token for token, each in self.tokenizer.added_tokens_decoder.items() if each.special]
        self.never_V = unsayable(backbone, marks)
        self.never_V[list(self.end_ids)] = False
        self.rows: list[_Row] = []

    def text_stream(self, options: CompletionOptions) -> TextStream:
        return TextStream(self.tokenizer, (*self.tags.all, *options.stop))

    def reserve(self, modality: Modality) -> int:
        """Tokens that a medium takes at least: its tags, and a caption that says something."""
        opening, closing = self.tags.tags[modality]
        least = min(LEAST_CAPTION, self.tags.max_caption_tokens)
        return self.tag_tokens.cost(opening) + least + self.tag_tokens.cost(closing)

    def step(self, number: int, hidden_D: Tensor, logits_V: Tensor, stop_now: bool) -> int | None:
        row = self.rows[number]
        if stop_now:
            self._interrupt(row)
        elif row.span is not None:
            self._go_on_with_caption(row, row.span, logits_V)
        else:
            self._go_on_with_text(row, logits_V)
        return row.token_ids[-1] if row.finish is None else None

    # Text

    def _go_on_with_text(self, row: _Row, logits_V: Tensor) -> None:
        if row.opening is not None:
            self._write(row, self.tags.opening(row.opening))
        elif row.text_room() <= 0:
            # No room for words: what is required is made, one medium after the other, and the reply ends.
            self._open(row)
        else:
            able = row.may_begin(self.tags.modalities, row.room - len(row.token_ids) - 1)
            allowed = frozenset(map(self.tags.opening, able))
            broken_V = self.tag_tokens.breaking(row.stream.tail, allowed)
            token = self._choose(row, logits_V, self.never_V | broken_V)
            if token in self.end_ids:
                self._wants_to_end(row, "end")
            else:
                self._say(row, token)
        modality = self.tags.opened_by(row.stream.stopped_by)
        if row.stream.stopped and modality is not None:
            self._begin_caption(row, modality)
        elif row.stream.stopped and row.finish is None:
            self._wants_to_end(row, "stop")
        if row.finish is None and row.span is None and not row.missing and row.text_room() <= 0:
            self._end(row, "length")

    def _wants_to_end(self, row: _Row, finish: Finish) -> None:
        """The reply would end here: let it, or write the tag of what is required."""
        if not row.missing:
            self._end(row, finish)
            return
        if row.stream.stopped:
            row.stream = self.text_stream(row.options)
        if finish == "end":
            self._open(row)
        else:
            # The last token of the stop sequence is yet to be read.
            row.opening = row.missing[0]

    def _open(self, row: _Row) -> None:
        row.opening = row.missing[0]
        self._write(row, self.tags.opening(row.opening))

    # Captions

    def _begin_caption(self, row: _Row, modality: Modality) -> None:
        row.take_text()
        row.stream = TextStream(self.tokenizer, (self.tags.closing(modality),))
        row.span, row.span_start, row.opening = modality, len(row.token_ids), None
        row.num_spans += 1
        if modality in row.missing:
            row.missing.remove(modality)

    def _go_on_with_caption(self, row: _Row, modality: Modality, logits_V: Tensor) -> None:
        closing = self.tags.closing(modality)
        said = len(row.token_ids) - row.span_start
        kept = row.kept() + self.tag_tokens.cost(closing)
        if min(self.tags.max_caption_tokens - said, row.room - len(row.token_ids) - kept) <= 0:
            row.closing = True
        if row.closing:
            self._write(row, closing)
        else:
            barred_V = self.never_V | self.tag_tokens.breaks_line_V
            if not row.text.strip():
                # Nothing is said yet: it cannot end here, nor stay blank for long.
                barred_V = barred_V | self.tag_tokens.is_unclear_V
                if said + 1 >= min(LEAST_CAPTION // 2, self.tags.max_caption_tokens):
                    barred_V = barred_V | self.tag_tokens.is_blank_V
                barred_V[list(self.end_ids)] = True
            barred_V = barred_V | self.tag_tokens.breaking(row.stream.tail, frozenset((closing,)))
            token = self._choose(row, logits_V, barred_V)
            if token in self.end_ids:
                row.closing = True
                self._write(row, closing)
            else:
                self._say(row, token)
        if row.stream.stopped:
            caption = row.text.strip().rstrip(INCOMPLETE).strip()
            row.parts.append(CaptionSpan(modality, row.span_start, caption))
            row.text, row.span, row.closing, row.tag_start = "", None, False, None
            row.stream = self.text_stream(row.options)
            if not row.missing and row.text_room() <= 0:
                self._end(row, "length")

    # Both

    def _choose(self, row: _Row, logits_V: Tensor, barred_V: Tensor) -> int:
        check_logits(logits_V, row.number, len(row.token_ids))
        masked_V = logits_V.masked_fill(barred_V, float("-inf"))
        return sample(masked_V, row.options.temperature, row.options.top_p, row.generator)

    def _write(self, row: _Row, tag: str) -> None:
        """Say the next token of a tag, whatever the model would."""
        self._say(row, self.tag_tokens.towards(row.stream.tail, tag))

    def _say(self, row: _Row, token: int) -> None:
        row.token_ids.append(token)
        words = row.stream.push(token)
        row.text += words
        if row.span is None:
            if row.stream.tail or row.stream.stopped:
                row.tag_start = len(row.token_ids) - 1 if row.tag_start is None or words else row.tag_start
            else:
                row.tag_start = None
        if self.on_token is not None:
            self.on_token(row.number, token, words if row.span is None else "")

    def _end(self, row: _Row, finish: Finish) -> None:
        """End the row and let out the text that was held back; a tag that was cut by the budget is left out."""
        row.finish = finish
        tail = row.stream.tail
        rest = row.stream.finish()
        if (
            finish == "length"
            and rest == tail
            and len(tail) > 1
            and any(tag.startswith(tail) for tag in self.tags.all)
        ):
            rest = ""
        row.text += rest
        row.take_text()
        if rest and self.on_token is not None:
            self.on_token(row.number, None, rest)

    def _interrupt(self, row: _Row) -> None:
        """End the row where it stands; a caption that is not closed, or a tag that was being written, is taken back."""
        if row.tag_start is not None:
            del row.token_ids[row.tag_start :]
        if row.span is not None:
            row.text, row.span = "", None
        else:
            row.take_text()
        row.finish = "interrupted"
