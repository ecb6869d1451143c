"""Clips to and from (F, H, W, 3) uint8 arrays. MP4 and WebM by ffmpeg (PyAV), GIF by Pillow.

Only listed codecs are decoded: ffmpeg knows hundreds, and each is a way in for a hostile file.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from anygen.core.errors import MediaError
from anygen.media import provenance
from anygen.media.files import audio, sniff

if TYPE_CHECKING:
    from anygen.media.base import MediaLimits

VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4")
AUDIO_CODECS = (
    "aac",
    "mp3",
    "opus",
    "vorbis",
    "flac",
    "alac",
    "ac3",
    "eac3",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_f32le",
)
_DEMUXERS = {"mp4": "mov", "webm": "matroska", "mp3": "mp3"}
_DECODERS = {"libdav1d": "av1", "libopus": "opus", "libvorbis": "vorbis", "mp3float": "mp3", "libvpx": "vp8"}

SMALLEST_SIDE = 128
"""A clip too big for the limits is read smaller, but not below this many pixels on its short side."""


@contextlib.contextmanager
def _opened(name: str, data: bytes, container: str) -> Iterator[Any]:
    """The container, with whatever ffmpeg raises on a damaged file turned into one sentence."""
    import av

    try:
        # Bytes, not a name: ffmpeg must not open other files that a hostile one points to.
        with av.open(io.BytesIO(data), mode="r", format=_DEMUXERS[container]) as opened:
            yield opened
    except MediaError:
        raise
    except Exception as error:  # a decoder may raise anything on a damaged file
        # ffmpeg's own MemoryError is a damaged size, Python's is this machine's.
        if isinstance(error, MemoryError) and not isinstance(error, av.FFmpegError):
            raise
        raise sniff.damaged(name, container) from None


def _pictures(opened: Any) -> Any:
    """The first stream of moving pictures, or None; a cover picture is none."""
    from av.stream import Disposition

    return next(
        (each for each in opened.streams.video if not each.disposition & Disposition.attached_pic), None
    )


def _check_codec(name: str, stream: Any, accepted: tuple[str, ...]) -> None:
    found = "an unknown codec" if stream.codec_context is None else stream.codec_context.name
    found = _DECODERS.get(found, found)
    if found.removeprefix("lib").removesuffix("-vp9") not in accepted and found not in accepted:
        raise MediaError(f"{name}: coded as {found}; {', '.join(accepted)} are accepted")


def has_pictures(name: str, data: bytes, container: str) -> bool:
    """Whether the file holds moving pictures, not sound alone. Raises MediaError."""
    with _opened(name, data, container) as opened:
        return _pictures(opened) is not None


def read(name: str, data: bytes, container: str, limits: MediaLimits) -> tuple[np.ndarray, float]:
    """The frames (F, H, W, 3) uint8 and their rate. Raises MediaError."""
    with _opened(name, data, container) as opened:
        stream = _pictures(opened)
        if stream is None:
            raise MediaError(f"{name}: a file without moving pictures; a clip is needed")
        _check_codec(name, stream, VIDEO_CODECS)
        context = stream.codec_context
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        seconds = float(opened.duration or 0) / 1e6
        # WebM does not say how many frames it holds, and where they come unevenly its rate may be a thousand a second.
        likely = stream.frames or math.ceil(seconds * min(rate, 60.0))
        width, height = check(name, context.width, context.height, stream.frames, likely, seconds, limits)
        # The header inside the stream may disagree with the one just checked.
        context.options = {"max_pixels": str(limits.max_pixels)}
        kept = _Kept(limits.max_decoded_pixels // (width * height))
        turn = 0
        for number, frame in enumerate(opened.decode(stream)):
            if number >= limits.max_frames:
                raise MediaError(
                    f"{name}: more than {limits.max_frames} frames; at most {limits.max_frames} are accepted"
                )
            if kept.wants(number):
                turn = round(frame.rotation / 90) % 4
                picture = frame.to_ndarray(width=width, height=height, format="rgb24")
                kept.add(picture, number / rate if frame.time is None and rate else float(frame.time or 0))
    if not kept.frames:
        raise MediaError(f"{name}: no frame can be read; a clip of at least one frame is needed")
    order, fps = retime(kept.times, rate / kept.stride, kept.most)
    frames = np.stack([kept.frames[index] for index in order])
    return np.ascontiguousarray(np.rot90(frames, turn, axes=(1, 2))), fps


def check(
    name: str, width: int, height: int, count: int, likely: int, seconds: float, limits: MediaLimits
) -> tuple[int, int]:
    """The (width, height) to read the frames at. Raises MediaError where the header says too big, too long or too many.

    `count` frames are said to be there (0: nothing is said), `likely` is what to reckon with."""
    if width <= 0 or height <= 0:
        raise MediaError(f"{name}: frames of {width} x {height} pixels; at least one pixel is needed")
    if width * height > limits.max_pixels:
        raise MediaError(
            f"{name}: frames of {width} x {height} = {width * height / 1e6:.0f} million pixels; "
            f"at most {limits.max_pixels / 1e6:.0f} million are accepted"
        )
    if seconds > limits.max_seconds:
        raise MediaError(
            f"{name}: a clip of {seconds:.0f} seconds; at most {limits.max_seconds:.0f} are accepted"
        )
    if count > limits.max_frames:
        raise MediaError(f"{name}: {count} frames; at most {limits.max_frames} are accepted")
    scale = min(1.0, math.sqrt(limits.max_decoded_pixels / (width * height * max(likely, 1))))
    scale = min(1.0, max(scale, SMALLEST_SIDE / min(width, height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


class _Kept:
    """Frames kept within a number: when there are too many, every second is dropped and the stride doubles."""

    def __init__(self, most: int) -> None:
        self.most = max(2, most)
        self.stride = 1
        self.frames: list[np.ndarray] = []
        self.times: list[float] = []

    def wants(self, number: int) -> bool:
        return number % self.stride == 0

    def add(self, frame: np.ndarray, time: float) -> None:
        if len(self.frames) >= self.most:
            self.frames, self.times = self.frames[::2], self.times[::2]
            self.stride *= 2
            if len(self.frames) * self.stride % (2 * self.stride):
                return
        self.frames.append(frame)
        self.times.append(time)


def retime(times: list[float], rate: float, most: int) -> tuple[list[int], float]:
    """Which frame stands at each tick of a constant rate, and that rate in frames per second.

    Frames that already come evenly stay as they are. Otherwise each tick shows the frame that a player would; there are
    at most `most` ticks, because two frames can stand an hour apart.
    """
    count = len(times)
    steps = np.diff(np.asarray(times, dtype=np.float64))
    if count == 1 or not (steps > 0).all():
        return list(range(count)), rate if 0 < rate <= 1000 else 10.0
    usual = float(np.sort(steps)[(count - 2) // 2])
    mean = (count - 1) / (times[-1] - times[0])
    if float(steps.max()) <= 1.5 * usual and float(steps.min()) >= usual / 1.5:
        return list(range(count)), rate if abs(rate - mean) <= 0.02 * mean else round(mean, 3)
    seconds = times[-1] - times[0] + usual
    fps = min(max(mean, 1.0), 60.0)
    ticks = max(1, round(seconds * fps))
    if ticks > most:
        ticks, fps = most, most / seconds
    wanted = times[0] + np.arange(ticks) / fps
    order = np.searchsorted(np.asarray(times), wanted + 1e-6, side="right") - 1
    return [int(index) for index in order.clip(0, count - 1)], round(fps, 3)


def read_sound(name: str, data: bytes, container: str, limits: MediaLimits) -> tuple[np.ndarray, int] | None:
    """The first sound track, (T,) or (C, T) float32 and its rate in Hz, or None where there is none. Raises MediaError."""
    import av

    with _opened(name, data, container) as opened:
        if not opened.streams.audio:
            return None
        stream = opened.streams.audio[0]
        _check_codec(name, stream, AUDIO_CODECS)
        context = stream.codec_context
        rate, channels = context.sample_rate, context.layout.nb_channels
        seconds = float(opened.duration or 0) / 1e6
        audio.check(name, max(1, int(seconds * rate)), rate, channels, limits)
        resampler = av.AudioResampler(format="fltp", layout=context.layout, rate=rate)
        blocks: list[np.ndarray] = []
        total = 0
        for frame in _sound_frames(opened, stream):
            for even in resampler.resample(frame):
                blocks.append(even.to_ndarray())
                total += blocks[-1].size
            if total > limits.max_samples:
                raise MediaError(
                    f"{name}: more than {limits.max_samples / 1e6:.0f} million samples; no more are accepted"
                )
        if not blocks:
            raise MediaError(f"{name}: the sound has no samples that can be read; at least one is needed")
        return audio.finish(name, np.concatenate(blocks, axis=1)), int(rate)


def _sound_frames(opened: Any, stream: Any) -> Iterator[Any]:
    """Decoded frames; those of an MP3 that cannot be decoded are skipped, as players do: tags often stand among them."""
    import av

    is_mp3 = opened.format.name == "mp3"
    for packet in opened.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            if not is_mp3:
                raise


def read_gif(name: str, data: bytes, limits: MediaLimits) -> tuple[np.ndarray, float]:
    """The frames (F, H, W, 3) uint8 of a GIF and their rate; transparency over white. Raises MediaError."""
    from anygen.media.files import image

    picture = image.open_header(name, data, "gif", limits.max_pixels)
    try:
        count = getattr(picture, "n_frames", 1)
        width, height = check(name, picture.width, picture.height, count, count, 0.0, limits)
        kept = _Kept(limits.max_decoded_pixels // (width * height))
        time = 0.0
        for number in range(count):
            picture.seek(number)
            if kept.wants(number):
                frame = image.to_rgb(picture)
                if frame.shape[:2] != (height, width):
                    frame = _resized(frame, width, height)
                kept.add(frame, time)
            # Browsers show frames of 0 or 1 hundredths for a tenth of a second.
            duration = float(picture.info.get("duration", 0))
            time += (duration if duration > 10 else 100.0) / 1000
            if time > limits.max_seconds:
                raise MediaError(
                    f"{name}: a clip of {time:.0f} seconds; at most {limits.max_seconds:.0f} are accepted"
                )
    except MediaError:
        raise
    except Exception:  # a decoder may raise anything on a damaged file
        raise sniff.damaged(name, "gif") from None
    order, fps = retime(kept.times, count / time / kept.stride, kept.most)
    return np.stack([kept.frames[index] for index in order]), fps


def _resized(frame: np.ndarray, width: int, height: int) -> np.ndarray:
    from PIL import Image

    return np.array(Image.fromarray(frame).resize((width, height), Image.Resampling.BILINEAR))


AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)


def encode_mp4(
    frames: np.ndarray,
    fps: float,
    sound: tuple[np.ndarray, int] | None,
    record: Mapping[str, Any] | None,
    lossless: bool = False,
) -> bytes:
    """An MP4 file of frames (F, H, W, 3) uint8 and a sound ((T,) or (C, T), rate in Hz): h264 in yuv420p, odd sizes grown by
    one repeated row or column, aac sound, index first.

    One encoding thread and x264's code for any processor, so that the same frames give the same bytes: its faster code looks
    at where in memory a frame happens to lie (findings/x264_memory_decides_bytes.sh). The record is in the
    comment, the IPTC statement as XMP in a `uuid` box. `lossless` keeps every pixel and sample (RGB h264 and float PCM,
    for the record: few browsers play it).
    """
    import av

    height, width = frames.shape[1:3]
    if not lossless:
        frames = np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    codec, options, pixel_format = (
        ("libx264rgb", {"qp": "0", "preset": "veryfast"}, "bgr0")
        if lossless
        else ("libx264", {"crf": "16", "preset": "medium"}, "yuv420p")
    )
    options["x264-params"] = "cpu-independent=1"
    target = io.BytesIO()
    with av.open(target, mode="w", format="mov" if lossless else "mp4") as opened:
        if record is not None:
            opened.metadata["comment"] = provenance.as_json(record).decode()
            opened.metadata["encoding_tool"] = provenance.software(record)
        stream: Any = opened.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=options)
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], pixel_format
        stream.codec_context.thread_count = 1
        track = None if sound is None else _add_sound(opened, *sound, lossless)
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode(None))
        if track is not None and sound is not None:
            _encode_sound(opened, track, *sound)
    return _with_xmp(_index_first(target.getvalue()), record)


def _add_sound(opened: Any, samples: np.ndarray, sample_rate: int, lossless: bool) -> Any:
    stereo = samples.ndim == 2 and samples.shape[0] == 2
    layout = "stereo" if stereo else "mono"
    if lossless:
        return opened.add_stream("pcm_f32le", rate=sample_rate, layout=layout)
    rate = next((each for each in AAC_RATES if each >= sample_rate), AAC_RATES[-1])
    return opened.add_stream("aac", rate=rate, layout=layout)


def _encode_sound(opened: Any, track: Any, samples: np.ndarray, sample_rate: int) -> None:
    """Encode (T,) or (C, T); more than two channels become their mean."""
    import av

    waves = np.atleast_2d(samples)
    if waves.shape[0] > 2:
        waves = waves.mean(axis=0, keepdims=True)
    layout = "stereo" if waves.shape[0] == 2 else "mono"
    waves = np.ascontiguousarray(waves.clip(-1, 1), dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(waves, "fltp", layout)
    frame.sample_rate = sample_rate
    frame.pts = 0
    context = track.codec_context
    resampler = av.AudioResampler(
        context.format.name, layout, track.rate, frame_size=context.frame_size or None
    )
    for even in (*resampler.resample(frame), *resampler.resample(None)):
        opened.mux(track.encode(even))
    opened.mux(track.encode(None))


def _index_first(data: bytes) -> bytes:
    """Move `moov` before `mdat` and correct the chunk offsets, so that a player can start before the end is there.

    ffmpeg's own faststart opens the file a second time by name, which bytes in memory do not have.
    """
    found = {name: (start, end) for name, start, _, end in sniff.boxes(data)}
    index_start, index_end = found[b"moov"]
    media_start = found[b"mdat"][0]
    if index_start < media_start:
        return data
    index = bytearray(data[index_start:index_end])
    _shift_offsets(index, 8, len(index), len(index))
    return data[:media_start] + bytes(index) + data[media_start:index_start] + data[index_end:]


def _shift_offsets(index: bytearray, start: int, end: int, by: int) -> None:
    for name, _, inner, last in sniff.boxes(bytes(index), start, end):
        if name in (b"trak", b"mdia", b"minf", b"stbl"):
            _shift_offsets(index, inner, last, by)
        elif name in (b"stco", b"co64"):
            width = 4 if name == b"stco" else 8
            count = int.from_bytes(index[inner + 4 : inner + 8], "big")
            for at in range(inner + 8, inner + 8 + count * width, width):
                index[at : at + width] = (int.from_bytes(index[at : at + width], "big") + by).to_bytes(
                    width, "big"
                )


_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def _with_xmp(data: bytes, record: Mapping[str, Any] | None) -> bytes:
    """`data` with an XMP packet in the `uuid` box that the XMP specification (part 3) names for MP4."""
    if record is None:
        return data
    content = _XMP_BOX + provenance.as_xmp(record)
    return data + (8 + len(content)).to_bytes(4, "big") + b"uuid" + content
