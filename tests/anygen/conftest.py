"""Real classes made tiny, for tests of training: a byte-level tokenizer, a Llama, an encoder, decoders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from anygen.core.modality import AUDIO, IMAGE, Modality
from anygen.media import Audio, Image


class TinyEncoder(nn.Module):
    """An Encoder whose features are fixed random projections of a coarse picture or spectrum."""

    modalities = (IMAGE, AUDIO)
    feature_dim = 12

    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Linear(48, 12)
        self.audio = nn.Linear(32, 12)
        self.encoded: list[int] = []  # how many items each call of `encode` was given

    @property
    def num_features(self) -> dict[Modality, int]:
        return {IMAGE: 1, AUDIO: 1}

    def prepare(self, modality: Modality, media: object) -> Tensor:
        if isinstance(media, Image):
            rows = np.linspace(0, media.height - 1, 4).astype(int)
            columns = np.linspace(0, media.width - 1, 4).astype(int)
            return torch.from_numpy(media.pixels[rows][:, columns].astype(np.float32).reshape(-1) / 255)
        assert isinstance(media, Audio)
        spectrum = np.abs(np.fft.rfft(media.mono()[:62]))
        return torch.from_numpy(spectrum.astype(np.float32))

    def encode(self, modality: Modality, prepared: Tensor) -> Tensor:
        self.encoded.append(len(prepared))
        features = getattr(self, str(modality))(prepared)
        return torch.stack([features] * self.num_features[modality], 1)


class TinyDecoder:
    """The text side of a Decoder, on a real CLIPTextModel: a character is a token."""

    def __init__(self, modality: Modality, length: int = 8, width: int = 16) -> None:
        from transformers import CLIPTextConfig, CLIPTextModel

        torch.manual_seed(len(modality))
        self.modality = modality
        self.text_encoder = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=128,
                hidden_size=width,
                intermediate_size=32,
                num_hidden_layers=1,
                num_attention_heads=2,
                max_position_embeddings=length,
                bos_token_id=0,
                eos_token_id=127,
                pad_token_id=0,
            )
        ).eval()
        self.conditioning = {"sequence": (length, width)}

    def encode_text(self, captions: list[str]) -> dict[str, Tensor]:
        length = self.conditioning["sequence"][0]
        ids = [[min(ord(letter), 126) for letter in caption[: length - 1]] for caption in captions]
        padded = torch.tensor([each + [127] * (length - len(each)) for each in ids])
        with torch.no_grad():
            return {"sequence": self.text_encoder(input_ids=padded).last_hidden_state}


def make_tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    specials = ["<pad>", "<s>", "</s>", "<image>", "</image>", "<audio>", "</audio>"]
    letters = [*specials, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(
        models.BPE(vocab={letter: index for index, letter in enumerate(letters)}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(specials)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        additional_special_tokens=specials[3:],
    )  # fmt: skip


@pytest.fixture
def make_backbone():
    """Call to get a tiny random Backbone; the same weights every time."""

    def make(tied: bool = True):
        from transformers import LlamaConfig, LlamaForCausalLM

        from anygen.llm.backbone import Backbone
        from anygen.llm.signal_tokens import SignalTokens

        tokenizer = make_tokenizer()
        torch.manual_seed(0)
        lm = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                num_attention_heads=4, max_position_embeddings=256, tie_word_embeddings=tied,
                bos_token_id=1, eos_token_id=2, pad_token_id=0,
            )
        )  # fmt: skip
        return Backbone(lm, tokenizer, SignalTokens({IMAGE: 2, AUDIO: 1})).eval()

    return make


@pytest.fixture
def make_prompter():
    """Call with a Backbone to get its Prompter: pictures are two soft tokens, sounds one."""

    def make(backbone):
        from anygen.llm.prompting import Prompter, PromptTemplate

        soft = {IMAGE: 2, AUDIO: 1}
        return Prompter(backbone.tokenizer, PromptTemplate(), backbone.signal_tokens, soft, max_length=256)

    return make


@pytest.fixture
def tiny_encoder() -> TinyEncoder:
    torch.manual_seed(1)
    return TinyEncoder().eval()


@pytest.fixture
def tiny_decoders() -> dict[Modality, TinyDecoder]:
    return {IMAGE: TinyDecoder(IMAGE), AUDIO: TinyDecoder(AUDIO, length=4, width=10)}


@pytest.fixture
def examples_file(tmp_path: Path) -> Path:
    """24 short conversations about pictures and sounds that lie beside the file."""
    random = np.random.default_rng(0)
    lines = []
    for index in range(24):
        colour = random.integers(0, 256, 3)
        name = "red" if colour[0] > 127 else "blue"
        Image(np.broadcast_to(colour.astype(np.uint8), (6 + index % 3, 8, 3)).copy()).save(
            tmp_path / f"{index}.png"
        )
        kind = index % 3
        if kind == 0:
            user = [{"type": "text", "text": "What is it? "}, {"type": "image", "path": f"{index}.png"}]
            assistant = [{"type": "text", "text": name}]
        elif kind == 1:
            user = [{"type": "text", "text": f"Draw {name}."}]
            assistant = [
                {"type": "text", "text": f"Here: {name}."},
                {"type": "image", "caption": name, "path": f"{index}.png"},
            ]
        else:
            tone = np.sin(np.arange(64) * random.uniform(0.1, 1)).astype(np.float32) * 0.5
            Audio(tone, 16_000).save(tmp_path / f"{index}.wav")
            user = [{"type": "audio", "path": f"{index}.wav"}]
            assistant = [
                {"type": "text", "text": "a tone."},
                {"type": "audio", "caption": f"tone {index % 2}"},
            ]
        messages = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
        if index % 4 == 1:
            messages += [{"role": "user", "content": "Thanks"}, {"role": "assistant", "content": "Welcome."}]
        lines.append({"id": f"e{index}", "messages": messages})
    file = tmp_path / "examples.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture
def make_parts(make_backbone):
    """Call to get the parts a stage trains, the same weights every time."""

    def make(tied: bool = True):
        from anygen.projectors.input import build as build_input
        from anygen.projectors.output import build as build_output
        from anygen.training.teacher_forced import TeacherForced

        backbone = make_backbone(tied)
        torch.manual_seed(2)
        inputs = {
            "image": build_input({"kind": "linear", "tokens_per_feature": 2}, 12, 1, backbone.dim),
            "audio": build_input({"kind": "linear"}, 12, 1, backbone.dim),
        }
        small = {"kind": "transformer", "hidden_dim": 16, "ffn_dim": 16, "heads": 2}
        small |= {"encoder_layers": 1, "decoder_layers": 1}
        outputs = {
            "image": build_output(small, backbone.dim, 2, {"sequence": (8, 16)}),
            "audio": build_output(small, backbone.dim, 1, {"sequence": (4, 10)}),
        }
        return TeacherForced(nn.ModuleDict(inputs), backbone, nn.ModuleDict(outputs)).eval()

    return make


@pytest.fixture
def make_data(tmp_path, examples_file, tiny_encoder, tiny_decoders, make_prompter):
    """Call with parts and a StageConfig to get its data."""

    def make(parts, config):
        from types import SimpleNamespace

        from anygen.training.stage import load_data

        model = SimpleNamespace(encoders={IMAGE: tiny_encoder, AUDIO: tiny_encoder}, decoders=tiny_decoders)
        return load_data(config, model, make_prompter(parts.backbone))

    return make


@pytest.fixture
def make_config(tmp_path, examples_file):
    """Call to get the StageConfig of a short run; keywords replace its fields, those of the loop under `loop`."""

    def make(name: str = "run", **changes):
        from anygen.training.loop import LoopConfig
        from anygen.training.stage import DataFile, StageConfig

        loop = {"steps": 6, "batch_size": 6, "warmup_steps": 2, "log_every": 2, "checkpoint_every": 100}
        loop |= changes.pop("loop", {})
        given = {
            "model": "none",
            "out": str(tmp_path / name),
            "cache": str(tmp_path / "cache"),
            "data": (DataFile(str(examples_file)),),
            "trainable": ("input_projectors", "output_projectors", "signal_tokens"),
            "loop": LoopConfig(**loop),
        }
        return StageConfig(**(given | changes))

    return make
