"""Reading users' files and hostile ones; writing files that play, whole or not at all."""

import errno
import io
import os
import struct
import zlib
from fractions import Fraction

import av
import numpy as np
import PIL.Image
import pytest
import soundfile

from anygen.core import atomic
from anygen.core.errors import MediaError
from anygen.media import Audio, Image, Video, open_media
from anygen.media.base import MediaLimits

RNG = np.random.default_rng(0)
GRADIENT = np.stack(
    [
        np.tile(np.linspace(0, 255, 48), (32, 1)),
        np.tile(np.linspace(0, 255, 32)[:, None], (1, 48)),
        np.full((32, 48), 99),
    ],
    axis=2,
).astype(np.uint8)
TONE = (0.5 * np.sin(np.arange(8000) * 2 * np.pi * 440 / 16000)).astype(np.float32)


def picture_file(mode="RGB", format="PNG", **options) -> bytes:
    file = io.BytesIO()
    PIL.Image.fromarray(GRADIENT).convert(mode).save(file, format=format, **options)
    return file.getvalue()


def sound_file(format="WAV", subtype=None, rate=16000, samples=TONE) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, subtype=subtype, format=format)
    return file.getvalue()


def clip_frames(count=6, height=32, width=48) -> np.ndarray:
    picture = np.asarray(PIL.Image.fromarray(GRADIENT).resize((width, height)))
    return np.stack([np.roll(picture, 4 * index, axis=1) for index in range(count)])


def clip_file(
    codec="libx264", format="mp4", frames=None, fps=8, pts=None, time_base=None, **options
) -> bytes:
    frames = clip_frames() if frames is None else frames
    file = io.BytesIO()
    with av.open(file, "w", format=format) as opened:
        stream = opened.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], "yuv420p"
        if time_base is not None:
            stream.codec_context.time_base = time_base
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            if pts is not None:
                frame.pts, frame.time_base = pts[number], time_base
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode(None))
    return file.getvalue()


def bomb(width=40_000, height=40_000) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


# --- pictures as users have them


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_picture_format_is_read(format):
    image = Image.open(picture_file(format=format))
    assert image.pixels.shape == (32, 48, 3) and image.pixels.dtype == np.uint8
    assert np.abs(image.pixels.astype(int) - GRADIENT).mean() < 12


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "RGBA"])
def test_each_picture_mode_is_read_as_rgb(mode):
    assert Image.open(picture_file(mode)).pixels.shape == (32, 48, 3)


def test_a_cmyk_jpeg_keeps_its_colours():
    red = io.BytesIO()
    PIL.Image.new("RGB", (16, 16), (250, 10, 10)).convert("CMYK").save(red, "JPEG", quality=95)
    assert np.abs(Image.open(red.getvalue()).pixels.astype(int) - (250, 10, 10)).max() < 12


def test_a_sixteen_bit_grey_is_scaled_to_eight():
    file = io.BytesIO()
    PIL.Image.fromarray(np.full((4, 5), 65535 // 2, dtype=np.uint16)).save(file, "PNG")
    assert (Image.open(file.getvalue()).pixels == 127).all()


def test_transparency_lies_over_white():
    file = io.BytesIO()
    PIL.Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(file, "PNG")
    assert (Image.open(file.getvalue()).pixels == 255).all()


def test_the_turn_in_exif_is_applied():
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    turned = Image.open(picture_file(format="JPEG", quality=95, exif=exif))
    assert turned.pixels.shape == (48, 32, 3)
    assert np.abs(turned.pixels.astype(int) - np.rot90(GRADIENT, -1)).mean() < 8


def test_a_picture_of_one_pixel_is_read():
    assert Image.open(Image(np.full((1, 1, 3), 7, np.uint8)).encode()).pixels.tolist() == [[[7, 7, 7]]]


def test_a_renamed_file_is_read_by_its_content(tmp_path):
    (tmp_path / "sound.wav").write_bytes(picture_file())
    assert isinstance(open_media(tmp_path / "sound.wav"), Image)
    assert Image.open(tmp_path / "sound.wav").width == 48


# --- sounds as users have them


@pytest.mark.parametrize(
    ("format", "subtype"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "FLOAT"),
        ("WAV", "PCM_U8"),
        ("FLAC", None),
        ("OGG", "VORBIS"),
        ("MP3", None),
    ],
)
def test_each_sound_format_is_read(format, subtype):
    audio = Audio.open(sound_file(format, subtype))
    assert audio.sample_rate == 16000 and audio.samples.ndim == 1
    assert abs(audio.seconds - 0.5) < 0.1
    assert 0.4 < np.abs(audio.samples).max() <= 0.6


def test_an_mp3_with_tags_and_a_damaged_end_is_read_as_far_as_it_goes(capfd):
    data = sound_file("MP3", samples=np.tile(TONE, 4))
    tagged = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + data + b"APETAGEX" + bytes(200)
    assert Audio.open(tagged).seconds == pytest.approx(2, abs=0.2)
    assert 0.3 < Audio.open(corrupted(data, len(data) // 2)).seconds < 2.2
    assert capfd.readouterr().err == ""


def test_ogg_opus_is_read():
    assert Audio.open(sound_file("OGG", "OPUS", rate=48000)).sample_rate == 48000


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 10])
def test_one_to_ten_channels_are_read(channels):
    samples = np.stack([TONE * (1 + c) / 20 for c in range(channels)], axis=1)
    audio = Audio.open(sound_file(samples=samples))
    assert audio.num_channels == channels
    assert audio.mono().shape == (8000,)


@pytest.mark.parametrize("rate", [1000, 8000, 11025, 44100, 96000, 192000])
def test_odd_rates_are_read(rate):
    assert Audio.open(sound_file(rate=rate)).sample_rate == rate


def test_a_float_file_louder_than_full_scale_is_scaled_down():
    audio = Audio.open(sound_file("WAV", "FLOAT", samples=TONE * 8))
    assert np.abs(audio.samples).max() == pytest.approx(1)


def test_a_sound_of_one_sample_is_read():
    assert Audio.open(sound_file(samples=TONE[:1])).samples.shape == (1,)


def test_the_sound_of_a_clip_is_read():
    clip = Video(clip_frames(), 8.0, Audio(np.stack([TONE, TONE]), 16000))
    audio = Audio.open(clip.encode())
    assert audio.num_channels == 2 and audio.seconds == pytest.approx(0.5, abs=0.1)


def test_an_mp4_of_sound_alone_opens_as_a_sound():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as opened:
        track = opened.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(TONE[None], "fltp", "mono")
        frame.sample_rate = 16000
        opened.mux(track.encode(frame))
        opened.mux(track.encode(None))
    assert isinstance(open_media(file.getvalue()), Audio)


# --- clips as users have them


@pytest.mark.parametrize(
    ("codec", "format"),
    [("libx264", "mp4"), ("libx264", "mov"), ("mpeg4", "mp4"), ("libvpx", "webm"), ("libvpx-vp9", "webm")],
)
def test_each_clip_format_is_read(codec, format):
    video = Video.open(clip_file(codec, format))
    assert video.frames.shape == (6, 32, 48, 3)
    assert video.fps == pytest.approx(8)
    assert np.abs(video.frames.astype(int) - clip_frames()).mean() < 20


def gif_file(durations, **options) -> bytes:
    pictures = [PIL.Image.fromarray(frame) for frame in clip_frames(len(durations))]
    file = io.BytesIO()
    pictures[0].save(
        file, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0, **options
    )
    return file.getvalue()


def test_a_moving_gif_opens_as_a_clip_and_a_still_one_as_a_picture():
    moving = open_media(gif_file([125] * 6))
    assert isinstance(moving, Video) and moving.frames.shape == (6, 32, 48, 3)
    assert moving.fps == pytest.approx(8, rel=0.05)
    assert isinstance(open_media(picture_file(format="GIF")), Image)


def test_frames_that_come_unevenly_are_shown_at_an_even_rate():
    video = Video.open(gif_file([100, 100, 500, 100, 100]))
    assert video.seconds == pytest.approx(0.9, abs=0.25)
    shown = [
        int(np.abs(video.frames[k].astype(int) - clip_frames(5)[2]).mean() < 10)
        for k in range(len(video.frames))
    ]
    assert sum(shown) >= 2


def test_a_clip_of_variable_rate_keeps_its_length():
    pts = [0, 100, 200, 1200, 1300, 1400]
    video = Video.open(clip_file("libvpx", "webm", pts=pts, time_base=Fraction(1, 1000), fps=10))
    assert video.seconds == pytest.approx(1.5, abs=0.3)


def test_two_frames_an_hour_apart_do_not_fill_the_memory():
    data = clip_file(
        "libvpx", "webm", frames=clip_frames(3), pts=[0, 40, 3_000_000], time_base=Fraction(1, 1000), fps=25
    )
    video = Video.open(data, MediaLimits(max_seconds=10_000, max_decoded_pixels=50 * 48 * 32))
    assert len(video.frames) <= 50
    assert video.seconds == pytest.approx(3000, rel=0.1)


def test_the_turn_in_a_clip_header_is_applied():
    data = clip_file()
    # The turn is the matrix in the track header (ISO 14496-12, 8.3.2), which starts as the unit matrix.
    unit = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    quarter = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    at = data.index(unit, data.index(b"tkhd"))
    turned = Video.open(data[:at] + quarter + data[at + 36 :])
    straight = Video.open(data)
    assert turned.frames.shape == (6, 48, 32, 3)
    assert np.array_equal(turned.frames, np.rot90(straight.frames, -1, axes=(1, 2)))


def test_a_clip_with_odd_sizes_is_read():
    assert Video.open(gif_file([100] * 3)).frames.shape[1:3] == (32, 48)
    assert Video(clip_frames(2, 31, 45), 5.0).encode()[4:8] == b"ftyp"


def test_a_clip_of_one_frame_is_read():
    assert Video.open(clip_file(frames=clip_frames(1))).frames.shape[0] == 1


def test_a_clip_too_big_to_hold_is_read_smaller():
    limits = MediaLimits(max_decoded_pixels=6 * 160 * 240 // 4)
    video = Video.open(clip_file(frames=clip_frames(6, 320, 480)), limits)
    assert video.frames.size // 3 <= limits.max_decoded_pixels * 1.1
    assert video.width / video.height == pytest.approx(1.5, rel=0.02)


def test_a_clip_with_too_many_frames_to_hold_is_thinned_at_the_same_length():
    limits = MediaLimits(max_decoded_pixels=8 * 128 * 192)
    video = Video.open(clip_file(frames=clip_frames(30, 128, 192), fps=10), limits)
    assert len(video.frames) <= 8
    assert video.seconds == pytest.approx(3.0, rel=0.15)


# --- what is written


def test_a_png_holds_the_same_pixels(tmp_path):
    image = Image(GRADIENT)
    assert Image.open(image.save(tmp_path / "a.png")) == image


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_sound_file_holds_the_same_samples_to_sixteen_bits(tmp_path, suffix):
    audio = Audio(np.stack([TONE, -TONE]), 22050)
    read = Audio.open(audio.save(tmp_path / f"a{suffix}"))
    assert read.sample_rate == 22050
    assert np.abs(read.samples - audio.samples).max() < 1 / 32000


def test_an_mp4_plays_in_a_browser(tmp_path):
    sound = Audio(TONE, 16000)
    path = Video(clip_frames(8, 33, 47), 8.0, sound).save(tmp_path / "a.mp4")
    with av.open(str(path)) as opened:
        stream, track = opened.streams.video[0], opened.streams.audio[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (48, 34)
        assert stream.average_rate == 8 and stream.frames == 8
        assert track.codec_context.name == "aac"
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_an_mp4_looks_and_sounds_like_what_was_given():
    video = Video(clip_frames(8), 12.5, Audio(TONE, 16000))
    read = Video.open(video.encode())
    assert read.fps == 12.5
    assert np.abs(read.frames.astype(int) - video.frames).mean() < 6
    assert read.audio is not None and np.sqrt((read.audio.samples**2).mean()) == pytest.approx(0.35, abs=0.06)


def test_the_same_media_give_the_same_bytes():
    for media in (Image(GRADIENT), Audio(TONE, 16000), Video(clip_frames(), 8.0, Audio(TONE, 16000))):
        assert media.encode({"seed": 1}) == media.encode({"seed": 1})


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 5000, 192000])
def test_any_sound_rate_can_go_into_an_mp4(rate):
    read = Video.open(Video(clip_frames(3), 8.0, Audio(TONE, rate)).encode())
    assert read.audio is not None and read.audio.seconds == pytest.approx(8000 / rate, abs=0.15)


def test_six_channels_in_an_mp4_become_one():
    read = Video.open(Video(clip_frames(3), 8.0, Audio(np.stack([TONE] * 6), 16000)).encode())
    assert read.audio is not None and read.audio.num_channels == 1


@pytest.mark.parametrize(
    "media",
    [
        Image(GRADIENT),
        Audio(TONE, 16000),
        Audio(RNG.uniform(-1, 1, (3, 500)).astype(np.float32), 7777),
        Video(clip_frames(5, 31, 45), 14.987),
        Video(clip_frames(5), 30000 / 1001, Audio(TONE, 11025)),
    ],
    ids=str,
)
def test_the_original_of_made_media_holds_exactly_the_same(media):
    _, data = media.original()
    assert open_media(data).content_hash() == media.content_hash()


def test_the_original_of_a_read_file_is_the_file():
    data = picture_file(format="JPEG")
    assert Image.open(data).original() == (".jpeg", data)


# --- files that are refused: one sentence that names the file, what was found, what is accepted


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def corrupted(data: bytes, start: int) -> bytes:
    noise = np.random.default_rng(1).integers(0, 256, len(data) - start, dtype=np.uint8).tobytes()
    return data[:start] + noise


REFUSED = {
    "empty": (Image, b"", "is empty (0 bytes)"),
    "a text file": (Image, b"hello there, how are you?", "a text file; PNG, JPEG, WebP and GIF are accepted"),
    "a web page": (Image, b"<!DOCTYPE html><html>", "a web page"),
    "an old picture": (Image, b"BM" + bytes(100), "a BMP image"),
    "a pickle": (Audio, b"\x80\x02}q\x00.", "a Python pickle"),
    "a heic": (Image, b"\0\0\0\x18ftypheic" + bytes(20), "an HEIC or AVIF image"),
    "a matroska": (Video, b"\x1a\x45\xdf\xa3" + b"\x80matroska" + bytes(80), "a Matroska video"),
    "a sound for a picture": (Image, sound_file(), "a WAV file; PNG, JPEG, WebP and GIF are accepted"),
    "a picture for a sound": (
        Audio,
        picture_file(),
        "a PNG file; WAV, FLAC, MP3, OGG, MP4 and WebM are accepted",
    ),
    "a picture for a clip": (Video, picture_file(), "a PNG file; MP4, WebM and GIF are accepted"),
    "a clip without sound": (Audio, clip_file(), "a file without sound"),
    "a picture bomb": (Image, bomb(), "1600 million pixels; at most 64 million are accepted"),
    "a big picture": (
        Image,
        bomb(9000, 9000),
        "9000 x 9000 = 81 million pixels; at most 64 million are accepted",
    ),
    "a truncated png": (
        Image,
        truncated(picture_file()),
        "damaged or truncated PNG file; a whole file is accepted",
    ),
    "a truncated jpeg": (Image, truncated(picture_file(format="JPEG")), "damaged or truncated JPEG file"),
    "a truncated webp": (Image, truncated(picture_file(format="WEBP")), "truncated WebP file"),
    "a truncated wav": (Audio, truncated(sound_file()), "a truncated WAV file"),
    "a truncated flac": (Audio, truncated(sound_file("FLAC")), "FLAC file"),
    "a truncated mp4": (Video, truncated(clip_file()), "truncated MP4 file"),
    "a truncated faststart mp4": (Video, truncated(Video(clip_frames(), 8.0).encode()), "truncated MP4 file"),
    "a truncated webm": (Video, truncated(clip_file("libvpx", "webm")), "truncated WebM file"),
    "a truncated gif": (Video, gif_file([100] * 6)[:300], "damaged or truncated GIF file"),
    "png, then noise": (Image, corrupted(picture_file(), 60), "damaged or truncated PNG file"),
    "jpeg, then noise": (Image, corrupted(picture_file(format="JPEG"), 20), "damaged or truncated JPEG file"),
    "mp4, then noise": (Video, corrupted(clip_file(), 16), "MP4 file"),
    "webm, then noise": (Video, corrupted(clip_file("libvpx", "webm"), 80), "WebM file"),
    "wav, then noise": (Audio, corrupted(sound_file(), 12), "WAV file"),
    "ogg, then noise": (Audio, corrupted(sound_file("OGG", "VORBIS"), 30), "OGG file"),
    "flac, then noise": (Audio, corrupted(sound_file("FLAC"), 8), "FLAC file"),
    "mp3, then noise": (Audio, b"ID3\x04\0\0\0\0\0\x0a" + corrupted(bytes(3000), 0), "MP3 file"),
    "no samples": (Audio, sound_file(samples=TONE[:0]), "has no samples; at least one is needed"),
    "samples that are NaN": (
        Audio,
        sound_file("WAV", "FLOAT", samples=TONE * np.float32("nan")),
        "not numbers (NaN or infinite)",
    ),
    "infinite samples": (
        Audio,
        sound_file("WAV", "FLOAT", samples=np.full(9, np.inf, np.float32)),
        "not numbers (NaN or infinite)",
    ),
    "twenty channels": (
        Audio,
        sound_file(samples=np.zeros((50, 20), np.float32)),
        "20 channels; 1 to 16 are accepted",
    ),
    "a rate of 3 Hz": (Audio, sound_file(rate=3), "a sample rate of 3 Hz; 1000 to 768000 Hz are accepted"),
    "a codec that is not listed": (
        Video,
        clip_file("mpeg1video", "mp4", fps=25),
        "coded as mpeg1video; h264, hevc",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence(case, tmp_path):
    kind, data, sentence = REFUSED[case]
    path = tmp_path / "given.bin"
    path.write_bytes(data)
    for read in (
        (kind.open, open_media) if data and kind is not Image and "for a" not in case else (kind.open,)
    ):
        if read is open_media and case == "a clip without sound":
            continue
        with pytest.raises(MediaError) as refusal:
            read(path)
        text = str(refusal.value)
        assert sentence in text
        assert text.startswith(str(path)) and "\n" not in text and len(text) < 300


def test_a_missing_file_a_folder_and_a_pipe_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, found in (
        (tmp_path / "no.png", "no such file"),
        (tmp_path, "a folder"),
        (tmp_path / "pipe", "not a regular file"),
    ):
        with pytest.raises(MediaError, match=found):
            Image.open(path)
    with pytest.raises(MediaError, match="a media source of type int"):
        Image.open(3)
    with pytest.raises(MediaError, match="opened as text"):
        Image.open(io.StringIO("hello"))


def test_limits_hold_before_decoding_and_can_be_changed(tmp_path):
    (tmp_path / "big.wav").write_bytes(sound_file())
    with pytest.raises(MediaError, match="at most 0 MB are accepted"):
        Audio.open(tmp_path / "big.wav", MediaLimits(max_bytes=1000))
    with pytest.raises(MediaError, match=r"seconds of sound; at most 0 are accepted"):
        Audio.open(sound_file(), MediaLimits(max_seconds=0.4))
    with pytest.raises(MediaError, match="samples in all channels"):
        Audio.open(sound_file(), MediaLimits(max_samples=7000))
    with pytest.raises(MediaError, match="6 frames; at most 5 are accepted"):
        Video.open(clip_file(), MediaLimits(max_frames=5))
    with pytest.raises(MediaError, match="frames of 48 x 32"):
        Video.open(clip_file(), MediaLimits(max_pixels=1000))
    with pytest.raises(MediaError, match="48 x 32"):
        Image.open(picture_file(), MediaLimits(max_pixels=1000))
    with pytest.raises(MediaError, match="6 frames"):
        Video.open(gif_file([100] * 6), MediaLimits(max_frames=5))
    assert PIL.Image.MAX_IMAGE_PIXELS is not None


def test_a_length_that_the_header_hides_is_still_limited():
    with pytest.raises(MediaError, match="frames"):
        Video.open(clip_file("libvpx", "webm", frames=clip_frames(20)), MediaLimits(max_frames=10))


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: Image(np.zeros((4, 4), np.uint8)),
            r"Image.pixels is a \(4, 4\) uint8 array; a \(H, W, 3\) uint8",
        ),
        (lambda: Image(np.full((4, 4, 3), np.nan)), "float64 array"),
        (lambda: Image(np.zeros((0, 4, 3), np.uint8)), "at least one pixel is needed"),
        (lambda: Audio(np.zeros(4), 16000), "float64 array; a .T,. or .C, T. float32"),
        (lambda: Audio(np.zeros(0, np.float32), 16000), "holds no samples"),
        (lambda: Audio(np.full(4, np.nan, np.float32), 16000), "not finite"),
        (lambda: Audio(TONE, 0), "Audio.sample_rate is 0"),
        (lambda: Video(np.zeros((4, 4, 3), np.uint8), 8), r"a \(F, H, W, 3\) uint8"),
        (lambda: Video(clip_frames(2), 0), "Video.fps is 0"),
        (lambda: Video(clip_frames(2), float("nan")), "Video.fps is nan"),
        (lambda: Video(clip_frames(2), 8, TONE), "Video.audio is a"),
    ],
)
def test_an_array_of_the_wrong_kind_is_refused(build, sentence):
    with pytest.raises(MediaError, match=sentence):
        build()


# --- nothing half-written


def media_of_each_kind():
    return [(Image(GRADIENT), "a.png"), (Audio(TONE, 16000), "a.wav"), (Video(clip_frames(), 8.0), "a.mp4")]


@pytest.mark.parametrize(("media", "name"), media_of_each_kind(), ids=str)
@pytest.mark.parametrize(
    "failure",
    [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()],
    ids=["disk full", "Ctrl-C"],
)
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(media, name, failure, tmp_path, monkeypatch):
    (tmp_path / name).write_bytes(b"old")

    def fail(descriptor):
        raise failure

    monkeypatch.setattr(atomic.os, "fsync", fail)
    with pytest.raises(type(failure)):
        media.save(tmp_path / name, {"seed": 1})
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"old"


def test_a_full_disk_is_named_with_its_file(tmp_path, monkeypatch):
    import resource
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError) as refusal:
            Image(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(tmp_path / "new" / "a.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)
    assert refusal.value.filename == str(tmp_path / "new" / "a.png")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_suffix_that_is_not_written_is_refused(tmp_path):
    with pytest.raises(MediaError, match=r"'.jpg'; .png is written"):
        Image(GRADIENT).save(tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []
