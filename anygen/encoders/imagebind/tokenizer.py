"""CLIP's byte-pair tokenizer, which ImageBind's text tower reads. Its vocabulary file is OpenAI's (MIT) and not kept here.

The algorithm is that of Sennrich et al. (2016) over bytes, with CLIP's clean-up of the text and end-of-word mark.
"""

from __future__ import annotations

import functools
import gzip
import html
import itertools
import unicodedata
from pathlib import Path

import regex
import torch
from torch import Tensor

from anygen.core.errors import CheckpointError

# N texts, L ids

START, END = "<|startoftext|>", "<|endoftext|>"
CLIP_MERGES = 49152 - 256 - 2
CLIP_CONTEXT = 77
_PIECES = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+",
    regex.IGNORECASE,
)
_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


class ClipTokenizer:
    """Text as ids: 256 bytes, the same 256 ending a word, one id for each merge, then start and end."""

    def __init__(self, merges: list[tuple[str, str]]) -> None:
        symbols = list(byte_symbols().values())
        names = (
            symbols
            + [symbol + "</w>" for symbol in symbols]
            + ["".join(pair) for pair in merges]
            + [START, END]
        )
        self.ids = {name: index for index, name in enumerate(names)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.start_id, self.end_id = self.ids[START], self.ids[END]
        self._known: dict[str, list[int]] = {}

    @classmethod
    def from_file(cls, path: str | Path, num_merges: int = CLIP_MERGES) -> ClipTokenizer:
        """Read a vocabulary file, plain or gzipped: a header line, then one merge a line.

        Raises CheckpointError if it holds fewer than `num_merges`."""
        raw = Path(path).read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8")
        lines = [line.split() for line in text.split("\n")[1 : 1 + num_merges]]
        if len(lines) < num_merges or any(len(line) != 2 for line in lines):
            raise CheckpointError(f"{path}: expected a header and {num_merges} merges of two symbols each")
        return cls([(left, right) for left, right in lines])

    def __call__(self, texts: list[str], length: int = CLIP_CONTEXT) -> Tensor:
        """(N, L) int64: start, pieces, end, then zeros. A text too long is cut, its end token kept."""
        ids_NL = torch.zeros(len(texts), length, dtype=torch.int64)
        for row, text in enumerate(texts):
            ids = [self.start_id, *self.encode(text)[: length - 2], self.end_id]
            ids_NL[row, : len(ids)] = torch.tensor(ids)
        return ids_NL

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without start and end."""
        return [id_ for piece in _PIECES.findall(clean(text)) for id_ in self._piece(piece)]

    def _piece(self, piece: str) -> list[int]:
        if piece in (START, END):
            return [self.ids[piece]]
        if piece not in self._known:
            symbols = byte_symbols()
            self._known[piece] = [
                self.ids[part] for part in self._merge([symbols[byte] for byte in piece.encode()])
            ]
        return self._known[piece]

    def _merge(self, parts: list[str]) -> list[str]:
        parts = [*parts[:-1], parts[-1] + "</w>"]
        while len(parts) > 1:
            pairs = list(itertools.pairwise(parts))
            best = min(pairs, key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            merged: list[str] = []
            index = 0
            while index < len(parts):
                if tuple(parts[index : index + 2]) == best:
                    merged.append("".join(best))
                    index += 2
                else:
                    merged.append(parts[index])
                    index += 1
            parts = merged
        return parts


def clean(text: str) -> str:
    """Lower case, HTML entities resolved twice, curly quotes straightened, Unicode composed, white space collapsed.

    CLIP also repairs mis-decoded text (ftfy); here such text is left as it is."""
    text = unicodedata.normalize("NFC", html.unescape(html.unescape(text)).translate(_STRAIGHT))
    return " ".join(text.split()).lower()


@functools.lru_cache(maxsize=1)
def byte_symbols() -> dict[int, str]:
    """A printable character for each byte: itself where it is one, else the next from U+0100 on, in CLIP's order."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    symbols = {byte: chr(byte) for byte in printable}
    return symbols | {byte: chr(256 + index) for index, byte in enumerate(others)}
