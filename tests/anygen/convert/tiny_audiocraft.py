"""AudioCraft's published form in miniature: configs as hydra composes them, and the two files of a golden model."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from torch import Tensor

sys.path.append(str(Path(__file__).parents[1]))

from tiny_pipelines import t5_tokenizer

GOLDEN = Path(os.environ.get("ANYGEN_GOLDEN", Path(__file__).parents[2] / "golden"))
NAME = "golden_audiocraft_tiny"
KINDS = ("musicgen", "audiogen")
CAPTIONS = ("rain on a roof of tin", "a dog")
SECONDS = 0.2
GUIDANCES = (1.0, 3.0)
LENGTH, WIDTH = 32, 16
"""Positions and width of the tiny T5."""
TINY_T5 = "tiny-t5"

# What audiocraft 1.3.0 documents (config/solver, config/model, config/conditioner of its sources), but for training.
CODEC_YAML = """
solver: compression
sample_rate: {rate}
channels: 1
compression_model: encodec
encodec:
  autoencoder: seanet
  quantizer: rvq
  sample_rate: ${{sample_rate}}
  channels: ${{channels}}
  causal: false
  renormalize: false
seanet:
  dimension: {dimension}
  channels: ${{channels}}
  causal: ${{encodec.causal}}
  n_filters: {filters}
  n_residual_layers: 1
  ratios: {ratios}
  activation: ELU
  activation_params: {{alpha: 1.0}}
  norm: weight_norm
  norm_params: {{}}
  kernel_size: 7
  residual_kernel_size: 3
  last_kernel_size: 7
  dilation_base: 2
  pad_mode: constant
  true_skip: true
  compress: 2
  lstm: 2
  disable_norm_outer_blocks: 0
  decoder: {{trim_right_ratio: 1.0, final_activation: null, final_activation_params: null}}
  encoder: {{}}
rvq:
  n_q: 4
  q_dropout: false
  bins: {card}
  decay: 0.99
  kmeans_init: true
  kmeans_iters: 50
  threshold_ema_dead_code: 2
  orthogonal_reg_weight: 0.0
  orthogonal_reg_active_codes_only: false
no_quant: {{}}
"""
LM_YAML = """
solver: {kind}
sample_rate: {rate}
channels: 1
lm_model: transformer_lm
codebooks_pattern:
  modeling: delay
  delay: {{delays: [0, 1, 2, 3], flatten_first: 0, empty_initial: 0}}
  unroll: {{flattening: [0, 1, 2, 3], delays: [0, 0, 0, 0]}}
  music_lm: {{group_by: 2}}
  coarse_first: {{delays: [0, 0, 0]}}
transformer_lm:
  dim: {dim}
  num_heads: {num_heads}
  num_layers: {num_layers}
  hidden_scale: 4
  n_q: 4
  card: {card}
  dropout: 0.0
  emb_lr: null
  activation: gelu
  norm_first: true
  bias_ff: false
  bias_attn: false
  bias_proj: false
  past_context: null
  causal: true
  custom: false
  memory_efficient: true
  attention_as_float32: false
  layer_scale: null
  positional_embedding: sin
  xpos: false
  checkpointing: none
  weight_init: gaussian
  depthwise_init: current
  zero_bias_init: true
  norm: layer_norm
  cross_attention: false
  qk_layer_norm: false
  qk_layer_norm_cross: false
  attention_dropout: null
  kv_repeat: 1
  two_step_cfg: false
classifier_free_guidance: {{training_dropout: 0.1, inference_coef: 3.0}}
attribute_dropout: {{}}
fuser:
  cross_attention_pos_emb: false
  cross_attention_pos_emb_scale: 1
  sum: []
  prepend: []
  cross: [description]
  input_interpolate: []
conditioners:
  description:
    model: t5
    t5: {{name: {t5}, finetune: false, word_dropout: 0.0, normalize_text: false}}
dataset: {{segment_duration: {seconds}}}
"""
RATES = {"musicgen": (32000, [8, 5, 4, 4]), "audiogen": (16000, [8, 5, 4, 2])}
SEGMENTS = {"musicgen": 30, "audiogen": 10}


def codec_yaml(kind: str, filters: int = 2, dimension: int = 8, card: int = 32) -> str:
    rate, ratios = RATES[kind]
    return CODEC_YAML.format(rate=rate, ratios=ratios, filters=filters, dimension=dimension, card=card)


def lm_yaml(
    kind: str,
    dim: int = 24,
    num_heads: int = 2,
    num_layers: int = 2,
    card: int = 32,
    t5: str = TINY_T5,
) -> str:
    return LM_YAML.format(
        kind=kind,
        rate=RATES[kind][0],
        dim=dim,
        num_heads=num_heads,
        num_layers=num_layers,
        card=card,
        t5=t5,
        seconds=SEGMENTS[kind],
    )


def changed(text: str, name: str, value: Any) -> str:
    """A config with one setting changed, or taken away where `value` is ..."""
    values = yaml.safe_load(text)
    *path, last = name.split(".")
    inner = values
    for each in path:
        inner = inner.setdefault(each, {})
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return yaml.safe_dump(values, sort_keys=False)


def t5_config() -> Any:
    from transformers import T5Config

    return T5Config(
        vocab_size=64, d_model=WIDTH, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
        relative_attention_num_buckets=8,
    )  # fmt: skip


def golden(kind: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays recorded of one model, without the kind in front, and its two configs."""
    with np.load(GOLDEN / f"{NAME}.npz") as file:
        prefix = f"{kind}/"
        arrays = {name.removeprefix(prefix): file[name] for name in file.files if name.startswith(prefix)}
    return arrays, json.loads((GOLDEN / f"{NAME}.json").read_text())[kind]


def part(arrays: dict[str, np.ndarray], prefix: str, dtype: torch.dtype) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): torch.from_numpy(value).to(dtype)
        for name, value in arrays.items()
        if name.startswith(prefix)
    }


def write_published(folder: Path, kind: str) -> Path:
    """The golden model's two files as AudioCraft exports them, the language model at half precision, and its T5 beside them:
    `folder`/TINY_T5."""
    from transformers import T5EncoderModel

    arrays, configs = golden(kind)
    folder.mkdir(parents=True, exist_ok=True)
    for name, file, dtype in (
        ("lm", "state_dict.bin", torch.float16),
        ("codec", "compression_state_dict.bin", torch.float32),
    ):
        state = part(arrays, f"weights/{name}/", dtype)
        values = {"best_state": state, "xp.cfg": configs[name], "version": "1.3.0", "exported": True}
        torch.save(values, folder / file)
    model = T5EncoderModel(t5_config())
    model.load_state_dict(part(arrays, "weights/t5/", torch.float32), strict=False)
    model.save_pretrained(folder / TINY_T5)
    t5_tokenizer(LENGTH).save_pretrained(folder / TINY_T5)
    return folder
