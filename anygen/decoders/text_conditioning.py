"""The text side of a decoder: captions to conditioning. Loaded on first use, since a projector's conditioning needs none.

Shape letters: N captions, L positions, C width of the text encoder.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from anygen.core.errors import CheckpointError
from anygen.core.modality import Modality
from anygen.decoders.base import check_declared

NEGATIVE_FILE = "negative.safetensors"
"""Conditioning of "", beside a decoder's weights: guidance then needs no text encoder (`TextSide.save_negative`)."""

Embed = Callable[[Any, list[str], bool], dict[str, Tensor]]
"""What `load` gave, captions, whether guidance leads away from them -> name -> (N, ...)."""


class TextSide:
    """Holds what `load` gives from the first caption until `release`. `embed` turns captions into conditioning with it.

    Where `folder` holds NEGATIVE_FILE, the negative of "" is read from it."""

    def __init__(
        self,
        modality: Modality,
        conditioning: Mapping[str, tuple[int, ...]],
        folder: Path,
        load: Callable[[], Any],
        embed: Embed,
    ) -> None:
        self.modality, self.conditioning, self.folder = modality, dict(conditioning), folder
        self._load, self._embed = load, embed
        self._lock = threading.RLock()
        self._part: Any = None
        self._negatives: dict[str, dict[str, Tensor]] = {}

    @property
    def part(self) -> Any:
        """What reads captions, loaded now if it was not. Raises CheckpointError if it cannot be."""
        with self._lock:
            if self._part is None:
                self._part = self._load()
            return self._part

    @property
    def is_loaded(self) -> bool:
        return self._part is not None

    def release(self) -> None:
        """Drop the text encoder; the next caption loads it again. Negatives stay."""
        with self._lock:
            self._part = None

    @torch.no_grad()
    def encode(self, captions: Sequence[str], negative: bool = False) -> dict[str, Tensor]:
        """Conditioning of captions: name -> (N, ...). Raises CheckpointError if it is not of the declared shapes."""
        given = self._embed(self.part, list(captions), negative)
        self._check({name: tuple(value.shape[1:]) for name, value in given.items()}, "its text encoder gives")
        return given

    def negative(self, text: str) -> dict[str, Tensor]:
        """What guidance leads away from for a negative prompt: name -> (1, ...), kept for the next call."""
        with self._lock:
            if text not in self._negatives:
                if len(self._negatives) >= 16:
                    self._negatives.clear()
                saved = self.folder / NEGATIVE_FILE
                read = not text and saved.is_file()
                self._negatives[text] = self._read(saved) if read else self.encode([text], negative=True)
            return self._negatives[text]

    def save_negative(self, folder: Path | None = None) -> Path:
        """Write the negative of "" to `folder`, by default the decoder's own, so that it loads without a text encoder."""
        from safetensors.torch import save_file

        path = (folder or self.folder) / NEGATIVE_FILE
        kept = self.encode([""], negative=True)
        save_file({name: value.cpu().contiguous() for name, value in kept.items()}, path)
        return path

    def _read(self, path: Path) -> dict[str, Tensor]:
        from safetensors.torch import load_file

        kept = load_file(path)
        self._check({name: tuple(value.shape[1:]) for name, value in kept.items()}, f"{path} holds")
        return kept

    def _check(self, found: Mapping[str, tuple[int, ...]], what: str) -> None:
        if found != self.conditioning:
            raise CheckpointError(
                f"{self.modality} decoder: {what} {found}, the preset declares {self.conditioning}"
            )


class CaptionedDecoder(ABC):
    """What decoders share that hold a text side: what the preset declares, where they run, and their negatives.

    `conditioning` is checked here against `widths`, what the denoiser reads, and against what the text encoder gives once
    it reads; `defaults` has every option of the modality but negative_prompt."""

    modality: ClassVar[Modality]

    def __init__(
        self,
        device: torch.device,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        folder: Path,
        dtype: torch.dtype,
        widths: Mapping[str, Any],
    ) -> None:
        self.conditioning = {name: tuple(shape) for name, shape in conditioning.items()}
        self.defaults = dict(defaults)
        self._folder, self._dtype = folder, dtype
        self.device = device
        self._offload: str | None = None
        # Schedulers and caches keep the state of a run: one decoding at a time.
        self._lock = threading.Lock()
        check_declared(self.modality, self.conditioning, widths)
        self.text = TextSide(self.modality, self.conditioning, folder, self._load_text, self._read)

    @abstractmethod
    def _load_text(self) -> Any:
        """What reads captions."""

    @abstractmethod
    def _read(self, part: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        """Conditioning of captions, name -> (N, ...), by what `_load_text` gave."""

    @abstractmethod
    def _unprompted(self) -> dict[str, Tensor]:
        """The negative where no call names one, name -> (1, ...)."""

    def encode_text(self, captions: Sequence[str]) -> dict[str, Tensor]:
        """Conditioning of captions by the decoder's own text encoders: name -> (N, ...); masks bool, True = keep."""
        return self.text.encode(captions)

    def negative(self, options: Any, count: int) -> dict[str, Tensor]:
        """The conditioning guidance leads away from, name -> (N, ...): of options.negative_prompt where there is one."""
        text = getattr(options, "negative_prompt", None)
        kept = self._unprompted() if text is None else self.text.negative(text)
        return {name: value.expand(count, *value.shape[1:]) for name, value in kept.items()}


def no_text_side(folder: Path, part: str) -> CheckpointError:
    """The error to raise where the files of what reads captions are missing."""
    return CheckpointError(
        f"{folder}: holds no {part}, which captions and negative prompts need; a projector's conditioning does without"
    )


def token_ids(tokenizer: Any, captions: Sequence[str], length: int) -> tuple[Tensor, Tensor]:
    """Ids and mask (N, L) int64 of captions, `length` each: begin, words, end, padding. What is too long loses words, never
    its end.

    Begin and end are put by hand where the tokenizer does not put them itself."""
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    pad = end if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    ids = torch.full((len(captions), length), pad)
    mask = torch.zeros((len(captions), length), dtype=torch.long)
    for row, caption in enumerate(captions):
        words = tokenizer(caption, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        line = [begin, *words[: length - 2], end]
        ids[row, : len(line)] = torch.tensor(line)
        mask[row, : len(line)] = 1
    return ids, mask


def clip_states(pipe: Any, captions: Sequence[str], length: int) -> dict[str, Tensor]:
    """sequence (N, L, C) of captions, by a pipeline's CLIP."""
    ids_NL, _ = token_ids(pipe.tokenizer, captions, length)
    return {"sequence": pipe.text_encoder(input_ids=ids_NL.to(pipe.text_encoder.device)).last_hidden_state}


def t5_states(tokenizer: Any, text_encoder: Any, captions: list[str], length: int) -> dict[str, Tensor]:
    """sequence (N, L, C) and mask (N, L) bool of captions, by a T5 with its end token; zeros where the mask is False."""
    tokens = tokenizer(
        captions, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
    )
    mask_NL = tokens.attention_mask.to(text_encoder.device)
    states_NLC = text_encoder(tokens.input_ids.to(text_encoder.device), attention_mask=mask_NL)[0]
    return {"sequence": states_NLC * mask_NL[..., None].to(states_NLC.dtype), "mask": mask_NL.bool()}
