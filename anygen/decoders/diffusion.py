"""What the decoders over diffusers pipelines share: loading without the text side, guidance, and a step callback."""

from __future__ import annotations

import inspect
import threading
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from anygen.core.devices import OFFLOADS, module_bytes
from anygen.decoders.base import (
    OnStep,
    check_conditioning,
    check_finite,
    chosen,
    load_pipe,
)
from anygen.decoders.text_conditioning import CaptionedDecoder, no_text_side


class PipelineDecoder(CaptionedDecoder):
    """Holds one pipeline without its text side, and that side apart. A subclass names the pipeline and its arguments,
    reads captions its way, and turns arrays into media."""

    pipeline_name: ClassVar[str]
    takes: ClassVar[Mapping[str, str]]
    """Conditioning name -> the pipeline's argument for it; that of its negative is the same behind "negative_"."""
    text_parts: ClassVar[tuple[str, ...]] = ("tokenizer", "text_encoder")
    """Components that only read captions."""
    offloads: ClassVar[tuple[str, ...]] = OFFLOADS
    waits_whole: ClassVar[bool] = False
    """Whether offloading by "model" moves the whole pipeline over to draw, because it cannot be done part by part."""
    preset_arguments: ClassVar[tuple[str, ...]] = ()
    """Arguments of the pipeline that a preset may set among its defaults; no call varies them."""

    def __init__(
        self,
        pipe: Any,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        folder: Path,
        dtype: torch.dtype,
    ) -> None:
        self.pipe = pipe
        # One reading at a time where text encoders come and go for it.
        self._reading = threading.Lock()
        widths = dict.fromkeys(self.takes) | self._widths()
        super().__init__(pipe.device, conditioning, defaults, folder, dtype, widths)

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        dtype: torch.dtype = torch.float32,
    ) -> PipelineDecoder:
        """Load the pipeline saved in `folder`, its text side left for the first caption.

        Raises CheckpointError for another class or another conditioning."""
        folder = Path(folder)
        parts = cls.components(folder) | dict.fromkeys(cls.text_parts)
        pipe = load_pipe(cls.pipeline_name, folder, dtype, **parts)
        for name, stand_in in cls.stand_ins(dtype).items():
            setattr(pipe, name, stand_in)
        return cls(pipe, conditioning, defaults, folder, dtype)

    @classmethod
    def components(cls, folder: Path) -> dict[str, Any]:
        """Parts given to the pipeline in place of saved ones."""
        return {}

    @classmethod
    def stand_ins(cls, dtype: torch.dtype) -> dict[str, Any]:
        """Objects in the place of text parts, where the pipeline asks them for their type even when given embeddings."""
        return {}

    @property
    def text_encoder(self) -> nn.Module:
        """The module that reads captions, or all of them where there are several."""
        parts = {name: getattr(self.text.part, name) for name in self.text_parts}
        modules = {name: part for name, part in parts.items() if isinstance(part, nn.Module)}
        return next(iter(modules.values())) if len(modules) == 1 else nn.ModuleDict(modules)

    def _load_text(self) -> Any:
        """A second pipeline, which shares all but the text parts with the first."""
        missing = [name for name in self.text_parts if not (self._folder / name).is_dir()]
        if missing:
            raise no_text_side(self._folder, missing[0])
        held = {name: part for name, part in self.pipe.components.items() if name not in self.text_parts}
        parts = self.components(self._folder) | held
        return load_pipe(self.pipeline_name, self._folder, self._dtype, **parts)

    def place(self, device: torch.device, offload: str | None = None) -> None:
        """Run on `device`; `offload` "model" and "sequential" are diffusers' ways to wait on the CPU. See Decoder.place."""
        with self._lock:
            if self._offload is not None:
                self.pipe.remove_all_hooks()
            if offload is not None:
                # accelerate's hooks look at a first parameter; what has none (Griffin-Lim) stays on the device.
                held = self.pipe.components.items()
                modules = {name: each for name, each in held if isinstance(each, nn.Module)}
                bare = [name for name, each in modules.items() if next(each.parameters(), None) is None]
                self.pipe._exclude_from_cpu_offload = [*type(self.pipe)._exclude_from_cpu_offload, *bare]
            if offload == "model" and self.waits_whole:
                self.pipe.to("cpu")
            elif offload == "model":
                self.pipe.enable_model_cpu_offload(device=device)
            elif offload == "sequential":
                self.pipe.enable_sequential_cpu_offload(device=device)
            else:
                self.pipe.to(device)
            self.device, self._offload = device, offload
            # Its pipeline shares the parts that were just moved.
            self.text.release()

    def num_bytes(self) -> int:
        held = list(self.pipe.components.values())
        if self.text.is_loaded:
            held += self._text_modules(self.text.part)
        return module_bytes(held)

    def _text_modules(self, pipe: Any) -> list[nn.Module]:
        parts = [getattr(pipe, name) for name in self.text_parts]
        return [part for part in parts if isinstance(part, nn.Module)]

    def _read(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        """Captions, by text encoders beside the rest; where that waits on the CPU, they come for each reading."""
        modules = self._text_modules(pipe)
        waits = self._offload is not None
        with self._reading if waits else nullcontext():
            try:
                for module in modules:
                    module.to(self.device)
                return self._embed(pipe, captions, negative)
            finally:
                for module in modules if waits else ():
                    module.to("cpu")

    def _unprompted(self) -> dict[str, Tensor]:
        """The negative where no call names one: what the pipeline itself would use."""
        return self.text.negative("")

    def _is_guided(self, options: Any) -> bool:
        return float(chosen(options, self.defaults, "guidance_scale")) > 1

    def decode(
        self,
        conditioning: Mapping[str, Tensor],
        options: Any,
        generators: Sequence[torch.Generator],
        on_step: OnStep | None = None,
    ) -> list[Any]:
        """One medium an item from conditioning (N, ...); see Decoder.decode."""
        count = check_conditioning(conditioning, self.conditioning, self.modality, generators)
        steps = int(chosen(options, self.defaults, "num_inference_steps"))
        call = {
            **self._named(conditioning, ""),
            "num_inference_steps": steps,
            "guidance_scale": float(chosen(options, self.defaults, "guidance_scale")),
            "generator": list(generators),
            **{name: self.defaults[name] for name in self.preset_arguments if name in self.defaults},
            **self._arguments(options),
        }
        if self._is_guided(options):
            call |= self._named(self.negative(options, count), "negative_")
        report = (lambda step: None) if on_step is None else (lambda step: on_step(step, steps))
        with self._lock:
            comes_whole = self.waits_whole and self._offload == "model"
            if comes_whole:
                self.pipe.to(self.device)
            try:
                made = np.asarray(self.pipe(**call, **_watched(self.pipe, report), output_type="np")[0])
            finally:
                if comes_whole:
                    self.pipe.to("cpu")
        check_finite(made, self.modality)
        return [self._medium(item, options) for item in made]

    def _named(self, values: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
        """Conditioning as the pipeline's arguments, in its type; a mask stays one."""
        types = {name: torch.bool if name == "mask" else self.pipe.dtype for name in values}
        return {
            prefix + self.takes[name]: value.to(self.device, types[name]) for name, value in values.items()
        }

    def _widths(self) -> dict[str, Any]:
        """Conditioning name -> the width the denoiser reads, where its config tells."""
        return {}

    @abstractmethod
    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        """What the whole pipeline makes of captions: name -> (N, ...)."""

    @abstractmethod
    def _arguments(self, options: Any) -> dict[str, Any]:
        """The pipeline's arguments for size and length. Raises ConfigError for one it cannot make."""

    @abstractmethod
    def _medium(self, item: np.ndarray, options: Any) -> Any:
        """One item's array as a medium."""


def _watched(pipe: Any, report: Callable[[int], None]) -> dict[str, Any]:
    """The arguments that make a pipeline report its steps, from 1: there is an old way and a new one."""

    def at_end(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        report(index + 1)
        return tensors

    def after_step(index: int, timestep: Any, latents: Tensor) -> None:
        report(index + 1)

    if "callback_on_step_end" in inspect.signature(pipe.__call__).parameters:
        return {"callback_on_step_end": at_end}
    return {"callback": after_step}


def to_uint8(values: np.ndarray) -> np.ndarray:
    """[0, 1] float -> 0 to 255 uint8, of the same shape."""
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)
