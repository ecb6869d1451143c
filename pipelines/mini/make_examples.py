"""Make the files in examples/: a picture, a sound and a clip as a user might have them.

python -m anygen_pipelines.mini.make_examples examples
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PILImage

from anygen.media import Audio, Video
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.pretraining import command


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the three files."""
    parser = command(__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    scene = world.Scene("helicopter", "yellow", "top", "small")
    picture = PILImage.fromarray(world.photograph(scene, np.random.default_rng(3)))
    picture.save(out / "helicopter.jpg", quality=90)
    Audio(sounds.synthesise("frog", np.random.default_rng(1)), sounds.SAMPLE_RATE).save(out / "frog.wav")
    frames, fps = world.film(world.Clip("car", "green", "big", "left"), np.random.default_rng(5))
    Video(frames, fps).save(out / "car.mp4")


if __name__ == "__main__":
    main()
