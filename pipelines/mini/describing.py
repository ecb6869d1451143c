"""mini's inputs in words: its own encoder names a medium by the nearest of the world's captions (zero-shot).

    model = AnyGen.from_pretrained("mini")
    describe_world(model)
    model.generate(["What is this?", picture], options={"reading": "words"})

No projector takes part. The list is the whole world, held-out pairs too: to name a pair, the encoder need not have seen it.
"""

from __future__ import annotations

from collections.abc import Mapping

from anygen import AnyGen
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.encoders.captioners.nearest import NearestDescription, TextEncoder
from anygen.encoders.imagebind.model import ImageBind
from anygen_pipelines.mini import world
from anygen_pipelines.mini.pretrain_encoder import Captions
from anygen_pipelines.mini.pretraining import TOKENIZER_DIR


def world_captions() -> dict[Modality, tuple[str, ...]]:
    """Every caption of the world: 1600 pictures, 2240 clips, 16 sounds."""
    return {
        IMAGE: tuple(map(world.caption, world.all_scenes())),
        VIDEO: tuple(map(world.caption, world.all_clips())),
        AUDIO: tuple(map(world.sound_caption, world.SOUNDING)),
    }


def world_captioner(
    encoder: TextEncoder, captions: Mapping[Modality, tuple[str, ...]] | None = None
) -> NearestDescription:
    """Names pictures, clips and sounds with an encoder that has a text tower."""
    return NearestDescription(encoder, Captions(TOKENIZER_DIR).ids, captions or world_captions())


def describe_world(model: AnyGen) -> None:
    """Let a model of the world read its inputs in words where a call asks for it; once is enough."""
    if model.captioners:
        return
    # The model itself keeps only the towers it reads with; naming takes the one for text as well.
    (part,) = model.config.encoders.values()
    encoder = ImageBind.from_pretrained(model.folder / part.path)
    model.captioners.update(dict.fromkeys((IMAGE, AUDIO, VIDEO), (world_captioner(encoder),)))
