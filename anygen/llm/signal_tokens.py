"""The signal tokens: how they are spelled, which ids they have, and the rows of the vocabulary that they add.

A medium in a reply is a run of signal tokens, e.g. [IMG0][IMG1][IMG2][IMG3]. No other file spells one. The rows live
beside the language model's own vocabulary rather than inside it: the base stays frozen and byte for byte what was
loaded, and what trains is exactly these rows.
Legend: S signal tokens of all modalities, D width of the language model, V ids in all, N items, T positions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_INDEXED = re.compile(r"[^{}]*\{index(:0\d+d)?\}[^{}]*")
# The three of NExT-GPT keep its spelling, so that its checkpoints' ids can be found by name.
SPELLING: dict[Modality, str] = {IMAGE: "[IMG{index}]", VIDEO: "[VID{index}]", AUDIO: "[AUD{index}]"}


@dataclass(frozen=True)
class SignalTokens:
    """How many signal tokens each modality has, in the order in which they join the vocabulary.

    `templates` spells a modality differently from `SPELLING`; a template holds `{index}` once, padded where it says so
    (`{index:02d}`). `wrappers` are tokens that join before them, such as the <Img> and </Img> that NExT-GPT puts around
    every medium it reads: rows of the same kind, which signal nothing and are never said."""

    counts: Mapping[Modality, int]
    templates: Mapping[Modality, str] = field(default_factory=dict)
    wrappers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for modality, count in self.counts.items():
            if count < 1:
                raise ConfigError(f"signal_tokens.{modality}: {count}; expected at least 1")
        for modality, template in self.templates.items():
            if not _INDEXED.fullmatch(template):
                raise ConfigError(
                    f"signal_tokens.templates.{modality}: {template!r}; expected '{{index}}' once"
                )
        names = self.all_names
        if len(set(names)) != len(names):
            raise ConfigError("signal_tokens: two modalities, or a wrapper, spell their tokens alike")

    @property
    def modalities(self) -> tuple[Modality, ...]:
        return tuple(self.counts)

    def names(self, modality: Modality) -> tuple[str, ...]:
        """The spelling of each signal token of `modality`, in order. Raises ConfigError if it has none."""
        if modality not in self.counts:
            raise ConfigError(f"{modality}: has no signal tokens; {', '.join(self.counts) or 'nothing'} has")
        template = self.templates.get(modality) or SPELLING.get(modality) or f"[{modality.upper()}{{index}}]"
        return tuple(template.format(index=index) for index in range(self.counts[modality]))

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every token that joins the vocabulary, in the order of its ids."""
        return (*self.wrappers, *(name for modality in self.counts for name in self.names(modality)))

    def add_to(self, tokenizer: PreTrainedTokenizerBase) -> int:
        """Add the names `tokenizer` does not have yet, as special tokens; return how many were added."""
        from transformers import AddedToken

        known = tokenizer.get_vocab()
        absent = [name for name in self.all_names if name not in known]
        return tokenizer.add_tokens([AddedToken(name, special=True, normalized=False) for name in absent])

    def bind(self, tokenizer: PreTrainedTokenizerBase) -> SignalIds:
        """The ids these names have in `tokenizer`. Raises CheckpointError for a name it does not know."""
        known = tokenizer.get_vocab()
        absent = [name for name in self.all_names if name not in known]
        if absent:
            raise CheckpointError(
                f"tokenizer: lacks {len(absent)} of {len(self.all_names)} signal tokens, first {absent[0]}"
            )
        return SignalIds(
            {m: tuple(known[name] for name in self.names(m)) for m in self.counts},
            tuple(known[name] for name in self.wrappers),
        )


@dataclass(frozen=True)
class SignalIds:
    """The ids of the signal tokens in one tokenizer: modality -> its ids in order; and those of the wrappers."""

    ids: Mapping[Modality, tuple[int, ...]]
    wrappers: tuple[int, ...] = ()

    @property
    def modalities(self) -> tuple[Modality, ...]:
        return tuple(self.ids)

    @property
    def all(self) -> tuple[int, ...]:
        """Every id that has a row of its own beside the base's, in the order of the rows."""
        return (*self.wrappers, *(token for ids in self.ids.values() for token in ids))

    def of(self, modality: Modality) -> tuple[int, ...]:
        return self.ids[modality]

    def first(self, modality: Modality) -> int:
        """The id that begins a span of `modality`."""
        return self.ids[modality][0]

    def modality_of(self, token_id: int) -> Modality | None:
        """The modality `token_id` signals, or None for an ordinary token."""
        for modality, ids in self.ids.items():
            if token_id in ids:
                return modality
        return None


class SignalRows(nn.Module):
    """The embedding and head rows of the signal tokens; `head` is None where the base ties the two.

    Trains as the group `signal_tokens`; weight decay on these rows should be 0, as on any embedding."""

    def __init__(self, embed_SD: Tensor, head_SD: Tensor | None) -> None:
        super().__init__()
        self.embed = nn.Parameter(embed_SD.clone())
        self.head = None if head_SD is None else nn.Parameter(head_SD.clone())

    @property
    def head_rows_SD(self) -> Tensor:
        return self.embed if self.head is None else self.head


def mean_rows(rows_VD: Tensor, num_rows: int, seed: int) -> Tensor:
    """Rows for new tokens: the mean of the old ones plus a hundredth of their spread: (S, D), the same type.

    The mean is what NExT-GPT v1.5 and transformers' mean_resizing start from; the spread keeps two signal tokens from
    starting out as one."""
    old = rows_VD.detach().float()
    noise = torch.randn(num_rows, old.shape[1], generator=torch.Generator().manual_seed(seed))
    return (old.mean(0) + 0.01 * old.std(0, correction=0) * noise.to(old.device)).to(rows_VD.dtype)
