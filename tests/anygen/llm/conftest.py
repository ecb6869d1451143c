"""A real Llama and a real byte-level BPE, made tiny."""

from __future__ import annotations

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.llm.backbone import Backbone
from anygen.llm.prompting import Prompter, PromptTemplate
from anygen.llm.signal_tokens import SignalTokens

CORPUS = (
    "a small dog on the left on a blue background. the sound of a dog. draw a big cat, please! what is in the picture? "
    "here is a picture: here you are. grün été 犬"
)
SPECIAL = ["<pad>", "<s>", "</s>", "<user>", "<assistant>", "<image>", "</image>"]
TEMPLATE = PromptTemplate(
    user="<user>", user_end="", assistant="<assistant>", system_prefix="", system_suffix="\n"
)


def make_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=330,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([CORPUS] * 4, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens=SPECIAL[3:],
    )


def make_lm(
    tied: bool = True, seed: int = 0, max_length: int = 192, rows: int | None = None
) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=rows or len(make_tokenizer()),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=max_length,
        tie_word_embeddings=tied,
        initializer_range=0.3,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config).eval()


SIGNALS = SignalTokens({IMAGE: 4, AUDIO: 2, VIDEO: 3})


@pytest.fixture
def backbone() -> Backbone:
    return Backbone(make_lm(), make_tokenizer(), SIGNALS).eval()


@pytest.fixture
def prompter(backbone: Backbone) -> Prompter:
    return Prompter(backbone.tokenizer, TEMPLATE, SIGNALS, {IMAGE: 3, AUDIO: 2}, backbone.max_length)
