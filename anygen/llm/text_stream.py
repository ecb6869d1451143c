"""Token ids to text as they come, never cutting a character or a stop sequence in half."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# What a decoder puts for bytes that are no whole character yet.
INCOMPLETE = "\ufffd"


class TextStream:
    """The text of one run of ordinary tokens. `push` returns what can be shown; `finish` returns the rest.

    Text that may yet turn out to be the beginning of one of `stops` is held back. Once a stop sequence is complete
    `stopped` is True and neither it nor anything after it is ever returned."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, stops: Sequence[str] = ()) -> None:
        self.tokenizer = tokenizer
        self.stops = tuple(stops)
        self.stopped = False
        # Which stop sequence came.
        self.stopped_by = ""
        self._ids: list[int] = []
        # Ids before `_start` are done with; those from `_start` to `_read` are decoded again for their spacing only.
        self._start = self._read = 0
        self._held = ""

    def push(self, token_id: int) -> str:
        """Take one more token; return the text that is now certain, often that token's, sometimes ""."""
        self._ids.append(token_id)
        before = self._decode(self._ids[self._start : self._read])
        text = self._decode(self._ids[self._start :])
        if text.endswith(INCOMPLETE):
            return ""
        self._start, self._read = self._read, len(self._ids)
        return self._release(text[len(before) :])

    def finish(self) -> str:
        """The text still held back, ending the run; bytes that never became a character are shown as U+FFFD."""
        before = self._decode(self._ids[self._start : self._read])
        rest = self._release(self._decode(self._ids[self._start :])[len(before) :])
        self._start = self._read = len(self._ids)
        if self.stopped:
            return rest
        rest, self._held = rest + self._held, ""
        return rest

    @property
    def tail(self) -> str:
        """What is held back because it may begin a stop sequence; "" while bytes wait for the rest of their character."""
        return self._held if self._read == len(self._ids) else ""

    def _decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)  # type: ignore[return-value]

    def _release(self, text: str) -> str:
        if self.stopped:
            return ""
        text = self._held + text
        for stop in self.stops:
            if stop in text:
                self.stopped, self.stopped_by, self._held = True, stop, ""
                text = text[: text.index(stop)]
        if self.stopped:
            return text
        hold = max((overlap(text, stop) for stop in self.stops), default=0)
        self._held = text[len(text) - hold :]
        return text[: len(text) - hold]


def overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop`."""
    return next((size for size in range(min(len(text), len(stop)), 0, -1) if text.endswith(stop[:size])), 0)
