"""NExT-GPT in miniature: a LLaMA-style tokenizer, a tiny Vicuna-shaped base, and a delta as the paper's was published."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path

import torch
import yaml
from torch import nn

CORPUS = (
    "### Human: draw a small dog ### Assistant: here is a picture of a small dog ###",
    "what is in the picture? the sound of a dog. a clip of a cat",
)
SPACE = "\u2581"
DIM, LAYERS, RANK = 24, 2, 2
LM = "llama_model.base_model.model."


def make_tokenizer():
    """SentencePiece's way with real classes: BPE with byte fallback, a space before whatever it is given."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import LlamaTokenizerFast

    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trained = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    trained.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    trained.pre_tokenizer = pre_tokenizers.Split(SPACE, "merged_with_next")
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=pieces, show_progress=False)
    trained.train_from_iterator([*CORPUS * 4, "# ## ###"] * 2, trainer)
    values = json.loads(trained.to_str())
    values["pre_tokenizer"] = None
    values["added_tokens"] = [each for each in values["added_tokens"] if each["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(values))
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return LlamaTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


def write_base(
    folder: Path, seed: int = 0, dim: int = DIM, layers: int = LAYERS, rows: int | None = None
) -> Path:
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = make_tokenizer()
    config = LlamaConfig(
        vocab_size=rows or len(tokenizer),
        hidden_size=dim,
        intermediate_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=False,
        bos_token_id=1,
        eos_token_id=2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        lm = LlamaForCausalLM(config)
    # A random model would be sure to stop at once or never; nothing here depends on which.
    lm.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def write_preset(folder: Path) -> Path:
    """The shipped preset with the sizes of the tiny parts."""
    from anygen.loading.convert.nextgpt import PRESET

    values = yaml.safe_load(PRESET.read_text())
    for modality, decoder in values["decoders"].items():
        decoder["conditioning"] = {"pooled": [16]} if modality == "audio" else {"sequence": [12, 16]}
        decoder["defaults"] |= {"num_inference_steps": 2, "guidance_scale": 2.0}
        decoder["defaults"] |= {"seconds": 0.64} if modality == "audio" else {"height": 16, "width": 16}
    values["decoders"]["video"]["defaults"]["num_frames"] = 2
    for modality in values["output_projectors"]:
        values["output_projectors"][modality] |= {"hidden_dim": 16, "ffn_dim": 16}
    values["llm"]["lora"] |= {"rank": RANK, "alpha": RANK}
    values["sampling"]["max_new_tokens"] = 12
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(values, sort_keys=False))
    return path


def make_delta(base: Path, preset: Path) -> OrderedDict[str, torch.Tensor]:
    """What agent.py would have saved: parameters, some of them at half precision, under the documented names."""
    from safetensors.torch import load_file
    from torch.nn import Linear

    from anygen.core.config import read_config
    from anygen.projectors.output import build

    generator = torch.Generator().manual_seed(5)

    def draw(*shape: int, scale: float = 0.1) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * scale

    weights = load_file(base / "model.safetensors")
    config = read_config(preset)
    delta: OrderedDict[str, torch.Tensor] = OrderedDict()
    with torch.random.fork_rng():
        torch.manual_seed(6)
        projection = Linear(20, DIM)
        delta |= {f"llama_proj.{name}": value for name, value in projection.state_dict().items()}
        for name in ("model.embed_tokens", "lm_head"):
            old = weights[f"{name}.weight"]
            moved = old + draw(*old.shape, scale=0.02) * old.std()
            added = draw(38, DIM, scale=old.std().item()) + old.mean(0)
            delta[f"{LM}{name}.weight"] = torch.cat((moved, added))
        for layer in range(LAYERS):
            for target in "qkvo":
                module = f"{LM}model.layers.{layer}.self_attn.{target}_proj"
                delta[f"{module}.lora_A.default.weight"] = draw(RANK, DIM).half()
                delta[f"{module}.lora_B.default.weight"] = draw(DIM, RANK).half()
        for modality, prefix in (
            ("image", "gen_text_hidden_fcs"),
            ("video", "gen_text_hidden_fcs_video"),
            ("audio", "gen_text_hidden_fcs_audio"),
        ):
            family = build(
                config.output_projectors[modality],
                DIM,
                config.llm.signal_tokens[modality],
                dict(config.decoders[modality].conditioning),
            )
            [head] = family.heads.values()
            delta |= {f"{prefix}.0.{name}": value for name, value in head.state_dict().items()}
    return OrderedDict((name, nn.Parameter(value.clone())) for name, value in delta.items())
