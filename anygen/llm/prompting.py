"""Messages to the positions the language model reads: one function, the same in training and in inference.

A conversation of two turns is laid out as

    begin  user  [words <image> s s s s </image>]  assistant  [words IMG0 IMG1 ...]  end  <image> s s s s </image>  user ...

where `s` are soft positions, filled later with what an input projector makes of the media. What the assistant made
follows its turn in the same form as a user's media, so that later turns can see it. A medium may also be given in words
(`Described`), which then stand where its soft tokens would.
Only the template and the signal tokens can become special tokens; what anybody typed is always plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from anygen.core.errors import CheckpointError, ConfigError, PromptError
from anygen.core.modality import Modality
from anygen.llm.native_encoders import NativeFeatures
from anygen.llm.signal_tokens import SignalIds, SignalTokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


# SentencePiece's space, which it puts before whatever it is given.
_SPACE = "\u2581"
# The template's texts that are laid out as they stand.
_TEMPLATE_TEXTS = ("begin", "system_prefix", "system_suffix", "user", "user_end", "assistant", "end")


@dataclass(frozen=True)
class PromptTemplate:
    """The words around the turns. They may hold special tokens, spelled as in the tokenizer.

    `begin` stands first, then `system` (a system message takes its place; empty leaves it out) between `system_prefix`
    and `system_suffix`. `end` closes every assistant turn and is what the model says to stop: one token, or words, which
    `stop` must then name too (an end token ends a reply by itself). `open_tag` and
    `close_tag` stand around every medium. `lead_ins` are words put into the assistant's mouth when a required modality
    is still missing at the end of its reply (completion.py)."""

    begin: str = "<s>"
    system_prefix: str = ""
    system: str = ""
    system_suffix: str = "\n"
    user: str = "USER: "
    user_end: str = "\n"
    assistant: str = "ASSISTANT: "
    end: str = "</s>"
    open_tag: str = "<{modality}>"
    close_tag: str = "</{modality}>"
    stop: tuple[str, ...] = ()
    lead_ins: Mapping[Modality, str] = field(default_factory=dict)

    def tags(self, modality: Modality) -> tuple[str, str]:
        """What stands before and behind a medium. Raises ConfigError for braces that hold something else."""
        try:
            return self.open_tag.format(modality=modality), self.close_tag.format(modality=modality)
        except (KeyError, IndexError, ValueError) as error:
            raise ConfigError(
                f"llm.template: open_tag and close_tag may hold {{modality}} and nothing else in braces ({error})"
            ) from error


@dataclass(frozen=True)
class Described:
    """A medium given in words, for a model that cannot read it."""

    modality: Modality
    caption: str


class Turn(Protocol):
    """A message: anygen.messages.message.Message, or a training example's turn."""

    @property
    def role(self) -> str: ...

    @property
    def parts(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class PromptTurn:
    """A message made ready to be laid out: its media may be Described, or NativeFeatures."""

    role: str
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class MediaAt:
    """`media` fills the soft positions from `position` on."""

    position: int
    modality: Modality
    media: Any


@dataclass(frozen=True)
class SpanAt:
    """The signal tokens of `part` stand from `position` on."""

    modality: Modality
    position: int
    part: Any


@dataclass(frozen=True)
class Layout:
    """What stands at each position: soft positions hold the pad id, `target_mask` is True where the loss is.

    Targets are the assistant's words, its signal tokens and the end of its turn."""

    ids: list[int]
    media: list[MediaAt]
    target_mask: list[bool]
    spans: list[SpanAt]

    def __len__(self) -> int:
        return len(self.ids)


class Prompter:
    """Lays out messages for one language model.

    `num_soft_tokens` has the modalities the model reads, `max_length` is its context in positions. Raises CheckpointError
    where the tokenizer lacks a signal token, or ends a turn with several tokens that `stop` does not name."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        template: PromptTemplate,
        signal_tokens: SignalTokens,
        num_soft_tokens: Mapping[Modality, int],
        max_length: int,
    ) -> None:
        self.tokenizer, self.template = tokenizer, template
        self.num_soft_tokens, self.max_length = dict(num_soft_tokens), max_length
        self.signal_ids: SignalIds = signal_tokens.bind(tokenizer)
        # Everything that may hold special tokens is encoded here, once: a fast tokenizer's switch for them is shared
        # state, and another thread's prompt must never be read with it set.
        added = sorted(tokenizer.get_added_vocab(), key=len, reverse=True)
        self._between = re.compile(f"({'|'.join(map(re.escape, added)) or '$^'})")
        self._space = tokenizer.get_vocab().get(_SPACE)
        words = {name: getattr(template, name) for name in _TEMPLATE_TEXTS}
        self._words = {name: self._trusted_ids(text) for name, text in words.items()}
        self.end_ids = tuple(self._words["end"])
        if len(self.end_ids) != 1 and template.end not in template.stop:
            raise CheckpointError(
                f"tokenizer: {template.end!r} ends a turn and is {len(self.end_ids)} tokens; expected one, or the same "
                "words in the template's stop"
            )
        self.pad_id = self.end_ids[0] if tokenizer.pad_token_id is None else int(tokenizer.pad_token_id)
        self._tags = {
            modality: tuple(self._trusted_ids(tag) for tag in self.template.tags(modality))
            for modality in (*self.num_soft_tokens, *self.signal_ids.modalities)
        }
        # Tags that are a token of their own; where they are several, they are words like any others.
        self.tag_ids = tuple({tag[0] for tags in self._tags.values() for tag in tags if len(tag) == 1})
        special = {*self.signal_ids.all, *self.tag_ids, *tokenizer.all_special_ids}
        self._reserved = special - {tokenizer.unk_token_id}
        self._longest = max(len(token) for token in tokenizer.get_vocab())

    def layout(
        self,
        messages: Sequence[Turn],
        reply: bool = True,
        reserve: int = 0,
        present: Callable[[Any], bool] = lambda part: True,
    ) -> Layout:
        """Lay out `messages`; `reply=True` ends where the assistant begins to speak.

        The oldest turns (a user message and what follows it) are dropped whole until what is left and `reserve` more
        positions fit the context. `present` says whether a medium the assistant made is there to be read by later
        turns. Raises PromptError if the last turn alone is too long, or holds a modality this model does not read."""
        if not messages:
            raise PromptError("the conversation is empty; at least one message is needed")
        leading, turns = _split(messages)
        head = self._head(leading)
        tail = _Builder()
        if reply:
            tail.add(self._words["assistant"])
        limit = self.max_length - reserve
        room = limit - len(head.ids) - len(tail.ids)
        kept: list[_Builder] = []
        for turn in reversed(turns):
            is_last = not kept
            least = sum(len(part) for m in turn for part in m.parts if isinstance(part, str)) // self._longest
            if least > room:
                built, needed = None, least
            else:
                # What comes after the last reply of an example is read by nobody.
                built = self._turn(turn, present, ends=is_last and not reply)
                needed = len(built.ids)
            if built is not None and needed <= room:
                room -= needed
                kept.insert(0, built)
            elif is_last:
                raise PromptError(
                    f"the prompt takes {'at least ' * (built is None)}{limit - room + needed} positions, but {limit} "
                    f"are there for it (the model's context has {self.max_length}, {reserve} of them for the reply)"
                )
            else:
                break
        if not kept and room < 0:
            raise PromptError(
                f"the system message takes {limit - room} positions, but {limit} are there for it"
            )
        for each in (*kept, tail):
            head.extend(each)
        return head.layout()

    def text_ids(self, text: str) -> list[int]:
        """The ids of what somebody typed, never a special token. Raises PromptError if a reserved one came out."""
        ids = self._ids(text, split_special_tokens=True)
        found = self._reserved.intersection(ids)
        if found:
            names = ", ".join(sorted(str(self.tokenizer.convert_ids_to_tokens(token)) for token in found))
            raise PromptError(
                f"the text turns into the reserved token {names}; only the prompt template may hold it"
            )
        return ids

    def lead_in_ids(self) -> dict[Modality, list[int]]:
        """The template's lead-ins as ids, for completion.complete.

        A space at the end is left out: the model was taught to say it as part of the next word."""
        return {modality: self.text_ids(words.rstrip()) for modality, words in self.template.lead_ins.items()}

    def _trusted_ids(self, text: str) -> list[int]:
        """The ids of the template's own words. Each stretch between special tokens is read by itself, because tokenizers
        of one model differ in whether a space comes behind a special token."""
        return [token for piece in self._between.split(text) if piece for token in self._ids(piece)]

    def _ids(self, text: str, **how: bool) -> list[int]:
        """The ids of a stretch of the prompt, without the space that no line begins with."""
        ids = list(self.tokenizer(text, add_special_tokens=False, **how)["input_ids"])
        return ids[1:] if text.startswith("\n") and ids[:1] == [self._space] else ids

    def _head(self, leading: Sequence[Turn]) -> _Builder:
        built = _Builder()
        built.add(self._words["begin"])
        words = "".join(part for turn in leading for part in turn.parts) if leading else self.template.system
        if words:
            built.add(self._words["system_prefix"])
            built.add(self.text_ids(words))
            built.add(self._words["system_suffix"])
        return built

    def _turn(self, turn: Sequence[Turn], present: Callable[[Any], bool], ends: bool) -> _Builder:
        """One turn: a user message and the assistant messages that follow it."""
        built = _Builder()
        for index, message in enumerate(turn):
            if message.role == "user":
                built.add(self._words["user"])
                for part in message.parts:
                    if isinstance(part, str):
                        built.add(self.text_ids(part))
                    else:
                        self._add_medium(built, part)
                built.add(self._words["user_end"])
                continue
            self._add_said(built, message.parts)
            if ends and index == len(turn) - 1:
                break
            for part in message.parts:
                # A model that draws what it cannot see goes on without seeing it.
                if not isinstance(part, (str, NativeFeatures)) and present(part) and self._reads(part):
                    self._add_medium(built, part)
        return built

    def _add_said(self, built: _Builder, parts: Sequence[Any]) -> None:
        """What the assistant said: its words, its signal tokens and the end of its turn."""
        built.add(self._words["assistant"])
        for part in parts:
            if isinstance(part, str):
                built.add(self.text_ids(part), target=True)
            elif isinstance(part, NativeFeatures):
                self._add_medium(built, part)
            elif part.modality in self.signal_ids.modalities:
                built.spans.append(SpanAt(part.modality, len(built.ids), part))
                built.add(self.signal_ids.of(part.modality), target=True)
        built.add(self.end_ids, target=True)

    def _reads(self, part: Any) -> bool:
        return isinstance(part, (Described, NativeFeatures)) or part.modality in self.num_soft_tokens

    def _add_medium(self, built: _Builder, part: Any) -> None:
        modality = part.modality
        if not self._reads(part):
            reads = ", ".join(("text", *self.num_soft_tokens))
            raise PromptError(
                f"the prompt holds {modality}, which this model does not read; it reads {reads}"
            )
        if isinstance(part, NativeFeatures):
            built.media.append(MediaAt(len(built.ids) + part.first, modality, part))
            built.add(part.ids)
            return
        tags = self._tags.get(modality) or tuple(self.text_ids(tag) for tag in self.template.tags(modality))
        built.add(tags[0])
        if isinstance(part, Described):
            built.add(self.text_ids(part.caption))
        else:
            built.media.append(MediaAt(len(built.ids), modality, part))
            built.add([self.pad_id] * self.num_soft_tokens[modality])
        built.add(tags[1])


class _Builder:
    """A stretch of a layout while it is put together; positions count from its own beginning."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.target_mask: list[bool] = []
        self.media: list[MediaAt] = []
        self.spans: list[SpanAt] = []

    def add(self, ids: Sequence[int], target: bool = False) -> None:
        self.ids += ids
        self.target_mask += [target] * len(ids)

    def extend(self, other: _Builder) -> None:
        offset = len(self.ids)
        self.ids += other.ids
        self.target_mask += other.target_mask
        self.media += [MediaAt(at.position + offset, at.modality, at.media) for at in other.media]
        self.spans += [SpanAt(at.modality, at.position + offset, at.part) for at in other.spans]

    def layout(self) -> Layout:
        return Layout(self.ids, self.media, self.target_mask, self.spans)


def _split(messages: Sequence[Turn]) -> tuple[list[Turn], list[list[Turn]]]:
    """The leading system message, and the rest as turns that each begin with a user message.

    Raises PromptError for a system message further on: no language model here was taught one."""
    leading = [messages[0]] if messages[0].role == "system" else []
    turns: list[list[Turn]] = []
    for message in messages[len(leading) :]:
        if message.role == "system":
            raise PromptError("a system message stands after other messages; it may only stand first")
        if message.role == "user" or not turns:
            turns.append([])
        turns[-1].append(message)
    return leading, turns
