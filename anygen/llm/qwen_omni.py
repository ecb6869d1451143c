"""Qwen2.5-Omni's thinker: it reads pictures, sounds and clips by its own towers, and writes text. Its talker is not loaded.

The towers, and the rule that gives text, pictures and sounds their positions on three axes (TMRoPE; Xu et al., 2025), are
transformers' own. Clips are prepared here out of the picture processor, because transformers' video processor needs
torchvision: two frames go into each patch, where the processor puts one twice.

Shape letters: P patches, S places, D LLM width, T positions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image as PILImage
from torch import Tensor

from anygen.core.errors import ConfigError
from anygen.core.library_logging import quiet_libraries
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.core.saved_models import one_sentence
from anygen.llm.native_encoders import NativeFeatures
from anygen.media.resampling import mono_at

if TYPE_CHECKING:
    from anygen.llm.backbone import Backbone


@dataclass(frozen=True)
class QwenOmniSettings:
    """What of large media is read: pixels of a picture and of a frame, frames of a clip and how many a second, seconds."""

    image_pixels: int = 768 * 28 * 28
    frame_pixels: int = 256 * 28 * 28
    frames_per_second: float = 2.0
    num_frames: int = 32
    seconds: float = 120.0

    def __post_init__(self) -> None:
        for name in ("image_pixels", "frame_pixels", "frames_per_second", "seconds"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} is {getattr(self, name)}; a number above 0 is accepted")
        if self.num_frames < 2:
            raise ConfigError(f"num_frames is {self.num_frames}; 2 or more are accepted")


class QwenOmni:
    """The thinker's towers, and its rule for positions."""

    Settings = QwenOmniSettings
    lm_class = "Qwen2_5OmniThinkerForConditionalGeneration"
    every = (IMAGE, VIDEO, AUDIO)

    def __init__(
        self,
        backbone: Backbone,
        images: Any,
        sounds: Any,
        settings: QwenOmniSettings,
        modalities: Sequence[Modality] = every,
    ) -> None:
        """`modalities` are those of `every` that it is to read."""
        self.modalities = tuple(modalities)
        self.lm, self.images, self.sounds, self.settings = backbone.lm, images, sounds, settings
        config = self.lm.config
        self.marks: dict[Modality, tuple[int, int, int]] = {
            IMAGE: (config.vision_start_token_id, config.image_token_id, config.vision_end_token_id),
            VIDEO: (config.vision_start_token_id, config.video_token_id, config.vision_end_token_id),
            AUDIO: (config.audio_start_token_id, config.audio_token_id, config.audio_end_token_id),
        }

    @classmethod
    def from_pretrained(
        cls,
        folder: Path,
        backbone: Backbone,
        settings: QwenOmniSettings,
        modalities: Sequence[Modality] = every,
    ) -> QwenOmni:
        """With the processors that lie beside the model. Raises CheckpointError where there are none."""
        with quiet_libraries("transformers"):
            from transformers import AutoFeatureExtractor, AutoImageProcessor

            with one_sentence(f"{folder}: its processors cannot be loaded"):
                images, sounds = (
                    kind.from_pretrained(folder, trust_remote_code=False, local_files_only=True)  # type: ignore[no-untyped-call]
                    for kind in (AutoImageProcessor, AutoFeatureExtractor)
                )
        return cls(backbone, images, sounds, settings, modalities)

    @torch.no_grad()
    def encode(self, modality: Modality, media: Any) -> NativeFeatures:
        if modality == AUDIO:
            return self._hear(media)
        if modality == IMAGE:
            patches, grid = self._patches(media.pixels, self.settings.image_pixels)
            return self._see(IMAGE, patches, grid, {"image_grid_thw": grid})
        return self._watch(media)

    @torch.no_grad()
    def positions(self, ids: Sequence[int], media: Sequence[NativeFeatures]) -> Tensor:
        shapes: dict[str, list[Any]] = {}
        for each in media:
            for name, value in each.shape.items():
                shapes.setdefault(name, []).append(value)
        given: dict[str, Any] = {
            name: torch.cat(values) for name, values in shapes.items() if name != "second_per_grids"
        }
        if "second_per_grids" in shapes:
            given["second_per_grids"] = torch.tensor(shapes["second_per_grids"])
        ids_1T = torch.tensor([list(ids)])
        positions_A1T, _ = self.lm.get_rope_index(ids_1T, attention_mask=torch.ones_like(ids_1T), **given)
        return positions_A1T[:, 0].long()

    def _see(
        self, modality: Modality, patches: Tensor, grid: Tensor, shape: dict[str, Any]
    ) -> NativeFeatures:
        device = self.lm.device
        seen = self.lm.get_image_features(patches.to(device), grid.to(device), return_dict=True)
        return self._marked(modality, torch.cat(tuple(seen.pooler_output)), shape)

    def _watch(self, clip: Any) -> NativeFeatures:
        count = len(clip.frames)
        wanted = min(
            self.settings.num_frames, max(2, math.ceil(count / clip.fps * self.settings.frames_per_second))
        )
        # Two frames go into a patch.
        wanted += wanted % 2
        places = np.linspace(0, count - 1, wanted).round().astype(int)
        made = [self._patches(clip.frames[place], self.settings.frame_pixels) for place in places]
        grid = made[0][1].clone()
        grid[0, 0] = wanted // 2
        patches = torch.cat(
            [self._both(one, other) for (one, _), (other, _) in zip(made[::2], made[1::2], strict=True)]
        )
        seconds = float(places[-1] / clip.fps) / max(wanted - 1, 1) * 2
        return self._see(VIDEO, patches, grid, {"video_grid_thw": grid, "second_per_grids": seconds})

    def _both(self, one_P: Tensor, other_P: Tensor) -> Tensor:
        """Patches of two frames, in place of the patches of each put twice."""
        vision = self.lm.config.vision_config
        shape = (-1, vision.in_channels, vision.temporal_patch_size, vision.patch_size**2)
        one, other = one_P.reshape(shape), other_P.reshape(shape)
        return torch.stack((one[:, :, 0], other[:, :, 0]), dim=2).reshape(one_P.shape)

    def _patches(self, pixels: np.ndarray, most: int) -> tuple[Tensor, Tensor]:
        """A picture's patches (P, ...) and its grid (1, 3): times, rows, columns."""
        picture = PILImage.fromarray(pixels)
        if picture.width * picture.height > most:
            scale = math.sqrt(most / (picture.width * picture.height))
            size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
            picture = picture.resize(size, PILImage.Resampling.BICUBIC)
        made = self.images(images=picture, return_tensors="pt")
        return made["pixel_values"], made["image_grid_thw"]

    def _hear(self, sound: Any) -> NativeFeatures:
        rate = int(self.sounds.sampling_rate)
        samples = mono_at(sound, rate)[: int(self.settings.seconds * rate)]
        # Shorter than this, the tower's strides leave nothing.
        samples = np.pad(samples, (0, max(0, 8 * self.sounds.hop_length - len(samples))))
        made = self.sounds(
            samples, sampling_rate=rate, return_tensors="pt", return_attention_mask=True, padding="max_length"
        )
        mask = made["attention_mask"].to(self.lm.device)
        heard = self.lm.get_audio_features(
            made["input_features"].to(self.lm.device, self.lm.dtype),
            feature_attention_mask=mask,
            return_dict=True,
        )
        return self._marked(AUDIO, heard.last_hidden_state, {"audio_seqlens": mask.sum(-1).cpu()})

    def _marked(self, modality: Modality, features_SD: Tensor, shape: dict[str, Any]) -> NativeFeatures:
        begin, place, end = self.marks[modality]
        ids = (begin, *[place] * len(features_SD), end)
        return NativeFeatures(modality, ids, features_SD.detach(), 1, shape)
