"""The shape of mini's encoder: ImageBind's architecture with a conv stem, flat pooling and eight frames a clip."""

from __future__ import annotations

from anygen.encoders.imagebind.config import (
    AudioPreparation,
    ConvStemConfig,
    GridTowerConfig,
    ImageBindConfig,
    ImagePreparation,
    TextTowerConfig,
    VideoPreparation,
    VisionTowerConfig,
)
from anygen_pipelines.mini.world import CANVAS, NUM_FRAMES

MEL_BINS = 64
MEL_FRAMES = 256  # of 10 ms: a window of 2.56 s and a little empty room
TEXT_LENGTH = 24


def encoder_config(vocab_size: int, end_id: int) -> ImageBindConfig:
    """Width 128, three layers for pictures and clips, two for sounds and text, features of 256."""
    return ImageBindConfig(
        embed_dim=256,
        vision=VisionTowerConfig(
            dim=128,
            blocks=3,
            heads=4,
            image_size=CANVAS,
            video_frames=NUM_FRAMES,
            conv_stem=ConvStemConfig(widths=(32, 64, 128, 128), frame_widths=(64, 128, 128)),
            flat_dim=32,
        ),
        audio=GridTowerConfig(
            dim=128,
            blocks=2,
            heads=4,
            height=MEL_BINS,
            width=MEL_FRAMES,
            conv_stem=ConvStemConfig(widths=(16, 32, 64, 128, 128)),
            flat_dim=32,
        ),
        text=TextTowerConfig(
            dim=128, blocks=2, heads=4, vocab_size=vocab_size, context_length=TEXT_LENGTH, end_id=end_id
        ),
        scale_audio=False,
        image=ImagePreparation(size=CANVAS, fit="squeeze", mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)),
        video=VideoPreparation(clips=1, frames=NUM_FRAMES, crops=1, spread="whole"),
        sound=AudioPreparation(
            clips=1,
            clip_seconds=2.56,
            mel_bins=MEL_BINS,
            frames=MEL_FRAMES,
            mean=-4.8,
            std=5.2,
            windows="loudest",
            short="loop",
            peak=0.7,
        ),
    )
