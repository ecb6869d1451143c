"""The encoder as anygen uses it, with mini's options at a tiny size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from anygen.core.errors import CheckpointError, ConfigError, MediaError
from anygen.core.modality import AUDIO, DEPTH, IMAGE, IMU, MEASUREMENTS, TEXT, THERMAL, VIDEO
from anygen.encoders.imagebind.config import (
    AudioPreparation,
    ConvStemConfig,
    GridTowerConfig,
    ImageBindConfig,
    ImageBindSettings,
    ImagePreparation,
    ImuTowerConfig,
    TextTowerConfig,
    VideoPreparation,
    VisionTowerConfig,
)
from anygen.encoders.imagebind.model import VOCABULARY_NAME, ImageBind
from anygen.media import Audio, Image, Video
from anygen.media.measurements import Depth, Imu, Thermal

CONFIG = ImageBindConfig(
    embed_dim=12,
    vision=VisionTowerConfig(
        dim=16,
        blocks=1,
        heads=2,
        image_size=16,
        video_frames=4,
        conv_stem=ConvStemConfig(widths=(8, 16), frame_widths=(16,), frame_size=8, groups=4),
        flat_dim=4,
    ),
    audio=GridTowerConfig(
        dim=16, blocks=1, heads=2, height=16, width=32, conv_stem=ConvStemConfig(widths=(8, 16)), flat_dim=4
    ),
    text=TextTowerConfig(dim=16, blocks=1, heads=2, vocab_size=20, context_length=6, end_id=2),
    scale_audio=False,
    image=ImagePreparation(size=16, fit="squeeze"),
    video=VideoPreparation(clips=1, frames=4, crops=1, spread="whole"),
    sound=AudioPreparation(
        clips=1, clip_seconds=0.32, mel_bins=16, frames=32, windows="loudest", short="loop"
    ),
)
PATCHES = ImageBindConfig(
    embed_dim=12,
    vision=VisionTowerConfig(dim=16, blocks=1, heads=2, image_size=28),
    audio=GridTowerConfig(dim=16, blocks=1, heads=2, height=36, width=56, stride=10),
    image=ImagePreparation(size=28),
    sound=AudioPreparation(mel_bins=36, frames=56),
)
MEASURED = ImageBindConfig(
    embed_dim=12,
    depth=GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=32, logit_scale=5.0),
    thermal=GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=32, logit_scale=10.0),
    imu=ImuTowerConfig(dim=16, blocks=1, heads=2, length=80),
)
# A text tower of four merges, which a vocabulary file of four lines fits.
WORDS = ImageBindConfig(
    embed_dim=12, text=TextTowerConfig(dim=16, blocks=1, heads=2, vocab_size=512 + 4 + 2, context_length=6)
)


@pytest.fixture(scope="module")
def encoder() -> ImageBind:
    torch.manual_seed(0)
    return ImageBind(CONFIG).eval()


def media(seed: int) -> dict:
    rng = np.random.default_rng(seed)
    return {
        IMAGE: Image(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)),
        VIDEO: Video(rng.integers(0, 256, (6, 20, 30, 3), dtype=np.uint8), 8.0),
        AUDIO: Audio(rng.uniform(-1, 1, 8000).astype(np.float32), 16_000),
        DEPTH: Depth(rng.uniform(0.5, 8, (20, 30)).astype(np.float32)),
        THERMAL: Thermal(rng.integers(0, 256, (20, 30), dtype=np.uint8)),
        IMU: Imu(rng.normal(0, 3, (6, 50)).astype(np.float32), 100),
    }


@pytest.mark.parametrize("modality", [IMAGE, VIDEO, AUDIO])
def test_a_batch_of_two_equals_two_of_one(encoder: ImageBind, modality: str) -> None:
    one, two = (encoder.prepare(modality, media(seed)[modality]) for seed in (1, 2))
    both = encoder.encode(modality, torch.stack([one, two]))
    singly = torch.cat([encoder.encode(modality, one[None]), encoder.encode(modality, two[None])])
    assert torch.allclose(both, singly, atol=1e-6)
    assert not torch.allclose(both[0], both[1], atol=1e-3)


@pytest.mark.parametrize("output", ["embedding", "tokens"])
def test_features_have_the_shape_that_is_declared(output: str) -> None:
    import dataclasses

    encoder = ImageBind(dataclasses.replace(PATCHES, output=output))
    for modality in encoder.modalities:
        features_NFE = encoder.encode(modality, encoder.prepare(modality, media(0)[modality])[None])
        assert features_NFE.shape == (1, encoder.num_features[modality], encoder.feature_dim)
        assert not features_NFE.requires_grad


def test_features_have_length_one(encoder: ImageBind) -> None:
    for modality in encoder.modalities:
        features_NFE = encoder.encode(modality, encoder.prepare(modality, media(0)[modality])[None])
        assert torch.allclose(features_NFE.norm(dim=-1), torch.ones(1, 1))


def test_a_clip_played_backwards_is_another_clip(encoder: ImageBind) -> None:
    prepared = encoder.prepare(VIDEO, media(0)[VIDEO])[None]
    forwards, backwards = (encoder.encode(VIDEO, x) for x in (prepared, prepared.flip(3)))
    assert (forwards - backwards).abs().max() > 1e-3


def test_text_is_read_at_its_first_end_and_padding_does_not_matter(encoder: ImageBind) -> None:
    short = encoder.encode(TEXT, torch.tensor([[5, 6, 2]]))
    long = encoder.encode(TEXT, torch.tensor([[5, 6, 2, 2, 9, 19]]))
    assert short.shape == (1, 1, 12)
    assert torch.allclose(short, long, atol=1e-5)
    assert not torch.allclose(short, encoder.encode(TEXT, torch.tensor([[6, 5, 2]])), atol=1e-3)


def test_a_modality_it_does_not_prepare_is_refused(encoder: ImageBind) -> None:
    with pytest.raises(MediaError, match="prepares image, audio, video"):
        encoder.prepare(DEPTH, np.zeros((4, 4)))


def test_a_tower_it_does_not_have_is_refused(encoder: ImageBind) -> None:
    with pytest.raises(ValueError, match="depth: not built"):
        encoder.embed("depth", torch.zeros(1, 1, 4, 4))


def test_saved_and_loaded_gives_the_same_features(encoder: ImageBind, tmp_path: Path) -> None:
    encoder.save_pretrained(tmp_path)
    loaded = ImageBind.from_pretrained(tmp_path)
    assert loaded.config == CONFIG
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    for modality in encoder.modalities:
        prepared = encoder.prepare(modality, media(3)[modality])[None]
        assert torch.equal(encoder.encode(modality, prepared), loaded.encode(modality, prepared))


def test_half_precision_files_load_as_float32(encoder: ImageBind, tmp_path: Path) -> None:
    encoder.save_pretrained(tmp_path, dtype=torch.float16)
    loaded = ImageBind.from_pretrained(tmp_path)
    assert {weight.dtype for weight in loaded.parameters()} == {torch.float32}
    prepared = encoder.prepare(IMAGE, media(3)[IMAGE])[None]
    assert torch.allclose(encoder.encode(IMAGE, prepared), loaded.encode(IMAGE, prepared), atol=1e-2)


def test_some_towers_of_a_file_can_be_loaded(encoder: ImageBind, tmp_path: Path) -> None:
    encoder.save_pretrained(tmp_path)
    loaded = ImageBind.from_pretrained(tmp_path, ImageBindSettings(towers=("audio",)))
    assert loaded.modalities == (AUDIO,)
    assert {name.split(".")[1] for name in loaded.state_dict()} == {"audio"}


def test_missing_unexpected_and_misshapen_weights_are_named(encoder: ImageBind, tmp_path: Path) -> None:
    encoder.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["modality_heads.text.proj.1.weight"]
    weights["modality_heads.smell.0.weight"] = torch.zeros(1)
    weights["modality_heads.audio.proj.weight"] = torch.zeros(2, 2)
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError) as raised:
        ImageBind.from_pretrained(tmp_path)
    assert "missing modality_heads.text.proj.1.weight" in str(raised.value)
    assert "unexpected modality_heads.smell.0.weight" in str(raised.value)
    assert "modality_heads.audio.proj.weight is (2, 2), expected (12, 128)" in str(raised.value)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no config\.json"):
        ImageBind.from_pretrained(tmp_path)


@pytest.mark.parametrize("modality", MEASUREMENTS)
def test_what_was_measured_is_read_by_its_own_tower(modality, tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = ImageBind(MEASURED).eval()
    assert whole.modalities == MEASUREMENTS and set(whole.num_features.values()) == {1}
    whole.save_pretrained(tmp_path)
    one = ImageBind.from_pretrained(tmp_path, modalities=[modality])
    assert one.modalities == (modality,) and one.config.towers == (str(modality),)
    prepared = torch.stack([whole.prepare(modality, media(seed)[modality]) for seed in (1, 2)])
    together = whole.encode(modality, prepared)
    assert together.shape == (2, 1, 12)
    torch.testing.assert_close(one.encode(modality, prepared), together, rtol=1e-5, atol=1e-5)
    for row, each in enumerate(prepared):
        torch.testing.assert_close(whole.encode(modality, each[None])[0], together[row], rtol=1e-5, atol=1e-5)


def test_measurements_can_be_as_long_as_an_image(tmp_path: Path) -> None:
    ImageBind(MEASURED).save_pretrained(tmp_path)
    scales = {DEPTH: 5.0, THERMAL: 10.0, IMU: 5.0}
    plain = ImageBind.from_pretrained(tmp_path, ImageBindSettings(scale_measurements=False))
    for modality, scale in scales.items():
        prepared = plain.prepare(modality, media(1)[modality])[None]
        assert plain.encode(modality, prepared).norm().item() == pytest.approx(1.0, rel=1e-5)
        scaled = ImageBind.from_pretrained(tmp_path).encode(modality, prepared)
        assert scaled.norm().item() == pytest.approx(scale, rel=1e-5)


def test_a_picture_of_measurements_is_square() -> None:
    with pytest.raises(ConfigError, match="depth: 32 x 48, but its pictures are square"):
        ImageBindConfig(embed_dim=12, depth=GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=48))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize(
    "config", [CONFIG, PATCHES, MEASURED, WORDS], ids=["mini's", "patches", "measured", "words"]
)
def test_features_at_half_precision_are_near_those_at_single(
    config: ImageBindConfig, dtype, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    ImageBind(config).save_pretrained(tmp_path)
    whole, half = (ImageBind.from_pretrained(tmp_path, dtype=each) for each in (torch.float32, dtype))
    towers = (half.modality_preprocessors, half.modality_trunks, half.modality_heads)
    assert {each.dtype for tower in towers for each in tower.parameters()} == {dtype}
    assert {each.dtype for each in half.modality_postprocessors.state_dict().values()} <= {torch.float32}
    for modality in (*whole.modalities, *([TEXT] if config.text else [])):
        if modality == TEXT:
            prepared = torch.tensor([[0, 5, 7, 2, 0, 0]])
        else:
            prepared = half.prepare(modality, media(4)[modality])[None]
            assert prepared.dtype is torch.float32
        found, wanted = half.encode(modality, prepared), whole.encode(modality, prepared)
        assert found.dtype is torch.float32
        # bfloat16 keeps 8 bits of a number, float16 11; a tower is a dozen of operations deep.
        assert (found - wanted).norm() < {torch.bfloat16: 0.03, torch.float16: 0.004}[dtype] * wanted.norm()


def test_words_are_encoded_with_the_vocabulary_beside_the_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    ImageBind(WORDS).save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match=f"holds no {VOCABULARY_NAME}"):
        ImageBind.from_pretrained(tmp_path).encode_text(["dog"])
    (tmp_path / VOCABULARY_NAME).write_text("#version: 0.2\nd o\no g</w>\ndo g</w>\na n\n")
    encoder = ImageBind.from_pretrained(tmp_path)
    found = encoder.encode_text(["dog", "dog " * 9])
    ids = torch.tensor([[516, 514, 517, 0, 0, 0], [516, 514, 514, 514, 514, 517]])
    assert found.shape == (2, 1, 12)
    torch.testing.assert_close(found, encoder.encode(TEXT, ids), rtol=0, atol=0)
    # The feature is read at the end token, which a text too long keeps.
    torch.testing.assert_close(found[1], encoder.encode_text(["dog dog dog dog"])[0])
    with pytest.raises(CheckpointError, match="text: not built; this encoder has depth, thermal, imu"):
        ImageBind(MEASURED).encode_text(["dog"])
