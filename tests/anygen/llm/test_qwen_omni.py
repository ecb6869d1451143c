"""An omni model behind the bridge: what it reads is what transformers' own forward reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_bridge
import torch

from anygen import AnyGen, Audio, Image, Video
from anygen.core.config import ModelConfig, from_values
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.llm.decode_loop import decode
from anygen.loading.build import build

MEDIA = ("image", "video", "audio")


@pytest.fixture(scope="module")
def omni(tmp_path_factory: pytest.TempPathFactory, tiny_dir: Path) -> AnyGen:
    folder = tmp_path_factory.mktemp("omni")
    (folder / "decoders").symlink_to(tiny_dir / "decoders")
    tiny_bridge.write_omni(folder / "llm")
    return build(from_values(ModelConfig, tiny_bridge.omni_values()), folder)


def picture(seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (60, 80, 3), dtype=np.uint8))


def sound(seconds: float = 1.0) -> Audio:
    rng = np.random.default_rng(3)
    return Audio(rng.normal(0, 0.1, int(16_000 * seconds)).astype(np.float32), 16_000)


def clip() -> Video:
    return Video(np.random.default_rng(4).integers(0, 256, (9, 40, 48, 3), dtype=np.uint8), 5.0)


def laid_out(model: AnyGen, prompt):
    from anygen.messages.message import as_messages
    from anygen.messages.request import Request, limits

    seen = []
    layout = model.prompter.layout
    model.prompter.layout = lambda messages, **k: seen.append(layout(messages, **k)) or seen[-1]  # type: ignore[method-assign]
    try:
        read = model.reader.read(Request(as_messages(prompt), allowed=limits(model.makes, None, ())[0]), 0)
    finally:
        del model.prompter.layout
    return read, seen[0].ids


def test_it_reads_everything_and_has_no_captioner(omni: AnyGen) -> None:
    assert omni.reads == ("text", "image", "video", "audio") and not omni.captioners


def test_what_it_reads_is_what_the_plain_call_reads(omni: AnyGen) -> None:
    """States at every position of a prompt with two pictures, a sound and a clip, and the positions themselves."""
    read, ids = laid_out(
        omni, ["see", picture(1), "and", picture(2), "hear", sound(), "watch", clip(), "well?"]
    )
    native_encoders, lm = omni.reader.native_encoders, omni.backbone.lm
    pictures = [native_encoders._patches(picture(seed).pixels, 3136) for seed in (1, 2)]
    made = native_encoders.sounds(
        sound().samples, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True
    )
    seen = native_encoders.encode(VIDEO, clip())
    frames = [native_encoders._patches(clip().frames[place], 1568)[0] for place in (0, 3, 5, 8)]
    video = torch.cat(
        [native_encoders._both(frames[0], frames[1]), native_encoders._both(frames[2], frames[3])]
    )
    with torch.no_grad():
        wanted = lm.model(
            input_ids=torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            pixel_values=torch.cat([patches for patches, _ in pictures]),
            image_grid_thw=torch.cat([grid for _, grid in pictures]),
            input_features=made["input_features"],
            feature_attention_mask=made["attention_mask"],
            pixel_values_videos=video,
            video_grid_thw=seen.shape["video_grid_thw"],
            video_second_per_grid=torch.tensor([seen.shape["second_per_grids"]]),
        ).last_hidden_state[0]
        positions = read.positions_AT[:, None]
        found = omni.backbone(read.embeds_TD[None], torch.ones(1, len(ids), dtype=torch.bool), positions)[0]
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_what_is_said_goes_on_as_the_plain_loop_does(omni: AnyGen) -> None:
    """Ten greedy tokens on the cache, beside transformers' generate."""
    read, ids = laid_out(omni, ["see", picture(1), "hear", sound(), "well?"])
    said: list[int] = []

    def greedy(row: int, hidden: torch.Tensor, logits: torch.Tensor, stop: bool) -> int | None:
        said.append(int(logits.argmax()))
        return said[-1] if len(said) < 10 and said[-1] != 2 else None

    assert read.positions_AT is not None
    decode(omni.backbone, [read.embeds_TD], greedy, positions=[read.positions_AT])
    native_encoders = omni.reader.native_encoders
    patches, grid = native_encoders._patches(picture(1).pixels, 3136)
    made = native_encoders.sounds(
        sound().samples, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True
    )
    plain = omni.backbone.lm.generate(
        input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        pixel_values=patches, image_grid_thw=grid, input_features=made["input_features"],
        feature_attention_mask=made["attention_mask"], max_new_tokens=10, do_sample=False,
    )  # fmt: skip
    assert plain[0, len(ids) :].tolist() == said


def prompts() -> list:
    return [
        "hello",
        ["what is this, and that? a longer prompt", picture(), sound()],
        [clip(), "animate"],
        [sound(0.01)],
    ]


def test_token_ids_do_not_depend_on_neighbours(omni: AnyGen) -> None:
    together = omni.respond(prompts(), seeds=[1, 2, 3, 4], require=MEDIA)
    for prompt, seed, batched in zip(prompts(), [1, 2, 3, 4], together, strict=True):
        alone = omni.respond([prompt], seeds=[seed], require=MEDIA)[0]
        assert alone.token_ids == batched.token_ids and {s.modality for s in alone.spans} == set(MEDIA)


def test_it_draws_and_sees_what_it_drew(omni: AnyGen) -> None:
    reply = omni.generate(["look", picture()], 3, require=("image",))
    assert reply.images and all(
        reply.captions[i] for i, part in enumerate(reply.parts) if not isinstance(part, str)
    )
    after, _ = laid_out(omni, [{"role": "user", "content": "hi"}, reply, {"role": "user", "content": "and?"}])
    assert after.embeds_TD.shape[0] == after.positions_AT.shape[1]


@pytest.mark.parametrize(("modality", "medium"), [(IMAGE, picture()), (AUDIO, sound()), (VIDEO, clip())])
def test_marks_stand_around_places(omni: AnyGen, modality, medium) -> None:
    seen = omni.reader.native_encoders.encode(modality, medium)
    begin, place, end = omni.reader.native_encoders.marks[modality]
    assert seen.ids == (begin, *[place] * len(seen.features_SD), end) and len(seen.features_SD) > 0
