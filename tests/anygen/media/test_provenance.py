"""The record of what made a file: in the file, beside it, and read back."""

import json

import numpy as np
import pytest

from anygen.core.errors import MediaError
from anygen.media import Audio, Image, Video, open_media, provenance
from anygen.messages.message import Message
from anygen.messages.options import GenerationOptions
from anygen.messages.request import Request

PICTURE = Image(np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3))
SOUND = Audio(np.linspace(-0.5, 0.5, 900, dtype=np.float32), 8000)
CLIP = Video(np.zeros((3, 16, 16, 3), np.uint8), 8.0, SOUND)
ASKED = (Message("user", ("Draw a <dog> & \u732b \U0001f415.", PICTURE)),)


def record(allowed=(), required=(), **changes):
    request = Request(ASKED, GenerationOptions(exact=True), allowed, required)
    return provenance.build(
        **{"model": "mini", "weights_hash": "0123", "request": request, "seed": 7, **changes}
    )


def test_the_record_says_what_made_it():
    made = record(("text", "image"), ("image",))
    assert made["digital_source_type"].endswith("trainedAlgorithmicMedia")
    assert "AI" in made["statement"]
    assert made["model"] == {"name": "mini", "weights_hash": "0123"}
    assert (made["seed"], made["options"]) == (7, {"exact": True})
    assert (made["modalities"], made["require"]) == (["text", "image"], ["image"])
    assert {"python", "torch", "diffusers", "transformers"} <= set(made["versions"])
    assert made["messages"][0]["content"][1] == {"type": "image", "hash": PICTURE.content_hash()}
    assert json.loads(provenance.as_json(made)) == made


def test_the_record_holds_no_path_and_what_was_asked_can_be_left_out(tmp_path):
    (tmp_path / "weights").mkdir()
    made = record(model=str(tmp_path / "weights"))
    assert made["model"]["name"] == "weights"
    assert str(tmp_path) not in provenance.as_json(made).decode()
    assert "messages" not in record(strip_messages=True)
    assert record(model="owner/name")["model"]["name"] == "owner/name"


@pytest.mark.parametrize(
    ("media", "name"),
    [(PICTURE, "a.png"), (SOUND, "a.wav"), (SOUND, "a.flac"), (CLIP, "a.mp4")],
    ids=lambda x: str(x),
)
def test_the_record_is_in_the_file_and_beside_it(media, name, tmp_path):
    made = provenance.for_part(record(), 1, media)
    path = media.save(tmp_path / name, made)
    assert provenance.read(tmp_path / f"{name}.json") == made
    assert made["part"] == {"index": 1, "modality": str(media.modality), "hash": media.content_hash()}
    (tmp_path / f"{name}.json").unlink()
    assert provenance.read(path) == made
    assert open_media(path).modality == media.modality


@pytest.mark.parametrize(
    ("media", "name"), [(PICTURE, "a.png"), (SOUND, "a.wav"), (CLIP, "a.mp4")], ids=lambda x: str(x)
)
def test_other_readers_find_that_it_is_ai_generated(media, name, tmp_path):
    data = media.save(tmp_path / name, record()).read_bytes()
    start = data.index(b"<x:xmpmeta")
    packet = data[start : data.index(b"</x:xmpmeta>", start)].decode()
    assert (
        "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia<"
        in packet
    )


def test_pillow_soundfile_and_ffmpeg_read_the_record(tmp_path):
    import av
    import PIL.Image
    import soundfile

    made = record()
    with PIL.Image.open(PICTURE.save(tmp_path / "a.png", made)) as picture:
        assert json.loads(picture.text["anygen"]) == made
    with soundfile.SoundFile(str(SOUND.save(tmp_path / "a.wav", made))) as sound:
        assert json.loads(sound.comment) == made
    with av.open(str(CLIP.save(tmp_path / "a.mp4", made))) as clip:
        assert json.loads(clip.metadata["comment"]) == made


def test_a_long_record_is_kept_whole(tmp_path):
    made = record(request=Request((Message("user", ("tell me more, " * 20_000,)),)))
    for media, name in ((PICTURE, "a.png"), (SOUND, "a.wav"), (CLIP, "a.mp4")):
        path = media.save(tmp_path / name, made)
        (tmp_path / f"{name}.json").unlink()
        assert provenance.read(path) == made


def test_a_file_without_a_record_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(PICTURE.encode())
    (tmp_path / "b.json").write_text('{"parts": []}')
    (tmp_path / "c.json").write_text("[" * 100_000)
    (tmp_path / "d.txt").write_text("hello")
    for name in ("a.png", "b.json", "c.json", "d.txt"):
        with pytest.raises(
            MediaError, match="holds no record of what made it; files written by anygen are accepted"
        ):
            provenance.read(tmp_path / name)
    with pytest.raises(MediaError, match="no such file"):
        provenance.read(tmp_path / "e.png")


def test_the_record_beside_a_file_that_lost_its_own_is_found(tmp_path):
    (tmp_path / "a.png").write_bytes(PICTURE.encode())
    (tmp_path / "a.png.json").write_bytes(provenance.as_json(record()))
    assert provenance.read(tmp_path / "a.png") == record()


def test_inputs_are_kept_under_their_content_hash(tmp_path):
    jpeg = tmp_path / "secret name.jpg"
    import PIL.Image

    PIL.Image.new("RGB", (20, 20), (9, 9, 200)).save(jpeg)
    asked = (Message("user", (Image.open(jpeg), SOUND, CLIP, "text", SOUND)),)
    files = dict(provenance.input_files(asked, tmp_path))
    assert [path.suffix for path in files] == [".jpeg", ".wav", ".mov"]
    assert next(iter(files.values())) == jpeg.read_bytes()
    for path, data in files.items():
        assert path.parent == tmp_path / "inputs"
        assert open_media(data).content_hash() == path.stem
