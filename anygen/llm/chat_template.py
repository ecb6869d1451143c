"""An instruct model's own chat template, read once into the words around the turns.

The template is asked to render a conversation of marks, and what stands between the marks are the prompt's words. So typed
text still never becomes a special token, and the oldest turns can be dropped whole, which a rendered text allows neither of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anygen.core.errors import CheckpointError, ConfigError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CHANGES = ("open_tag", "close_tag", "system", "stop", "lead_ins")
"""What a config may still say of the template."""
_MARKS = ("XsystemX", "Xuser1X", "Xassistant1X", "Xuser2X")


def template_values(tokenizer: PreTrainedTokenizerBase, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a PromptTemplate (prompting.py) that says what the tokenizer's chat template says.

    Raises CheckpointError where there is none, or where it is not made of turns alone; ConfigError for `changes` of words
    that the tokenizer gives."""
    unknown = sorted(set(changes) - set(CHANGES))
    if unknown:
        raise ConfigError(
            f"llm.template.{unknown[0]}: the tokenizer's chat template says it; {', '.join(CHANGES)} are accepted beside it"
        )
    if not tokenizer.chat_template:
        raise CheckpointError("tokenizer: has no chat template; an instruct model's is expected")
    words = _render(tokenizer, _MARKS)
    found = [words.find(mark) for mark in _MARKS]
    if sorted(found) != found or found[0] < 0:
        raise CheckpointError(
            "tokenizer: its chat template does not say system, user and assistant messages in their order; write the "
            "words of its turns into llm.template, without llm.chat_template"
        )
    before, after_system, assistant, between, last = _pieces(words, found)
    begin = str(tokenizer.bos_token or "")
    begin = begin if begin and before.startswith(begin) else ""
    end = _end_token(tokenizer, between)
    user = _common_end(after_system, between[len(end) :])
    values = {
        "begin": begin,
        "system_prefix": before[len(begin) :],
        "system_suffix": after_system[: len(after_system) - len(user)],
        "user": user,
        "user_end": "",
        "assistant": assistant,
        "end": end,
    }
    if last != assistant or end + user != between or _said(values, 3) != _render(tokenizer, _turns(3)):
        raise CheckpointError(
            "tokenizer: its chat template says the same turn differently at different places; write the words of its "
            "turns into llm.template, without llm.chat_template"
        )
    return values | dict(changes)


def _render(tokenizer: PreTrainedTokenizerBase, words: tuple[str, ...]) -> str:
    """A conversation that begins with a system message and ends where the assistant is to speak."""
    roles = ("system", *("user", "assistant") * len(words))
    messages = [{"role": role, "content": text} for role, text in zip(roles, words, strict=False)]
    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
    except Exception as error:  # a template may raise what it likes
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"tokenizer: its chat template refuses a system message before user and assistant: {reason}"
        ) from error


def _pieces(words: str, found: list[int]) -> list[str]:
    """What stands before, between and behind the marks."""
    pieces, at = [], 0
    for mark, start in zip(_MARKS, found, strict=True):
        pieces.append(words[at:start])
        at = start + len(mark)
    return [*pieces, words[at:]]


def _end_token(tokenizer: PreTrainedTokenizerBase, between: str) -> str:
    """The token that closes an assistant's turn."""
    tokens = sorted(tokenizer.get_added_vocab(), key=len, reverse=True)
    found = next((token for token in tokens if between.startswith(token)), "")
    if not found:
        raise CheckpointError(
            f"tokenizer: its chat template closes a turn with {between[:20]!r}; a special token is expected there"
        )
    return found


def _common_end(one: str, other: str) -> str:
    size = 0
    while size < min(len(one), len(other)) and one[-1 - size] == other[-1 - size]:
        size += 1
    return one[len(one) - size :]


def _turns(count: int) -> tuple[str, ...]:
    return ("be brief", *(f"{who} {turn}" for turn in range(count) for who in ("asked", "said")))[:-1]


def _said(values: Mapping[str, str], count: int) -> str:
    """What the fields make of `_turns`."""
    system, *rest = _turns(count)
    words = values["begin"] + values["system_prefix"] + system + values["system_suffix"]
    for place, text in enumerate(rest):
        words += values["user"] + text if place % 2 == 0 else values["assistant"] + text + values["end"]
    return words + values["assistant"]
