"""The tags of the caption strategy: how they are spelled, how the model learns of them, and which tokens may touch them.

A medium is written as its caption between an opening and a closing tag, `<image>a red car</image>`. Tags are ordinary
text, so any tokenizer can spell them, in more than one way, and a token may reach beyond a tag's end. All of that is settled
on the text that tokens stand for, never on how a tag happens to be cut.
Legend: V ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.modality import TEXT, Modality
from anygen.llm.prompting import Described, PromptTurn, Turn
from anygen.llm.text_stream import INCOMPLETE, overlap

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

INSTRUCTION = (
    "You can read and send {modalities}. What the user sends that is not text stands between tags, described in words. "
    "{forms}Between tags write nothing but a short, concrete description."
)
FORM = "To send {modality}, write {open}what it is{close}. "
REQUIRED = "This answer must hold {modalities}."


@dataclass(frozen=True)
class CaptionTags:
    """The modalities that are written in words, in this order, and the tags around each.

    `instruction` stands before the conversation; it may hold {modalities} and {forms}, a line for each
    modality that may come back. A caption has at most `max_caption_tokens` tokens."""

    tags: Mapping[Modality, tuple[str, str]]
    instruction: str = INSTRUCTION
    max_caption_tokens: int = 64

    def __post_init__(self) -> None:
        every = self.all
        for tag in every:
            if len(tag) < 2 or any(each.isspace() for each in tag):
                raise ConfigError(
                    f"llm.template: {tag!r} is no tag; at least two characters without a space are accepted"
                )
        if any(one != other and one in other for one in every for other in every) or len(set(every)) < len(
            every
        ):
            raise ConfigError(
                f"llm.template: {', '.join(every)}; tags of which none is part of another are accepted"
            )
        if not 1 <= self.max_caption_tokens <= 1024:
            raise ConfigError(
                f"llm.captions.max_caption_tokens is {self.max_caption_tokens}; 1 to 1024 are accepted"
            )
        self.instruct((), ())

    @property
    def modalities(self) -> tuple[Modality, ...]:
        return tuple(self.tags)

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(tag for pair in self.tags.values() for tag in pair)

    def opening(self, modality: Modality) -> str:
        """The tag before a caption of `modality`."""
        return self.tags[modality][0]

    def closing(self, modality: Modality) -> str:
        """The tag behind it."""
        return self.tags[modality][1]

    def opened_by(self, tag: str) -> Modality | None:
        """The modality that `tag` opens, or None for any other text."""
        return next((modality for modality, pair in self.tags.items() if pair[0] == tag), None)

    def written(self, modality: Modality, caption: str) -> str:
        """A medium as the model writes it."""
        return f"{self.opening(modality)}{caption}{self.closing(modality)}"

    def plain(self, text: str, others: Collection[str] = ()) -> str:
        """What somebody typed, without tags or `others`: a space parts the first character of one from the rest."""
        for tag in (*self.all, *others):
            text = text.replace(tag, f"{tag[0]} {tag[1:]}")
        return text

    def instruct(self, allowed: Collection[Modality], required: Collection[Modality]) -> str:
        """The instruction where `allowed` may come back and `required` must. Raises ConfigError for one that holds other
        braces than its own."""
        media = [modality for modality in self.modalities if modality in allowed]
        forms = "".join(
            FORM.format(modality=modality, open=self.opening(modality), close=self.closing(modality))
            for modality in media
        )
        try:
            words = self.instruction.format(modalities=_listed((TEXT, *media)), forms=forms)
        except (KeyError, IndexError, ValueError) as error:
            raise ConfigError(
                f"llm.captions.instruction: may hold {{modalities}} and {{forms}} and nothing else in braces ({error})"
            ) from error
        wanted = [modality for modality in self.modalities if modality in required]
        return f"{words} {REQUIRED.format(modalities=_listed(wanted))}" if wanted else words


def with_tags(
    turns: Sequence[Turn], tags: CaptionTags, others: Sequence[str], instruction: str, system: str
) -> list[PromptTurn]:
    """A conversation for a model that writes captions: `instruction` behind the first system message, or behind `system`
    where there is none; what the assistant made as it writes it; and nobody's text holding a tag or one of `others`."""
    said = [PromptTurn(turn.role, tuple(_tagged(turn, tags, others))) for turn in turns]
    own = said.pop(0).parts if said and said[0].role == "system" else (system,)
    words = "\n\n".join(text for text in (*own, instruction) if text)
    return [PromptTurn("system", (words,)), *said]


def _tagged(turn: Turn, tags: CaptionTags, others: Sequence[str]) -> list[Any]:
    """The parts of a message, texts that touch as one and without tags; what the assistant made as it writes it."""
    parts: list[Any] = []
    # Tags are sought in texts that touch, because half a tag may end one and the other half begin the next.
    for part in turn.parts:
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    for place, part in enumerate(parts):
        if isinstance(part, str):
            parts[place] = tags.plain(part, others)
        elif isinstance(part, Described):
            caption, is_made = tags.plain(part.caption, others), part.modality in tags.modalities
            is_said = turn.role == "assistant" and is_made
            parts[place] = (
                tags.written(part.modality, caption) if is_said else Described(part.modality, caption)
            )
    return parts


def _listed(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else str(last)


class TagTokens:
    """What each token of a vocabulary does to tags; made once for a tokenizer, about a second for 150 000 tokens."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, num_ids: int, tags: CaptionTags) -> None:
        self.tags = tags
        self.texts = _texts(tokenizer)
        ends = {tag[-1] for tag in tags.all}
        # Only these can complete a tag.
        self._enders = [(token, text) for token, text in enumerate(self.texts) if not ends.isdisjoint(text)]
        self._pieces: dict[str, int] = {}
        for token, text in enumerate(self.texts):
            if text and text not in self._pieces and any(text in tag for tag in tags.all):
                self._pieces[text] = token
        starts = {tag[0] for tag in tags.all}
        self.num_ids = num_ids
        self.breaks_line_V = self._where(lambda text: "\n" in text or "\r" in text)
        self.is_blank_V = self._where(lambda text: not text.strip())
        # What would leave open whether a caption has begun: half a character, or what may begin a tag.
        self.is_unclear_V = self._where(lambda text: INCOMPLETE in text or not starts.isdisjoint(text))
        self._breaking: dict[tuple[str, frozenset[str]], Tensor] = {}
        self._costs = {tag: max(self._cost(tag, tag[:size]) for size in range(len(tag))) for tag in tags.all}

    def cost(self, tag: str) -> int:
        """The most tokens that it takes to write `tag`, or the rest of it."""
        return self._costs[tag]

    def breaking(self, tail: str, allowed: frozenset[str]) -> Tensor:
        """(V,) bool: the tokens that may not follow `tail`, the end of what was said that may begin a tag.

        They complete a tag that is not among `allowed`, or say something behind one that is."""
        key = (tail, allowed)
        if key not in self._breaking:
            if len(self._breaking) >= 1024:
                self._breaking.clear()
            broken_V = torch.zeros(self.num_ids, dtype=torch.bool)
            for token, text in self._enders:
                whole = tail + text
                found = [tag for tag in self.tags.all if tag in whole]
                if found and not (
                    len(found) == 1
                    and found[0] in allowed
                    and whole.find(found[0]) + len(found[0]) == len(whole)
                ):
                    broken_V[token] = True
            self._breaking[key] = broken_V
        return self._breaking[key]

    def towards(self, tail: str, tag: str) -> int:
        """The token that comes next in writing `tag`, of which the end of `tail` may hold the beginning.

        Raises CheckpointError where no token begins it."""
        rest = tag[overlap(tail, tag) :]
        for size in range(len(rest), 0, -1):
            if rest[:size] in self._pieces:
                return self._pieces[rest[:size]]
        raise CheckpointError(f"tokenizer: no token begins {rest!r}, so the tag {tag} cannot be written")

    def _cost(self, tag: str, tail: str) -> int:
        steps = 0
        while tail != tag:
            tail += self.texts[self.towards(tail, tag)]
            steps += 1
        return steps

    def _where(self, holds: Callable[[str], bool]) -> Tensor:
        flags_V = torch.zeros(self.num_ids, dtype=torch.bool)
        flags_V[[token for token, text in enumerate(self.texts) if holds(text)]] = True
        return flags_V


def _texts(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """What each token adds to a text that goes on: "" for special ones."""
    # Decoded behind another token, because alone some tokenizers drop a token's leading space.
    before = list(tokenizer("a", add_special_tokens=False)["input_ids"])[-1]
    how: dict[str, Any] = {"skip_special_tokens": True, "clean_up_tokenization_spaces": False}
    prefix = tokenizer.decode([before], **how)
    # One by one in place of batch_decode, whose name and arguments differ between transformers' versions.
    special = set(tokenizer.all_special_ids)
    return [
        "" if token in special else tokenizer.decode([before, token], **how)[len(prefix) :]  # type: ignore[misc]
        for token in range(len(tokenizer))
    ]
