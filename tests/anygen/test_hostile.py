"""What somebody may send or mistype: one sentence each, no traceback, no gigabytes, nothing lost."""

from __future__ import annotations

import shutil
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage
from safetensors.torch import load_file, save_file

from anygen import (
    AnyGen,
    Audio,
    CheckpointError,
    ConfigError,
    GenerationOptions,
    Image,
    MediaError,
    PromptError,
    Video,
    VideoOptions,
    cli,
    open_media,
)
from anygen.core.seeds import check_seed
from anygen.loading import presets
from anygen.media.files import image as image_files
from anygen.messages.message import as_messages
from anygen.messages.reply import caption_of

PICTURE = Image(np.full((8, 8, 3), 7, np.uint8))


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF" + struct.pack("<I", 2**31) + b"WAVE" + bytes(4_000_000),
        b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08free" * 500_000,
    ],
    ids=["wav", "mp4"],
)
def test_a_file_of_empty_pieces_takes_no_memory(data):
    tracemalloc.start()
    with pytest.raises(MediaError):
        open_media(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2 * len(data)


def test_other_weights_in_an_encoder_or_a_decoder_are_refused(tiny_dir, tmp_path):
    for number, part in enumerate(("encoder", "decoders/image/unet")):
        folder = Path(shutil.copytree(tiny_dir, tmp_path / str(number)))
        path = next((folder / part).glob("*.safetensors"))
        save_file(
            {name: value * 2 for name, value in load_file(path).items()}, path, metadata={"format": "pt"}
        )
        with pytest.raises(CheckpointError, match=rf"{path.name}: missing, or not what manifest.json lists"):
            AnyGen.from_pretrained(folder)
    other = Path(shutil.copytree(tiny_dir, tmp_path / "other"))
    (other / "llm" / "README.md").write_text("A file that the manifest does not list changes nothing.")
    assert AnyGen.from_pretrained(other).weights_hash == AnyGen.from_pretrained(tiny_dir).weights_hash


@pytest.mark.parametrize(
    "file, text, found",
    [
        ("manifest.json", "[]", r"manifest.json: holds \[\]; .* is expected, a mapping"),
        ("encoder/config.json", "{", "encoder.config.json: cannot be read as JSON"),
    ],
)
def test_a_folder_that_was_tampered_with_is_one_sentence(file, text, found, tiny_dir, tmp_path):
    folder = Path(shutil.copytree(tiny_dir, tmp_path / "model"))
    (folder / file).write_text(text)
    with pytest.raises((CheckpointError, ConfigError), match=found) as caught:
        AnyGen.from_pretrained(folder)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "old, new, found",
    [
        ("template:\n", "template:\n    open_tag: '<{foo}>'\n", "open_tag and close_tag may hold"),
        (
            "tokens_per_feature: 2",
            "tokens_per_feature: 1000000000000000",
            "config.yaml: .*; a whole number from 1 to 1024",
        ),
        ("tokens_per_feature: 2", "tokens_per_feature: two", "tokens_per_feature: 'two'; a whole number"),
    ],
)
def test_a_config_that_asks_for_nonsense_is_refused(old, new, found, tiny_dir, tmp_path):
    folder = Path(shutil.copytree(tiny_dir, tmp_path / "model"))
    text = (folder / "config.yaml").read_text()
    assert old in text
    (folder / "config.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=found) as caught:
        AnyGen.from_pretrained(folder)
    assert str(folder / "config.yaml") in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["runs/mimi", "out/reply-9.png", "a/b.json", "~nosuchuser/x"])
def test_a_mistyped_path_does_not_lead_to_the_network(name, tmp_path, monkeypatch):
    def never(name):
        raise AssertionError("asked the hub")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    monkeypatch.setattr(presets, "_from_hub", never)
    with pytest.raises(CheckpointError):
        presets.resolve(name)


def test_a_file_from_a_batch_says_so(tiny_model, tmp_path):
    alone = tiny_model.generate("hi", require=("image",))
    several = tiny_model.generate_batch(["hi", "ho"], require=("image",))[0]
    exact = tiny_model.generate_batch(["hi", "ho"], GenerationOptions(exact=True), require=("image",))[0]
    assert [each.provenance.get("batch_size") for each in (alone, several, exact)] == [None, 2, None]


def test_a_clip_may_not_cost_more_than_its_parts_suggest():
    with pytest.raises(
        ConfigError, match="512 frames of 2048 x 2048 are 2147 million pixels; at most 67 million"
    ):
        VideoOptions(num_frames=512, height=2048, width=2048)


def test_16_bit_greys_take_little_memory_and_keep_their_levels():
    grey = PILImage.fromarray(np.arange(2**20, dtype=np.uint32).astype(np.uint16).reshape(1024, 1024))
    tracemalloc.start()
    levels = image_files.to_rgb(grey)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (levels[..., 0].ravel() == np.rint(np.arange(2**20) % 65536 / 257)).all()
    assert most < 12 * 2**20


def test_a_pil_picture_is_read_as_its_file_would_be(tmp_path):
    clear = PILImage.new("RGBA", (4, 8), (10, 20, 30, 0))
    clear.save(tmp_path / "a.png")
    assert as_messages([clear])[0].parts[0] == Image.open(tmp_path / "a.png")


@pytest.mark.parametrize("prompt", ["\udcff dog", [PICTURE, "\ud800"]])
def test_bytes_that_are_no_text_are_refused(prompt):
    with pytest.raises(PromptError, match="bytes that are no characters"):
        as_messages(prompt)


def test_one_prompt_is_no_list_of_prompts(tiny_model):
    with pytest.raises(PromptError, match="a list of prompts is accepted"):
        tiny_model.generate_batch("hi")
    with pytest.raises(PromptError, match="nothing may come back"):
        tiny_model.generate("hi", modalities=())


def test_options_may_be_plain_values_and_numpy_numbers(tiny_model):
    assert tiny_model.respond(["hi"], {"temperature": np.float32(0.5)})[0].request.options.temperature == 0.5
    with pytest.raises(ConfigError, match="options is 5"):
        tiny_model.respond(["hi"], 5)
    with pytest.raises(ConfigError, match="temperature is 1000"):
        GenerationOptions(temperature=10**400)
    with pytest.raises(ConfigError, match="extra is 5"):
        GenerationOptions(extra=5)
    assert check_seed(np.int64(3)) == 3 and type(check_seed(np.int64(3))) is int
    with pytest.raises(PromptError) as caught:
        check_seed(10**5000)
    assert len(str(caught.value)) < 200
    assert Video(np.zeros((1, 4, 4, 3), np.uint8), np.int64(4)).fps == 4.0


@pytest.mark.parametrize("rate", [None, float("nan"), float("inf"), 2**40, 0, 1.5])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(MediaError, match=r"Audio.sample_rate is"):
        Audio(np.zeros(4, np.float32), rate)


def test_samples_of_another_unit_are_refused_and_one_channel_is_one_sound():
    with pytest.raises(MediaError, match=r"goes up to 50; numbers in \[-1, 1\]"):
        Audio(np.full(4, 50, np.float32), 16000)
    flat = np.zeros(4, np.float32)
    assert Audio(flat, 16000).content_hash() == Audio(flat[None], 16000).content_hash()
    with pytest.raises(MediaError, match="FLAC takes up to 8 channels"):
        Audio(np.zeros((9, 4), np.float32), 16000).encode(suffix=".flac")


@pytest.mark.parametrize(
    "said, caption",
    [
        ("Here you are: a big dog on a red background.", "a big dog on a red background"),
        ("Sure: a dog. And here: the sound of a cat.", "the sound of a cat"),
        ("Here: a St. Bernard in the snow.", "a St. Bernard in the snow"),
        ("A clock at 10:30.", "A clock at 10:30"),
        ("I see. A red car", "A red car"),
        (" \n", ""),
    ],
)
def test_a_caption_is_what_is_named_last(said, caption):
    assert caption_of(said) == caption


def test_a_reply_stands_for_its_turn(tiny_model):
    reply = tiny_model.generate("hi", require=("image",))
    turns = as_messages([{"role": "user", "content": "hi"}, reply, {"role": "user", "content": "again"}])
    assert turns[1] == reply.message()


def test_closed_streams_keep_json_pure(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr", None)
    assert cli.main(["info", "nosuch.png"]) == 2
    assert capsys.readouterr().out == ""


def test_chat_goes_on_after_commands_that_cannot_be_carried_out(tiny_dir, tmp_path, monkeypatch, capsys):
    import io

    lines = b"/image ~nosuchuser/x.png\n/seed " + b"9" * 5000 + b"\n/save a\0b\n\xff\xfe hello\n"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines), encoding="utf-8"))
    assert cli.main(["chat", "--model", str(tiny_dir)]) == 0
    assert capsys.readouterr().err.count("anygen: ") == 3


def test_a_decoder_of_another_modality_is_refused(tiny_dir, tmp_path):
    folder = Path(shutil.copytree(tiny_dir, tmp_path / "model"))
    text = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(text.replace("kind: audioldm", "kind: stable_diffusion", 1))
    with pytest.raises(ConfigError, match=r"decoders.audio.kind: stable_diffusion makes image, not audio"):
        AnyGen.from_pretrained(folder)
