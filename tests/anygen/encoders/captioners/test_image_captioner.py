"""What a captioner says of images and clips is what transformers' own calls give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_bridge
from PIL import Image as PILImage

from anygen import Image, Video
from anygen.core.modality import IMAGE, VIDEO
from anygen.encoders.captioners.image_captioner import CaptionerSettings, ImageCaptioner


def picture(seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    "write", [tiny_bridge.write_blip, tiny_bridge.write_vit_gpt2], ids=["blip", "vit-gpt2"]
)
def test_a_captioner_says_what_its_model_generates(write, tmp_path: Path) -> None:
    from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

    write(tmp_path)
    captioner = ImageCaptioner.from_pretrained(tmp_path, CaptionerSettings(max_new_tokens=7))
    model = AutoModelForImageTextToText.from_pretrained(tmp_path)
    pixels = AutoImageProcessor.from_pretrained(tmp_path)(
        PILImage.fromarray(picture().pixels), return_tensors="pt"
    )
    ids = model.generate(**pixels, max_new_tokens=7, do_sample=False, num_beams=1)
    words = AutoTokenizer.from_pretrained(tmp_path).decode(ids[0], skip_special_tokens=True)
    assert captioner.describe(IMAGE, picture()) == words.strip() != ""
    twice = Video(np.stack([picture().pixels] * 5), 4.0)
    assert captioner.describe(VIDEO, twice) == words.strip()
