"""Sounds by transformers' MusicgenForConditionalGeneration, which holds the weights of AudioCraft's MusicGen and AudioGen.

Conditioning enters as the text encoder's output. Shape letters: N items, L positions, C width of the text encoder,
R rows of code (items and their negatives, a codebook each), V codes.
Source: J. Copet et al., "Simple and Controllable Music Generation", 2023, arXiv:2306.05284; F. Kreuk et al., "AudioGen:
Textually Guided Audio Generation", 2022, arXiv:2209.15352.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from anygen.core.devices import module_bytes
from anygen.core.errors import CheckpointError, ConfigError, shown
from anygen.core.library_logging import quiet_libraries
from anygen.core.modality import AUDIO
from anygen.core.saved_models import check_saved, one_sentence, read_mapping
from anygen.decoders.base import (
    OnStep,
    check_conditioning,
    check_finite,
    check_seconds,
    chosen,
)
from anygen.decoders.text_conditioning import CaptionedDecoder, no_text_side, t5_states
from anygen.media import Audio

CLASS = "MusicgenForConditionalGeneration"


class MusicGen(CaptionedDecoder):
    """conditioning: {"sequence": (L, C), "mask": (L,)} of T5, zeros where the mask is False. Length in seconds.

    It writes codes one frame after the other, so a step is a frame and num_inference_steps is refused. Each item samples
    its codes from its own generator. Guidance leads away from nothing at all, or from a negative prompt where a call has
    one. `defaults` has seconds and guidance_scale, and may have temperature and top_k (a whole number, 0 for all)."""

    modality = AUDIO
    offloads = ("model",)

    def __init__(
        self,
        model: Any,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        folder: Path,
        dtype: torch.dtype,
    ) -> None:
        self.model = model
        widths = {"sequence": model.config.text_encoder.hidden_size, "mask": None}
        super().__init__(model.device, conditioning, defaults, folder, dtype, widths)

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        dtype: torch.dtype = torch.float32,
    ) -> MusicGen:
        """Load the model saved in `folder`, its text encoder left for the first caption.

        Raises CheckpointError for another class or another conditioning."""
        folder = Path(folder)
        index = folder / "config.json"
        if not index.is_file():
            raise CheckpointError(
                f"{index}: no such file; a folder saved by transformers' {CLASS} is expected"
            )
        found = read_mapping(index, f"a config of transformers' {CLASS}").get("architectures")
        if found != [CLASS]:
            raise CheckpointError(f"{index}: holds a model of {shown(found)}; a {CLASS} is expected")
        check_saved(folder)
        with (
            quiet_libraries("transformers"),
            one_sentence(f"{folder}: is no whole {CLASS} that transformers can load"),
        ):
            from transformers import GenerationConfig, MusicgenConfig, MusicgenForConditionalGeneration

            # Read here: transformers would give it the text encoder below as one of its settings.
            generation = None
            if (folder / "generation_config.json").is_file():
                generation = GenerationConfig.from_pretrained(folder, local_files_only=True)
            config = MusicgenConfig.from_pretrained(folder, local_files_only=True)
            model = MusicgenForConditionalGeneration.from_pretrained(
                folder,
                config=config,
                text_encoder=_no_text_encoder(config.text_encoder),
                generation_config=generation,
                use_safetensors=True,
                local_files_only=True,
                dtype=dtype,
            )
        # `_Sampler` chooses every code, so generate() itself is greedy and unguided.
        model.generation_config.update(
            do_sample=False, guidance_scale=1.0, temperature=None, top_k=None, top_p=None
        )
        return cls(model.eval().requires_grad_(False), conditioning, defaults, folder, dtype)

    @property
    def text_encoder(self) -> nn.Module:
        return self.text.part[1]

    def _load_text(self) -> tuple[Any, nn.Module]:
        """The tokenizer and the text encoder, which lies among the model's weights."""
        # transformers would make up an empty one.
        if not (self._folder / "tokenizer_config.json").is_file():
            raise no_text_side(self._folder, "tokenizer")
        with quiet_libraries("transformers"):
            from transformers import AutoTokenizer, T5EncoderModel

            tokenizer = AutoTokenizer.from_pretrained(
                self._folder, trust_remote_code=False, local_files_only=True
            )
            text_encoder: Any = T5EncoderModel.from_pretrained(
                self._folder,
                config=self.model.config.text_encoder,
                key_mapping={r"^text_encoder\.": ""},
                use_safetensors=True,
                local_files_only=True,
                dtype=self._dtype,
            )
        return tokenizer, text_encoder.to(
            self.device if self._offload is None else "cpu"
        ).eval().requires_grad_(False)

    def place(self, device: torch.device, offload: str | None = None) -> None:
        """Run on `device`; with `offload` "model", wait on the CPU between sounds, where captions are read too."""
        with self._lock:
            self.model.to("cpu" if offload else device)
            self.device, self._offload = device, offload
            self.text.release()

    def num_bytes(self) -> int:
        return module_bytes([self.model, *([self.text.part[1]] if self.text.is_loaded else [])])

    def _read(self, part: tuple[Any, Any], captions: list[str], negative: bool) -> dict[str, Tensor]:
        """By the model's own T5; a caption longer than L is cut."""
        return t5_states(*part, captions, self.conditioning["sequence"][0])

    def _unprompted(self) -> dict[str, Tensor]:
        return {name: torch.zeros(1, *shape) for name, shape in self.conditioning.items()}

    @torch.no_grad()
    def decode(
        self,
        conditioning: Mapping[str, Tensor],
        options: Any,
        generators: Sequence[torch.Generator],
        on_step: OnStep | None = None,
    ) -> list[Any]:
        """One sound an item from conditioning (N, ...); see Decoder.decode."""
        count = check_conditioning(conditioning, self.conditioning, AUDIO, generators)
        num_samples, num_steps = self._length(options)
        guidance = float(chosen(options, self.defaults, "guidance_scale"))
        sides = [conditioning, self.negative(options, count)] if guidance > 1 else [conditioning]
        device = self.device
        sequence_NLC = torch.cat([each["sequence"].to(device, self.model.dtype) for each in sides])
        mask_NL = torch.cat([each["mask"].to(device, torch.long) for each in sides])
        sampler = _Sampler(
            generators,
            guidance,
            float(self.defaults.get("temperature", 1)),
            int(self.defaults.get("top_k", 250)),
            None if on_step is None else lambda step: on_step(step, num_steps),
        )
        with self._lock:
            try:
                self.model.to(device)
                waves = self._generate(sequence_NLC, mask_NL, num_steps, sampler)[:count]
            finally:
                if self._offload is not None:
                    self.model.to("cpu")
        made = waves.float().cpu().numpy()[..., :num_samples]
        check_finite(made, AUDIO)
        rate = int(self.model.config.audio_encoder.sampling_rate)
        mono = made.shape[1] == 1
        return [Audio(np.clip(item[0] if mono else item, -1, 1), rate) for item in made]

    def _generate(self, sequence_NLC: Tensor, mask_NL: Tensor, num_steps: int, sampler: _Sampler) -> Tensor:
        """Waveforms (N, channels, samples), of the items and then of their negatives, which say the same codes."""
        from transformers import LogitsProcessorList
        from transformers.modeling_outputs import BaseModelOutput

        return self.model.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=sequence_NLC),
            attention_mask=mask_NL,
            max_new_tokens=num_steps,
            logits_processor=LogitsProcessorList([sampler]),
        )

    def _length(self, options: Any) -> tuple[int, int]:
        """Samples a channel, and steps. Raises ConfigError for a length it cannot make."""
        if getattr(options, "num_inference_steps", None) is not None:
            raise ConfigError(
                f"audio.num_inference_steps is {options.num_inference_steps}; this decoder takes as many steps as its sound "
                "has frames: none is accepted"
            )
        config = self.model.config
        frame_rate = config.audio_encoder.frame_rate
        # Codebooks start one frame after the other; both channels of a codebook start together.
        delays = config.decoder.num_codebooks // config.decoder.audio_channels - 1
        seconds = float(chosen(options, self.defaults, "seconds"))
        most = (config.decoder.max_position_embeddings - delays - 1) / frame_rate
        check_seconds(seconds, max(1, delays) / frame_rate, most)
        frames = math.ceil(round(seconds * frame_rate, 6))
        return int(seconds * config.audio_encoder.sampling_rate), frames + delays


class _Sampler:
    """Chooses the next code of each row and leaves it alone above -inf: a logits processor of transformers.

    Rows are the codebooks of item after item, and then those of their negatives where there is guidance."""

    def __init__(
        self,
        generators: Sequence[torch.Generator],
        guidance: float,
        temperature: float,
        top_k: int,
        on_step: Callable[[int], None] | None,
    ) -> None:
        self.generators, self.guidance, self.on_step = list(generators), guidance, on_step
        self.temperature, self.top_k = temperature, top_k
        self.step = 0

    def __call__(self, input_ids: Tensor, scores_RV: Tensor) -> Tensor:
        wanted_RV = scores_RV
        if self.guidance > 1:
            towards_RV, away_RV = scores_RV.chunk(2)
            wanted_RV = away_RV + (towards_RV - away_RV) * self.guidance
        wanted_RV = wanted_RV / self.temperature
        if 0 < self.top_k < wanted_RV.shape[-1]:
            least_R1 = wanted_RV.topk(self.top_k).values[:, -1:]
            wanted_RV = wanted_RV.masked_fill(wanted_RV < least_R1, -math.inf)
        chances_RV = wanted_RV.softmax(-1)
        picked_R1 = torch.cat(
            [
                torch.multinomial(chances.to(generator.device), 1, generator=generator).to(scores_RV.device)
                for chances, generator in zip(
                    chances_RV.chunk(len(self.generators)), self.generators, strict=True
                )
            ]
        )
        picked_R1 = picked_R1.repeat(len(scores_RV) // len(picked_R1), 1)
        self.step += 1
        if self.on_step is not None:
            self.on_step(self.step)
        return torch.full_like(scores_RV, -math.inf).scatter(1, picked_R1, 0.0)


def _no_text_encoder(config: Any) -> Any:
    """What stands in the model's place for the text encoder: its config, and nothing that has weights."""
    from transformers import PreTrainedModel

    class NoTextEncoder(PreTrainedModel):
        config_class = type(config)

        def get_input_embeddings(self) -> None:  # type: ignore[override]
            return None

        def get_output_embeddings(self) -> None:
            return None

    return NoTextEncoder(config)
