"""AudioCraft's configs as hydra composes them: what audiocraft 1.3.0 documents (config/ of its sources)."""

from __future__ import annotations

TINY_T5 = "tiny-t5"
SIZES = {
    "musicgen_small": {"dim": 1024, "num_heads": 16, "num_layers": 24, "t5": "t5-base"},
    "musicgen_medium": {"dim": 1536, "num_heads": 24, "num_layers": 48, "t5": "t5-base"},
    "musicgen_large": {"dim": 2048, "num_heads": 32, "num_layers": 48, "t5": "t5-base"},
    "audiogen_medium": {"dim": 1536, "num_heads": 24, "num_layers": 48, "t5": "t5-large"},
}
"""config/model/lm/model_scale and config/conditioner of the package's sources; cards of 2048, codecs of 64 filters."""

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


def configs(name: str) -> dict[str, str]:
    """The two configs of a published model as the package documents them."""
    kind = name.split("_")[0]
    return {
        "lm": lm_yaml(kind, card=2048, **SIZES[name]),
        "codec": codec_yaml(kind, filters=64, dimension=128, card=2048),
    }
