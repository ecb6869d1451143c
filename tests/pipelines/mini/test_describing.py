"""mini's inputs in words: the encoder that ships names the world's own pictures and sounds."""

from __future__ import annotations

import pytest

from anygen import AnyGen, Image
from anygen.core.modality import IMAGE
from anygen.encoders.imagebind.model import ImageBind
from anygen.loading.presets import PRESETS_DIR
from anygen_pipelines.mini import world
from anygen_pipelines.mini.describing import describe_world, world_captioner, world_captions

ENCODER = PRESETS_DIR / "mini" / "encoders" / "imagebind"


@pytest.mark.skipif(
    not (ENCODER / "model.safetensors").is_file(), reason="mini's weights are not in the package"
)
def test_the_encoder_names_what_is_drawn() -> None:
    scenes = [
        world.Scene("dog", "red", "left", "big"),
        world.Scene("cat", "green", "right", "small"),
        world.Scene("car", "blue", "middle", "big"),
    ]
    wanted = [world.caption(scene) for scene in scenes]
    others = tuple(caption for caption in world_captions()[IMAGE] if caption not in wanted)[::40]
    captioner = world_captioner(ImageBind.from_pretrained(ENCODER), {IMAGE: (*wanted, *others)})
    named = [captioner.describe(IMAGE, Image(world.draw(scene))) for scene in scenes]
    assert [words.split(" on ")[0] for words in named] == [words.split(" on ")[0] for words in wanted]


def test_the_list_is_the_whole_world() -> None:
    assert [len(each) for each in world_captions().values()] == [1600, 2240, 16]


def test_a_model_is_given_the_world_once(tiny_model: AnyGen) -> None:
    try:
        describe_world(tiny_model)
        first = dict(tiny_model.captioners)
        describe_world(tiny_model)
        assert tiny_model.captioners == first and set(first) == {"image", "audio", "video"}
    finally:
        tiny_model.captioners.clear()
