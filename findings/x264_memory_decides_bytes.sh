#!/usr/bin/env bash
# The same frames, encoded twice by libx264 in one process, can give other bytes, with one thread and equal options.
#
# Seen with: PyAV 18.1.0 (its wheel for Linux, x86-64, with the ffmpeg and libx264 inside it), NumPy 2.4.6, Python 3.11.
# Input:     eight frames of 64 x 64 pixels, one array, never changed; encoded 40 times to H.264 in MP4 (crf 16, preset medium,
#            thread_count 1), while other memory is taken and given back between the encodings.
# Expected:  one encoding with one thread is a function of its input: one file, 40 times.
# Seen:      several different files (4 to 11 in runs of 30), which also decode to other pixels. With
#            x264-params cpu-independent=1, or asm=0, it is one file every time: so it is x264's code for special processors
#            that lets the place of a frame in memory decide.
# Exits 0 while that is so, 1 when it no longer is.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
"$folder/env/bin/python" - <<'PYTHON'
import hashlib
import io
import sys
from collections import Counter

import av
import numpy as np

noise = np.random.default_rng(3)
rows, columns = np.mgrid[0:64, 0:64]
frames = []
for index in range(8):
    frame = np.full((64, 64, 3), (90, 140, 200), np.int64)
    frame[(columns - 20 - 3 * index) ** 2 + (rows - 32) ** 2 < 150] = (200, 40, 40)
    frames.append(np.clip(frame + noise.integers(-6, 7, frame.shape), 0, 255).astype(np.uint8))


def encode(**more: str) -> tuple[str, str]:
    """The hash of the file, and that of the pixels it decodes to."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as opened:
        stream = opened.add_stream("libx264", rate=8, options={"crf": "16", "preset": "medium", **more})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in frames:
            opened.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        opened.mux(stream.encode(None))
    with av.open(io.BytesIO(file.getvalue())) as opened:
        pixels = b"".join(frame.to_ndarray(format="rgb24").tobytes() for frame in opened.decode(video=0))
    return hashlib.sha256(file.getvalue()).hexdigest()[:12], hashlib.sha256(pixels).hexdigest()[:12]


def many(**more: str) -> tuple[Counter, Counter]:
    """Files and decoded pixels of 40 encodings, between which the heap is stirred."""
    files, pixels, held = Counter(), Counter(), []
    sizes = np.random.default_rng(0).integers(1, 1_000_000, 40)
    for size in sizes:
        file, decoded = encode(**more)
        files[file] += 1
        pixels[decoded] += 1
        held.append(bytes(int(size)))
        if len(held) > 20:
            del held[::2]
    return files, pixels


print("PyAV", av.__version__, "libavcodec", ".".join(map(str, av.library_versions["libavcodec"])))
plain, plain_pixels = many()
anywhere, _ = many(**{"x264-params": "cpu-independent=1"})
print("as it is:          ", len(plain), "files,", len(plain_pixels), "sequences of pixels", dict(plain))
print("cpu-independent=1: ", len(anywhere), "file", dict(anywhere))
if len(plain) > 1 and len(anywhere) == 1:
    print("as described: where frames lie in memory decides the bytes, unless x264 keeps to its code for any processor")
    sys.exit(0)
print("CHANGED: this is no longer what was seen")
sys.exit(1)
PYTHON
