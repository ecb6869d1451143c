"""Decoders on tiny pipelines of the real classes: what they make is what the plain library call makes."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from anygen import AudioOptions, ImageOptions, VideoOptions
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.decoders import DECODERS, MAKES
from anygen.decoders.image import StableDiffusion

CAPTIONS = [
    "a dog on red",
    "the sound of a very long and winding caption that does not fit in the encoder at all",
]
OPTIONS = {IMAGE: ImageOptions(), AUDIO: AudioOptions(), VIDEO: VideoOptions()}


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def array(medium) -> np.ndarray:
    return getattr(medium, {IMAGE: "pixels", AUDIO: "samples", VIDEO: "frames"}[medium.modality])


@pytest.mark.parametrize("modality", [IMAGE, AUDIO, VIDEO])
def test_what_is_drawn_is_what_the_plain_call_draws(tiny_model, modality) -> None:
    decoder = tiny_model.decoders[modality]
    made = decoder.decode(decoder.encode_text(CAPTIONS), OPTIONS[modality], generators(1, 2))
    embeds = decoder.encode_text(CAPTIONS)[next(iter(decoder.takes))]
    call = {
        "prompt_embeds": embeds,
        "negative_prompt_embeds": decoder.encode_text([""])[next(iter(decoder.takes))].repeat(
            2, *[1] * (embeds.ndim - 1)
        ),
        "generator": generators(1, 2),
        "guidance_scale": 2.0,
        "num_inference_steps": 2,
        "output_type": "np",
    }
    size = {"height": 16, "width": 16}
    with torch.no_grad():
        if modality == IMAGE:
            plain = decoder.pipe(**call, **size).images
        elif modality == VIDEO:
            plain = decoder.pipe(**call, **size, num_frames=2).frames
        else:
            plain = decoder.pipe(**call, audio_length_in_s=0.64).audios
    for ours, theirs in zip(made, plain, strict=True):
        expected = np.clip(theirs, -1, 1) if modality == AUDIO else (np.clip(theirs, 0, 1) * 255).round()
        np.testing.assert_array_equal(array(ours).astype(np.float32), expected.astype(np.float32))


@pytest.mark.parametrize("modality", [IMAGE, VIDEO])
def test_captions_are_encoded_as_the_pipeline_encodes_prompts(tiny_model, modality) -> None:
    decoder = tiny_model.decoders[modality]
    pipe = decoder.text.part
    # The tiny tokenizer adds no begin and end by itself, so the pipeline is given text that holds them.
    ids = pipe.tokenizer(CAPTIONS[0], add_special_tokens=False)["input_ids"]
    line = [pipe.tokenizer.bos_token_id, *ids, pipe.tokenizer.eos_token_id]
    line += [pipe.tokenizer.pad_token_id] * (decoder.conditioning["sequence"][0] - len(line))
    expected = pipe.text_encoder(torch.tensor([line])).last_hidden_state
    torch.testing.assert_close(decoder.encode_text(CAPTIONS[:1])["sequence"], expected)


@pytest.mark.parametrize("modality", [IMAGE, AUDIO, VIDEO])
def test_an_item_does_not_depend_on_its_neighbours(tiny_model, modality) -> None:
    decoder = tiny_model.decoders[modality]
    together = decoder.decode(decoder.encode_text(CAPTIONS), OPTIONS[modality], generators(1, 2))
    for caption, seed, batched in zip(CAPTIONS, (1, 2), together, strict=True):
        alone = decoder.decode(decoder.encode_text([caption]), OPTIONS[modality], generators(seed))[0]
        limit = 1e-3 if modality == AUDIO else 2
        assert np.abs(array(alone).astype(np.float32) - array(batched).astype(np.float32)).max() <= limit


@pytest.mark.parametrize("modality", [IMAGE, AUDIO, VIDEO])
def test_every_step_is_reported_and_may_end_the_work(tiny_model, modality) -> None:
    decoder = tiny_model.decoders[modality]
    seen: list[tuple[int, int]] = []
    decoder.decode(
        decoder.encode_text(["x"]), OPTIONS[modality], generators(1), lambda *step: seen.append(step)
    )
    assert seen == [(1, 2), (2, 2)]

    def stop(step: int, num_steps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decoder.decode(decoder.encode_text(["x"]), OPTIONS[modality], generators(1), stop)


@pytest.mark.parametrize("modality", [IMAGE, AUDIO, VIDEO])
def test_options_reach_the_pipeline(tiny_model, modality) -> None:
    decoder = tiny_model.decoders[modality]
    changed = {
        IMAGE: ImageOptions(height=32, width=16, num_inference_steps=1, negative_prompt="blur"),
        AUDIO: AudioOptions(seconds=1.0, num_inference_steps=1),
        VIDEO: VideoOptions(num_frames=3, width=32, fps=8, num_inference_steps=1),
    }[modality]
    made = decoder.decode(decoder.encode_text(["x"]), changed, generators(1))[0]
    wanted = {IMAGE: (32, 16, 3), AUDIO: (16000,), VIDEO: (3, 16, 32, 3)}[modality]
    assert array(made).shape == wanted
    if modality == VIDEO:
        assert made.fps == 8


def test_loading_says_nothing(
    tiny_dir, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        StableDiffusion.from_pretrained(tiny_dir / "decoders" / "image", {"sequence": (12, 16)}, {})
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_the_table_names_classes_that_exist_and_what_they_make() -> None:
    from importlib import import_module

    for kind, place in DECODERS.items():
        module, _, name = place.partition(":")
        assert getattr(import_module(module), name).modality == MAKES[kind]
