"""The configs inside AudioCraft's files (YAML, as hydra composed it) as configs of transformers' classes.

audiocraft builds more models than transformers has: a setting that would make another one is refused by its name.
Source: audiocraft 1.3.0, models/builders.py and the signatures it calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from anygen.core.errors import CheckpointError, MachineError, shown

DESCRIPTION = "conditioners.description"
DECODER_SETTINGS: dict[str, tuple[Any, Any]] = {
    "fuser.cross": (["description"], None),
    "fuser.sum": ([], None),
    "fuser.prepend": ([], None),
    "fuser.input_interpolate": ([], None),
    "fuser.cross_attention_pos_emb": (False, False),
    f"{DESCRIPTION}.model": ("t5", None),
    f"{DESCRIPTION}.t5.finetune": (False, None),
    "codebooks_pattern.delay.flatten_first": (0, 0),
    "codebooks_pattern.delay.empty_initial": (0, 0),
    "transformer_lm.norm": ("layer_norm", "layer_norm"),
    "transformer_lm.norm_first": (True, False),
    "transformer_lm.activation": ("gelu", "relu"),
    "transformer_lm.bias_proj": (False, True),
    "transformer_lm.bias_ff": (False, True),
    "transformer_lm.bias_attn": (False, True),
    "transformer_lm.causal": (True, False),
    "transformer_lm.past_context": (None, None),
    "transformer_lm.layer_scale": (None, None),
    "transformer_lm.positional_embedding": ("sin", "sin"),
    "transformer_lm.positional_scale": (1, 1),
    "transformer_lm.max_period": (10000, 10000),
    "transformer_lm.qk_layer_norm": (False, False),
    "transformer_lm.qk_layer_norm_cross": (False, False),
    "transformer_lm.kv_repeat": (1, 1),
}
"""Setting -> what transformers' decoder is, and what audiocraft takes where the setting is absent."""

CODEC_SETTINGS: dict[str, tuple[Any, Any]] = {
    "compression_model": ("encodec", None),
    "encodec.autoencoder": ("seanet", None),
    "encodec.quantizer": ("rvq", None),
    "encodec.renormalize": (False, False),
    "encodec.channels": (1, None),
    "seanet.channels": (1, 1),
    "seanet.norm": ("weight_norm", "none"),
    "seanet.activation": ("ELU", "ELU"),
    "seanet.activation_params": ({"alpha": 1}, {"alpha": 1}),
    "seanet.disable_norm_outer_blocks": (0, 0),
    "seanet.decoder.final_activation": (None, None),
    "seanet.encoder": ({}, None),
}
DECODER_ONLY = {"trim_right_ratio", "final_activation", "final_activation_params"}
PADDINGS = ("constant", "reflect", "replicate")
MOST = 1 << 20
"""No size in a config is larger: a wrong one must not make a model that never ends."""


class Settings:
    """A checkpoint's config, asked by dotted names. `where` begins every sentence about it.

    Raises CheckpointError for a text that is no YAML, and for what is not there as it is asked for; MachineError where
    omegaconf is not installed."""

    def __init__(self, where: str, text: object) -> None:
        try:
            from omegaconf import OmegaConf
            from omegaconf.errors import OmegaConfBaseException
            from yaml import YAMLError
        except ImportError as error:
            raise MachineError(
                f"{where}: its config is read by omegaconf, which is not installed: pip install 'anygen[audiocraft]'"
            ) from error
        self.where = where
        self._library, self._error = OmegaConf, OmegaConfBaseException
        if not isinstance(text, str):
            raise CheckpointError(
                f"{where}: its xp.cfg is a {type(text).__name__}; YAML, as audiocraft exports it, is expected"
            )
        try:
            self._config = OmegaConf.create(text)
        except (OmegaConfBaseException, YAMLError, RecursionError) as error:
            raise CheckpointError(f"{where}: its xp.cfg is no YAML: {_line(error)}") from error

    def get(self, name: str, absent: Any = None) -> Any:
        """The value called `name`, references followed; `absent` where there is none."""
        try:
            value = self._library.select(self._config, name, default=absent)
            plain = self._library.is_config(value)
            return self._library.to_container(value, resolve=True) if plain else value
        except self._error as error:
            raise CheckpointError(f"{self.where}: its config has no {name}: {_line(error)}") from error

    def whole(self, name: str, absent: int | None = None) -> int:
        """A whole number from 1 to MOST."""
        value = self.get(name, absent)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
            raise CheckpointError(
                f"{self.where}: {name} is {shown(value)}; a whole number from 1 to {MOST} is expected"
            )
        return value

    def number(self, name: str, absent: float) -> float:
        """A finite number above 0; `absent` where there is none, or null."""
        value = self.get(name, absent)
        value = absent if value is None else value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 < value < math.inf:
            raise CheckpointError(f"{self.where}: {name} is {shown(value)}; a number above 0 is expected")
        return float(value)

    def must_be(self, accepted: Mapping[str, tuple[Any, Any]]) -> None:
        """Check each setting of `accepted` (DECODER_SETTINGS): the only value, and the one where it is absent."""
        for name, (only, absent) in accepted.items():
            value = self.get(name, absent)
            if value != only:
                raise CheckpointError(f"{self.where}: {name} is {shown(value)}; {only!r} is accepted")


def decoder_config(settings: Settings) -> Any:
    """MusicgenDecoderConfig of a language model. Raises CheckpointError for any but MusicGen and AudioGen of text alone."""
    from transformers import MusicgenDecoderConfig

    where = settings.where
    name = settings.get("lm_model")
    if name != "transformer_lm":
        kind = "MAGNeT" if name == "transformer_lm_magnet" else f"lm_model {shown(name)}"
        raise CheckpointError(f"{where}: is a {kind}; MusicGen and AudioGen (transformer_lm) are accepted")
    if settings.get("interleave_stereo_codebooks.use", False):
        raise CheckpointError(
            f"{where}: is a stereo model (interleave_stereo_codebooks); one of a single channel is accepted"
        )
    conditioners = settings.get("conditioners") or {}
    names = sorted(set(conditioners) - {"args"}) if isinstance(conditioners, Mapping) else []
    if names != ["description"]:
        heard = ", which listens to a melody" if "self_wav" in names else ""
        raise CheckpointError(
            f"{where}: is conditioned by {', '.join(map(str, names)) or 'nothing'}{heard}; "
            "a model conditioned by description (text) alone is accepted"
        )
    settings.must_be(DECODER_SETTINGS)
    num_codebooks = settings.whole("transformer_lm.n_q")
    if num_codebooks > 64:
        raise CheckpointError(f"{where}: transformer_lm.n_q is {num_codebooks}; at most 64 are accepted")
    _check_pattern(settings, num_codebooks)
    dim, card = settings.whole("transformer_lm.dim"), settings.whole("transformer_lm.card")
    return MusicgenDecoderConfig(
        vocab_size=card,
        hidden_size=dim,
        num_hidden_layers=_layers(settings, "transformer_lm.num_layers"),
        num_attention_heads=settings.whole("transformer_lm.num_heads", 8),
        ffn_dim=int(settings.whole("transformer_lm.hidden_scale", 4) * dim),
        num_codebooks=num_codebooks,
        activation_function="gelu",
        pad_token_id=card,
        bos_token_id=card,
    )


def codec_config(settings: Settings) -> Any:
    """EncodecConfig of a compression model. Raises CheckpointError for one that transformers' EnCodec is not."""
    from transformers import EncodecConfig

    settings.must_be(CODEC_SETTINGS)
    others = sorted(set(settings.get("seanet.decoder") or {}) - DECODER_ONLY)
    if others:
        raise CheckpointError(
            f"{settings.where}: seanet.decoder sets {', '.join(map(str, others))}; encoder and decoder alike are accepted"
        )
    ratios = settings.get("seanet.ratios", [8, 5, 4, 2])
    is_list = isinstance(ratios, list) and 1 <= len(ratios) <= 16
    if not is_list or not all(isinstance(each, int) and 1 <= each <= 1024 for each in ratios):
        raise CheckpointError(
            f"{settings.where}: seanet.ratios is {shown(ratios)}; up to 16 whole numbers are expected"
        )
    rate, hop = settings.whole("encodec.sample_rate"), math.prod(ratios)
    if rate % hop:
        raise CheckpointError(
            f"{settings.where}: a frame of {hop} samples does not divide its {rate} samples a second; a whole number of "
            "frames a second is accepted"
        )
    padding = settings.get("seanet.pad_mode", "reflect")
    if padding not in PADDINGS:
        raise CheckpointError(
            f"{settings.where}: seanet.pad_mode is {shown(padding)}; {', '.join(PADDINGS)} are accepted"
        )
    bins, num_codebooks = settings.whole("rvq.bins", 1024), settings.whole("rvq.n_q", 8)
    return EncodecConfig(
        target_bandwidths=[_bandwidth(num_codebooks, rate // hop, bins)],
        sampling_rate=rate,
        audio_channels=1,
        normalize=False,
        hidden_size=settings.whole("seanet.dimension", 128),
        num_filters=settings.whole("seanet.n_filters", 32),
        num_residual_layers=_layers(settings, "seanet.n_residual_layers", 3),
        upsampling_ratios=ratios,
        norm_type="weight_norm",
        kernel_size=settings.whole("seanet.kernel_size", 7),
        last_kernel_size=settings.whole("seanet.last_kernel_size", 7),
        residual_kernel_size=settings.whole("seanet.residual_kernel_size", 3),
        dilation_growth_rate=settings.whole("seanet.dilation_base", 2),
        use_causal_conv=bool(settings.get("seanet.causal", False)),
        pad_mode=padding,
        compress=settings.whole("seanet.compress", 2),
        num_lstm_layers=_layers(settings, "seanet.lstm", 0),
        trim_right_ratio=settings.number("seanet.decoder.trim_right_ratio", 1),
        codebook_size=bins,
        codebook_dim=settings.whole("seanet.dimension", 128),
        use_conv_shortcut=not settings.get("seanet.true_skip", True),
    )


def generation_config(settings: Settings, frame_rate: int) -> Any:
    """GenerationConfig as transformers' published MusicGen has it: sampled, guided, as long as what it was trained on."""
    from transformers import GenerationConfig

    card = settings.whole("transformer_lm.card")
    seconds = settings.number("dataset.segment_duration", 30)
    return GenerationConfig(
        decoder_start_token_id=card,
        pad_token_id=card,
        bos_token_id=card,
        do_sample=True,
        guidance_scale=settings.number("classifier_free_guidance.inference_coef", 3),
        max_length=int(seconds * frame_rate),
    )


def _check_pattern(settings: Settings, num_codebooks: int) -> None:
    """Codebooks have to start one frame after the other."""
    # The first checkpoints name the pattern among the model's own settings, and have no delays of their own.
    pattern = settings.get("codebooks_pattern.modeling")
    delays = list(range(num_codebooks))
    if pattern is None:
        pattern, given = settings.get("transformer_lm.q_modeling"), delays
    else:
        given = settings.get("codebooks_pattern.delay.delays") or delays
    if pattern != "delay" or given != delays:
        what = shown(pattern) if pattern != "delay" else f"'delay' of {shown(given)}"
        raise CheckpointError(
            f"{settings.where}: its codebooks_pattern is {what}; 'delay' of {delays} is accepted"
        )


def _layers(settings: Settings, name: str, absent: int | None = None) -> int:
    count = settings.whole(name, absent)
    if count > 1000:
        raise CheckpointError(f"{settings.where}: {name} is {count}; at most 1000 are accepted")
    return count


def _bandwidth(num_codebooks: int, frame_rate: int, bins: int) -> float:
    """Kilobits a second, from which transformers takes the number of codebooks back, rounded down."""
    each = frame_rate * math.ceil(math.log2(bins))
    bandwidth = num_codebooks * each / 1000
    while int(1000 * bandwidth // each) < num_codebooks:
        bandwidth = math.nextafter(bandwidth, math.inf)
    return bandwidth


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:120]
