from pathlib import Path

from anygen import Audio, Image, Video
from anygen_pipelines.mini import make_examples, sounds


def test_three_files_as_a_user_might_have_them(tmp_path: Path) -> None:
    make_examples.main([str(tmp_path / "new")])
    made = tmp_path / "new"
    assert Image.open(made / "helicopter.jpg").pixels.shape[-1] == 3
    assert Audio.open(made / "frog.wav").sample_rate == sounds.SAMPLE_RATE
    assert len(Video.open(made / "car.mp4").frames) > 8
