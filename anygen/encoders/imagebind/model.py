"""ImageBind: towers of one shape for six modalities, whose features share one space.

Names and shapes of the weights are those of Meta's imagebind_huge; the numbers come from ImageBindConfig.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from anygen.core.atomic import write_files
from anygen.core.errors import CheckpointError, ConfigError, MediaError
from anygen.core.modality import AUDIO, DEPTH, IMAGE, IMU, TEXT, THERMAL, VIDEO, Modality
from anygen.core.safetensors_header import check_weights
from anygen.core.saved_models import one_sentence, read_mapping
from anygen.encoders.imagebind import preprocess
from anygen.encoders.imagebind.config import (
    GridTowerConfig,
    ImageBindConfig,
    ImageBindSettings,
    ImuTowerConfig,
    VisionTowerConfig,
)
from anygen.encoders.imagebind.heads import FlatHead, TextHead, class_head, postprocessor
from anygen.encoders.imagebind.layers import Trunk
from anygen.encoders.imagebind.stems import (
    ConvGridStem,
    ConvVisionStem,
    GridStem,
    ImuStem,
    TextStem,
    VisionStem,
    conv_grid,
)
from anygen.encoders.imagebind.tokenizer import ClipTokenizer

# N items, S pieces of one item, F features per item, E embedding width

logger = logging.getLogger(__name__)

CONFIG_NAME = "config.json"
WEIGHTS_NAME = "model.safetensors"
VOCABULARY_NAME = "bpe_simple_vocab_16e6.txt.gz"
"""CLIP's vocabulary under OpenAI's own name for it, which may lie beside the weights."""
TOWER_OF: dict[Modality, str] = {
    IMAGE: "vision",
    VIDEO: "vision",
    TEXT: "text",
    AUDIO: "audio",
    DEPTH: "depth",
    THERMAL: "thermal",
    IMU: "imu",
}
STEM_NAMES = {"audio": "rgbt_stem", "depth": "depth_stem", "thermal": "rgbt_stem"}
PREPARED = (IMAGE, AUDIO, VIDEO, DEPTH, THERMAL, IMU)
MEASURED = ("depth", "thermal", "imu")


class ImageBind(nn.Module):
    """The encoder of an ImageBindConfig, randomly initialised; only the towers it names are built.

    Licence: this code is anygen's; Meta's weights, which it can hold, are CC BY-NC-SA 4.0.
    """

    Settings = ImageBindSettings

    def __init__(self, config: ImageBindConfig) -> None:
        super().__init__()
        self.config = config
        self.tokenizer: ClipTokenizer | None = None
        self.modality_preprocessors = nn.ModuleDict()
        self.modality_trunks = nn.ModuleDict()
        self.modality_heads = nn.ModuleDict()
        self.modality_postprocessors = nn.ModuleDict()
        patches = config.output == "tokens"
        if config.vision is not None:
            self._add_vision(config.vision, patches)
        if config.text is not None:
            text = config.text
            self._add(
                "text",
                TextStem(text),
                Trunk(text.dim, text.blocks, text.heads, pre_norm=False, extra_key=False),
                TextHead(text.dim, config.embed_dim, text.end_id),
                postprocessor(text.logit_scale, learned=True),
            )
        for name in STEM_NAMES:
            grid = getattr(config, name)
            if grid is not None:
                self._add_grid(name, grid, patches)
        if config.imu is not None:
            self._add_imu(config.imu, patches)

    # What anygen's Encoder protocol asks for

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """The media it reads: image and video with the vision tower, each other one with its own."""
        return tuple(name for name in PREPARED if TOWER_OF[name] in self.config.towers)

    @property
    def feature_dim(self) -> int:
        return self.config.embed_dim

    @property
    def num_features(self) -> Mapping[Modality, int]:
        return {modality: self._num_features(TOWER_OF[modality]) for modality in self.modalities}

    def prepare(self, modality: Modality, media: object) -> Tensor:
        """One item as a float32 CPU tensor: image (3, H, W), audio (S, 1, mel bins, frames), video (S, 3, T, H, W),
        depth and thermal (1, H, W), IMU (6, T).

        Takes anygen's media (anything with their attributes). Raises MediaError for an empty item and for a modality this
        encoder does not prepare.
        """
        if modality not in self.modalities:
            raise MediaError(f"{modality}: this encoder prepares {', '.join(self.modalities)}")
        config = self.config
        if modality == IMAGE:
            return preprocess.prepare_image(media, config.image)
        if modality == AUDIO:
            return preprocess.prepare_audio(media, config.sound)
        if modality == DEPTH and config.depth is not None:
            return preprocess.prepare_depth(media, config.disparity, config.depth.height)
        if modality == THERMAL and config.thermal is not None:
            return preprocess.prepare_thermal(media, config.thermal.height)
        if modality == IMU and config.imu is not None:
            return preprocess.prepare_imu(media, config.motion, config.imu.length)
        return preprocess.prepare_video(media, config.image, config.video)

    @torch.no_grad()
    def encode(self, modality: Modality, prepared: Tensor) -> Tensor:
        """Stacked prepared items as features_NFE float32, in eval mode. Text takes token ids (N, L) int64."""
        if self.training:
            self.eval()
        return self.embed(TOWER_OF[modality], prepared.to(self._device))

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Texts as features_NFE float32, in the space of the media's: CLIP's tokens, a long text cut and its end token kept.

        Raises CheckpointError where the encoder has no text tower, or no vocabulary lay in its folder (VOCABULARY_NAME)."""
        if self.config.text is None:
            raise CheckpointError(f"text: not built; this encoder has {', '.join(self.config.towers)}")
        if self.tokenizer is None:
            raise CheckpointError(
                f"text: the encoder's folder holds no {VOCABULARY_NAME}; OpenAI's CLIP repository has it"
            )
        return self.encode(TEXT, self.tokenizer(list(texts), self.config.text.context_length))

    # The towers

    def embed(self, tower: str, inputs: Tensor) -> Tensor:
        """Features (N, F, E) of one tower's inputs, with gradient.

        The rank decides, as in Meta's: inputs of five axes or more are read (N, S, ...), and the features of the S pieces
        of each item are averaged after norm and scale. So (N, S, C, H, W) are sets of still images, and clips
        have six axes: (N, S, C, T, H, W). Raises ValueError for a tower that was not built.
        """
        if tower not in self.config.towers:
            raise ValueError(f"{tower}: not built; this encoder has {', '.join(self.config.towers)}")
        if inputs.ndim < 5:
            return self._embed_pieces(tower, inputs)
        features = self._embed_pieces(tower, inputs.flatten(0, 1))
        return features.unflatten(0, inputs.shape[:2]).mean(dim=1)

    def tokens(self, tower: str, inputs: Tensor) -> Tensor:
        """What leaves a tower's trunk, before the head: (N, L, D), class token first where there is one."""
        if inputs.is_floating_point():
            inputs = inputs.to(self.dtype)
        tokens_NLD = self.modality_preprocessors[tower](inputs)
        mask = None
        if tower == "text":
            length = inputs.shape[1]
            mask = self.modality_preprocessors["text"].get_buffer("mask")[:length, :length]
        return self.modality_trunks[tower](tokens_NLD, mask)

    def _embed_pieces(self, tower: str, inputs: Tensor) -> Tensor:
        tokens_NLD = self.tokens(tower, inputs)
        head = self.modality_heads[tower]
        features_NFE = head(tokens_NLD, inputs) if tower == "text" else head(tokens_NLD)
        norm_and_scale = self.modality_postprocessors[tower]
        is_scaled = self.config.scale_audio if tower == "audio" else self.config.scale_measurements
        if tower in ("audio", *MEASURED) and not is_scaled:
            norm_and_scale = norm_and_scale[:1]  # type: ignore[index]
        return norm_and_scale(features_NFE.float())

    @property
    def dtype(self) -> torch.dtype:
        """What the towers run at."""
        return next(self.modality_trunks.parameters()).dtype

    def at_precision(self, dtype: torch.dtype) -> ImageBind:
        """Itself, the towers at `dtype`; the norm and the scale that end them, and the features, stay at float32."""
        for parts in (self.modality_preprocessors, self.modality_trunks, self.modality_heads):
            parts.to(dtype)
        return self

    @property
    def _device(self) -> torch.device:
        return next(self.parameters()).device

    def _num_features(self, tower: str) -> int:
        if self.config.output == "embedding" or tower == "text":
            return 1
        stem = self.modality_preprocessors[tower]
        positions = stem.pos_embed if tower == "imu" else stem.get_submodule("pos_embedding_helper").pos_embed
        return int(positions.shape[1]) - 1  # type: ignore[index]

    # Building

    def _add(self, name: str, stem: nn.Module, trunk: nn.Module, head: nn.Module, post: nn.Module) -> None:
        self.modality_preprocessors[name] = stem
        self.modality_trunks[name] = trunk
        self.modality_heads[name] = head
        self.modality_postprocessors[name] = post

    def _add_vision(self, vision: VisionTowerConfig, patches: bool) -> None:
        conv = vision.conv_stem
        stem = VisionStem(vision) if conv is None else ConvVisionStem(vision, conv)
        side = 0 if conv is None else conv_grid(vision.image_size, conv.widths)
        head = self._head(vision.dim, vision.flat_dim, side * side, patches)
        trunk = Trunk(vision.dim, vision.blocks, vision.heads, pre_norm=True, extra_key=False)
        self._add("vision", stem, trunk, head, postprocessor(None))

    def _add_grid(self, name: str, grid: GridTowerConfig, patches: bool) -> None:
        conv = grid.conv_stem
        stem = GridStem(grid, STEM_NAMES[name]) if conv is None else ConvGridStem(grid, conv)
        cells = (
            0 if conv is None else conv_grid(grid.height, conv.widths) * conv_grid(grid.width, conv.widths)
        )
        head = self._head(grid.dim, grid.flat_dim, cells, patches)
        trunk = Trunk(grid.dim, grid.blocks, grid.heads, pre_norm=False, extra_key=True)
        self._add(name, stem, trunk, head, postprocessor(grid.logit_scale))

    def _add_imu(self, imu: ImuTowerConfig, patches: bool) -> None:
        trunk = Trunk(imu.dim, imu.blocks, imu.heads, pre_norm=False, extra_key=True)
        head = class_head(imu.dim, self.config.embed_dim, patches, imu.dropout)
        self._add("imu", ImuStem(imu), trunk, head, postprocessor(imu.logit_scale))

    def _head(self, dim: int, flat_dim: int | None, tokens: int, patches: bool) -> nn.Module:
        if flat_dim is None:
            return class_head(dim, self.config.embed_dim, patches)
        return FlatHead(dim, tokens, flat_dim, self.config.embed_dim)

    # Files

    def save_pretrained(self, folder: str | Path, dtype: torch.dtype = torch.float32) -> None:
        """Write config.json and model.safetensors, floating weights as `dtype` (float16 halves the file).

        Each file is written under another name and moved into place, so a reader never sees half of one.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        weights = {
            name: (value.to(dtype) if value.is_floating_point() else value).contiguous().cpu()
            for name, value in self.state_dict().items()
        }
        config = json.dumps(self.config.to_dict(), indent=1) + "\n"
        write_files([(folder / WEIGHTS_NAME, save(weights)), (folder / CONFIG_NAME, config.encode())])

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        settings: ImageBindSettings | None = None,
        modalities: Sequence[str] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> ImageBind:
        """Read a folder written by save_pretrained, as it is or as `settings` ask for it; eval, no gradient.

        With `modalities`, only the towers that read those, unless `settings` name towers. `dtype` is the precision of the
        towers; media are prepared and features come out at float32 whatever it is.

        Raises CheckpointError naming the weights that are missing, unexpected or of another shape.
        """
        folder = Path(folder)
        for name in (CONFIG_NAME, WEIGHTS_NAME):
            if not (folder / name).is_file():
                raise CheckpointError(f"{folder}: no {name}")
        check_weights(folder)
        saved = _saved_config(folder)
        config = cls.config_of(folder, settings, modalities)
        try:
            dropped = set(saved.towers) - set(config.towers)
            with safe_open(folder / WEIGHTS_NAME, framework="pt") as file:
                kept = [name for name in file.keys() if name.split(".")[1] not in dropped]  # noqa: SIM118
                weights = {name: file.get_tensor(name) for name in kept}
        except (UnicodeDecodeError, SafetensorError, IndexError) as error:
            raise CheckpointError(f"{folder / WEIGHTS_NAME}: cannot be read: {error}") from error
        with one_sentence(f"{folder / CONFIG_NAME}: no encoder can be built of it"):
            model = cls(config)
        model.load_weights(weights, source=str(folder / WEIGHTS_NAME))
        if config.text is not None and (folder / VOCABULARY_NAME).is_file():
            # Beside the merges: 256 bytes, the same ending a word, start and end.
            model.tokenizer = ClipTokenizer.from_file(folder / VOCABULARY_NAME, config.text.vocab_size - 514)
        return model.at_precision(dtype).eval().requires_grad_(False)

    @staticmethod
    def config_of(
        folder: Path, settings: ImageBindSettings | None = None, modalities: Sequence[str] | None = None
    ) -> ImageBindConfig:
        """What `from_pretrained` builds of a folder: the towers that are asked for, and no other."""
        saved = _saved_config(folder)
        config = saved if settings is None else saved.changed(settings)
        return config if settings is not None and settings.towers else _only(config, modalities)

    def load_weights(self, weights: Mapping[str, Tensor], source: str) -> None:
        """Copy weights in by name, each of the shape that the tower's own has. Raises CheckpointError, which names `source`,
        for one that is missing, unexpected or of another shape."""
        own = self.state_dict()
        problems = []
        for problem, names in (
            ("missing", own.keys() - weights.keys()),
            ("unexpected", weights.keys() - own.keys()),
        ):
            if names:
                problems.append(f"{problem} {_some(sorted(names))}")
        for name in sorted(own.keys() & weights.keys()):
            if own[name].shape != weights[name].shape:
                problems.append(f"{name} is {tuple(weights[name].shape)}, expected {tuple(own[name].shape)}")
        if problems:
            raise CheckpointError(f"{source}: {'; '.join(problems)}")
        self.load_state_dict({name: value.to(own[name].dtype) for name, value in weights.items()})
        logger.info("loaded %d weights from %s", len(weights), source)


def _saved_config(folder: Path) -> ImageBindConfig:
    file = folder / CONFIG_NAME
    values = read_mapping(file, "a config that save_pretrained wrote")
    try:
        return ImageBindConfig.from_dict(values)
    except ConfigError as error:
        raise CheckpointError(f"{file}: {error}") from error


def _only(config: ImageBindConfig, modalities: Sequence[str] | None) -> ImageBindConfig:
    """The towers that read `modalities`; what no tower here reads, the caller finds out."""
    wanted = {TOWER_OF.get(Modality(name)) for name in modalities or ()}
    kept = tuple(tower for tower in config.towers if tower in wanted)
    return config.only(kept) if kept else config


def _some(names: list[str], shown: int = 5) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")
