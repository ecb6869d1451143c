"""What callers give as a prompt, and what it becomes."""

import base64

import numpy as np
import PIL.Image
import pytest

from anygen.core.errors import MediaError, PromptError
from anygen.core.modality import Modality
from anygen.media import Audio, Image, Video
from anygen.media.base import MediaLimits
from anygen.messages.message import Message, as_messages

PICTURE = Image(np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3))
SOUND = Audio(np.linspace(-0.5, 0.5, 900, dtype=np.float32), 8000)
CLIP = Video(np.zeros((3, 16, 16, 3), np.uint8), 8.0)
CODED = base64.b64encode(PICTURE.encode()).decode()


@pytest.fixture
def files(tmp_path):
    PICTURE.save(tmp_path / "a.png")
    SOUND.save(tmp_path / "a.wav")
    CLIP.save(tmp_path / "a.mp4")
    return tmp_path


def parts(prompt, **options):
    (message,) = as_messages(prompt, **options)
    assert message.role == "user"
    return message.parts


def test_a_text_a_medium_or_a_list_of_parts_is_one_user_turn():
    assert parts("hello") == ("hello",)
    assert parts(PICTURE) == (PICTURE,)
    assert parts(["what is this?", PICTURE, SOUND, "and this?", CLIP]) == (
        "what is this?",
        PICTURE,
        SOUND,
        "and this?",
        CLIP,
    )
    assert parts(Message("user", ("hello",))) == ("hello",)


def test_text_is_never_taken_for_a_path(files):
    assert parts([str(files / "a.png")]) == (str(files / "a.png"),)
    assert parts(files / "a.png") == (PICTURE,)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image", "path": "a.png"},
        {"type": "image", "url": "a.png"},
        {"type": "image", "url": "file://a.png"},
        {"type": "image", "image": "a.png"},
        {"type": "image", "image": PICTURE},
        {"type": "image", "image": PICTURE.pixels},
        {"type": "image", "image": PIL.Image.fromarray(PICTURE.pixels)},
        {"type": "image", "base64": CODED},
        {"type": "image", "url": f"data:image/png;base64,{CODED}"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{CODED}"}},
        {"type": "image_url", "image_url": f"data:image/png;base64,{CODED}"},
    ],
    # Without addresses and random content: workers that share the tests must agree on their names.
    ids=[
        "path",
        "url",
        "file-url",
        "image-path",
        "image",
        "pixels",
        "pil",
        "base64",
        "data",
        "image_url",
        "image_url-text",
    ],
)
def test_every_form_of_a_picture_part_is_read(part, files, monkeypatch):
    monkeypatch.chdir(files)
    (message,) = as_messages([{"role": "user", "content": [{"type": "text", "text": "look:"}, part]}])
    assert message.parts == ("look:", PICTURE)


def test_sound_and_clip_parts_are_read(files):
    coded = base64.b64encode(SOUND.encode()).decode()
    assert (
        parts([{"type": "input_audio", "input_audio": {"data": coded, "format": "wav"}}])[0].sample_rate
        == 8000
    )
    assert parts([{"type": "audio", "path": str(files / "a.wav")}])[0].sample_rate == 8000
    assert parts([{"type": "video", "path": str(files / "a.mp4")}])[0].frames.shape == (3, 16, 16, 3)


def test_chat_messages_keep_their_roles_and_order():
    chat = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "draw a dog"},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "Here:"}, {"type": "image", "image": PICTURE}],
        },
        {"role": "user", "content": [{"type": "text", "text": "bigger"}]},
    ]
    messages = as_messages(chat)
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[2].parts == ("Here:", PICTURE)
    assert messages[2].text == "Here:" and messages[2].media == (PICTURE,)
    assert as_messages(list(messages)) == messages


def test_a_new_modality_needs_no_edit_here():
    class Smell:
        modality = Modality("smell")

    smell = Smell()
    assert parts(["what is it?", smell])[1] is smell


REFUSED = [
    ([], PromptError, "the prompt is empty"),
    (3, PromptError, "the prompt is of type int; a text, a media object"),
    (b"png", PromptError, "the prompt is of type bytes"),
    ([3], PromptError, "a part of type int; text, Image, Audio, Video"),
    ([np.zeros((2, 2, 3))], MediaError, "Image.pixels is a"),
    (["hi", {"role": "user", "content": "x"}], PromptError, "mixes messages and parts"),
    (
        [{"role": "robot", "content": "x"}],
        PromptError,
        "message role is 'robot'; system, user, assistant are accepted",
    ),
    ([{"role": "user"}], PromptError, "has no content"),
    ([{"role": "user", "content": []}], PromptError, "the user message is empty"),
    ([{"role": "system", "content": [PICTURE]}], PromptError, "the system message holds image; only text"),
    ([{"type": "imag", "path": "x"}], PromptError, r"unknown part type 'imag'; did you mean image\?"),
    ([{"type": "smell"}], PromptError, "unknown part type 'smell'; known are"),
    ([{"text": "no type"}], PromptError, "unknown part type None"),
    ([{"type": "text", "text": 3}], PromptError, "a text part holds 3"),
    ([{"type": "image"}], PromptError, "the image part has no source; one of path, url, base64 or image"),
    ([{"type": "image", "path": "x", "url": "y"}], PromptError, "the image part has path and url"),
    ([{"type": "image", "image": SOUND}], PromptError, "the image part holds audio"),
    ([{"type": "image_url"}], PromptError, "the image_url part has no image_url.url"),
    ([{"type": "input_audio", "input_audio": {}}], PromptError, "no input_audio.data"),
    (
        [{"type": "image", "url": "https://example.org/dog.png"}],
        MediaError,
        "a remote address; addresses are not fetched",
    ),
    ([{"type": "image", "url": "HTTP://example.org/dog.png"}], MediaError, "a remote address"),
    ([{"type": "image", "url": "s3://bucket/dog.png"}], MediaError, "a remote address"),
    ([{"type": "image", "path": "missing.png"}], MediaError, "missing.png: no such file"),
    ([{"type": "image", "base64": "not base64!"}], MediaError, "the image part is not valid base64"),
    ([{"type": "image", "base64": 3}], MediaError, "the image part holds int"),
    ([{"type": "audio", "base64": CODED}], MediaError, "a PNG file; WAV, FLAC"),
    ([{"type": "video", "video": CLIP.frames}], PromptError, "which has no fps"),
    ([{"type": "audio", "audio": SOUND.samples}], PromptError, "which has no rate"),
]


@pytest.mark.parametrize(("prompt", "kind", "sentence"), REFUSED, ids=lambda x: str(x)[:50])
def test_a_bad_prompt_is_refused_in_one_sentence(prompt, kind, sentence):
    with pytest.raises(kind, match=sentence) as refusal:
        as_messages(prompt)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 300


def test_a_server_takes_no_paths(files):
    for part in (
        files / "a.png",
        {"type": "image", "path": str(files / "a.png")},
        {"type": "image", "image": "a.png"},
    ):
        with pytest.raises(MediaError, match="only uploaded bytes"):
            as_messages([part], allow_paths=False)
    assert parts([{"type": "image", "base64": CODED}], allow_paths=False) == (PICTURE,)


def test_base64_is_measured_before_it_is_decoded():
    with pytest.raises(MediaError, match="at most 50 are accepted"):
        as_messages([{"type": "image", "base64": CODED}], limits=MediaLimits(max_bytes=50))


def test_a_message_is_checked_when_made():
    with pytest.raises(PromptError, match="a part of the user message is of type int"):
        Message("user", (3,))
    with pytest.raises(PromptError, match="the user message is empty"):
        Message("user", ())
