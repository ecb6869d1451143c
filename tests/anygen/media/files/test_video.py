from __future__ import annotations

import io

import av
import numpy as np
import pytest

from anygen.core.errors import MediaError
from anygen.media.base import MediaLimits
from anygen.media.files import sniff, video

FRAMES = np.random.default_rng(0).integers(0, 256, (4, 16, 18, 3), dtype=np.uint8)
SOUND = (np.linspace(-0.5, 0.5, 4000, dtype=np.float32), 8000)


def test_a_lossless_clip_reads_back_every_pixel_and_sample() -> None:
    data = video.encode_mp4(FRAMES, 4.0, SOUND, None, lossless=True)
    frames, fps = video.read("x", data, "mp4", MediaLimits())
    assert fps == 4.0
    np.testing.assert_array_equal(frames, FRAMES)
    found = video.read_sound("x", data, "mp4", MediaLimits())
    assert found is not None and found[1] == 8000
    np.testing.assert_array_equal(found[0], SOUND[0])


def test_an_mp4_begins_with_its_index_and_is_the_same_every_time() -> None:
    data = video.encode_mp4(FRAMES, 4.0, None, {"anygen": "0"})
    names = [name for name, *_ in sniff.boxes(data)]
    assert names.index(b"moov") < names.index(b"mdat") and names[-1] == b"uuid"
    assert data == video.encode_mp4(FRAMES, 4.0, None, {"anygen": "0"})
    assert video.has_pictures("x", data, "mp4") and video.read_sound("x", data, "mp4", MediaLimits()) is None


def test_a_codec_that_is_not_listed_is_not_decoded() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mov") as opened:
        stream = opened.add_stream("mjpeg", rate=4)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuvj420p"
        for pixels in FRAMES[:, :, :16]:
            opened.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")))
        opened.mux(stream.encode(None))
    with pytest.raises(MediaError, match="coded as mjpeg; h264, hevc, vp8, vp9, av1, mpeg4 are accepted"):
        video.read("x", file.getvalue(), "mp4", MediaLimits())


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"width": 0}, "at least one pixel is needed"),
        ({"width": 10_000_000}, "million pixels; at most 64 million"),
        ({"seconds": 1201.0}, "a clip of 1201 seconds; at most 1200"),
        ({"count": 40_001}, "40001 frames; at most 40000"),
    ],
)
def test_a_header_beyond_the_limits_is_refused(changes: dict[str, float], found: str) -> None:
    given = {"width": 640, "height": 480, "count": 100, "likely": 100, "seconds": 4.0}
    assert video.check("x", **given, limits=MediaLimits()) == (640, 480)
    with pytest.raises(MediaError, match=found):
        video.check("x", **{**given, **changes}, limits=MediaLimits())


def test_a_clip_of_too_many_pixels_is_read_smaller_but_not_below_the_least_side() -> None:
    assert video.check("x", 640, 480, 0, 100, 4.0, MediaLimits(max_decoded_pixels=100 * 320 * 240)) == (
        320,
        240,
    )
    assert video.check("x", 640, 480, 0, 10_000, 4.0, MediaLimits(max_decoded_pixels=1)) == (171, 128)


def test_frames_that_come_evenly_stay_and_others_are_shown_as_a_player_would() -> None:
    assert video.retime([0.0, 0.25, 0.5], 4.0, 10) == ([0, 1, 2], 4.0)
    order, fps = video.retime([0.0, 0.1, 0.9, 1.0], 10.0, 100)
    assert order == [0, 1, 1] and fps == 3.0
    order, fps = video.retime([0.0, 0.1, 3600.0], 10.0, 50)
    assert len(order) <= 50 and fps < 1


def test_the_same_frames_give_the_same_bytes_wherever_they_lie_in_memory() -> None:
    noise = np.random.default_rng(3)
    rows, columns = np.mgrid[0:64, 0:64]
    frames = np.full((8, 64, 64, 3), (90, 140, 200))
    for index, frame in enumerate(frames):
        frame[(columns - 20 - 3 * index) ** 2 + (rows - 32) ** 2 < 150] = (200, 40, 40)
        frame += noise.integers(-6, 7, frame.shape)
    clip = frames.clip(0, 255).astype(np.uint8)
    # What is held between two encodings moves what the next one is given.
    held, written = [], set()
    for size in np.random.default_rng(0).integers(1, 1_000_000, 30):
        written.add(video.encode_mp4(clip, 8.0, None, None))
        held.append(bytes(int(size)))
        if len(held) > 20:
            del held[::2]
    assert len(written) == 1
