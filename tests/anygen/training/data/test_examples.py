from __future__ import annotations

import json
from pathlib import Path

import pytest

from anygen.core.modality import AUDIO, IMAGE
from anygen.training.data.examples import ExampleError, MediaReference, read_examples

USER = {"role": "user", "content": "Draw a dog."}
ASSISTANT = {
    "role": "assistant",
    "content": [{"type": "text", "text": "Here."}, {"type": "image", "caption": "a dog"}],
}


def write(folder: Path, *records: object) -> Path:
    file = folder / "data.jsonl"
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def example(*messages: object, **more: object) -> dict[str, object]:
    return {"id": "a", "messages": list(messages), **more}


def user(**part: object) -> dict[str, object]:
    return {"role": "user", "content": [part]}


def test_reads_text_media_captions_and_meta(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "x.wav").write_bytes(b"x")
    asked = {
        "role": "user",
        "content": [{"type": "text", "text": "Draw "}, {"type": "audio", "path": "media/x.wav"}],
    }
    (read,) = read_examples(write(tmp_path, example(asked, ASSISTANT, meta={"kind": "test"})))
    assert read.turns[0].parts == ("Draw ", MediaReference(AUDIO, (tmp_path / "media/x.wav").resolve()))
    assert read.turns[1].parts == ("Here.", MediaReference(IMAGE, None, "a dog"))
    assert read.meta == {"kind": "test"}
    assert [each.modality for each in read.media] == [AUDIO, IMAGE]


def test_skips_empty_lines_and_counts_them(tmp_path: Path) -> None:
    file = write(tmp_path, "", example(USER, ASSISTANT))
    assert read_examples(file)[0].source == f"{file}:2"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("{", "is not JSON"),
        ("[1]", "the line is a list of 1"),
        ({"messages": [USER, ASSISTANT]}, "lacks the key 'id'"),
        (example(USER, ASSISTANT, extra=1), "unknown key 'extra'"),
        ({"id": "a", "mesages": []}, "did you mean messages?"),
        ({"id": 3, "messages": [USER, ASSISTANT]}, "'id' is 3; expected a non-empty string"),
        ({"id": "a", "messages": []}, "'messages' is a list of 0"),
        ({"id": "a", "messages": [], "meta": 1}, "'meta' is 1"),
        (example(USER), "the roles are user; expected user and assistant in turn"),
        (example(ASSISTANT, USER), "the roles are assistant, user"),
        (example(USER, USER, ASSISTANT), "the roles are user, user, assistant"),
        (example({"role": "robot", "content": "x"}, ASSISTANT), "messages[0].role is 'robot'"),
        (example({"role": "user", "content": []}, ASSISTANT), "messages[0].content is a list of 0"),
        (example({"role": "user", "content": ["x"]}, ASSISTANT), "messages[0].content[0] is 'x'"),
        (example(user(type="imgae", path="x"), ASSISTANT), "did you mean image?"),
        (example(user(type="text", txt="x"), ASSISTANT), "did you mean text?"),
        (example(user(type="text", text=1), ASSISTANT), "messages[0].content[0].text is 1"),
        (example(user(type="image"), ASSISTANT), "lacks the key 'path'"),
        (example(user(type="image", path="no.png"), ASSISTANT), "is not a file in"),
        (example(user(type="image", path=""), ASSISTANT), "path is ''"),
        (example(user(type="image", path="../x.png"), ASSISTANT), "leaves"),
        (example(user(type="image", path="/etc/passwd"), ASSISTANT), "leaves"),
        (example(user(type="image", path="x", caption="y"), ASSISTANT), "unknown key 'caption'"),
        (example(USER, user(type="image", path="x") | {"role": "assistant"}), "lacks the key 'caption'"),
        (example(USER, {"role": "assistant", "content": [{"type": "image", "caption": " "}]}), "caption is ' '"),
        (example(user(type="image", path="x") | {"role": "system"}, USER, ASSISTANT), "a system message holds text only"),
    ],
)  # fmt: skip
def test_a_malformed_line_gives_one_sentence_with_file_and_line(
    tmp_path: Path, record: object, said: str
) -> None:
    file = write(tmp_path, example(USER, ASSISTANT) | {"id": "first"}, record)
    with pytest.raises(ExampleError) as raised:
        read_examples(file)
    message = str(raised.value)
    assert message.startswith(f"{file}:2: ")
    assert said in message
    assert "\n" not in message


def test_an_id_that_occurs_twice_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r":2: id 'a' is already that of line 1"):
        read_examples(write(tmp_path, example(USER, ASSISTANT), example(USER, ASSISTANT)))


def test_a_link_out_of_the_folder_is_refused_and_a_root_allows_it(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "x.png").write_bytes(b"x")
    (inside / "link.png").symlink_to(outside / "x.png")
    file = write(inside, example(user(type="image", path="link.png"), ASSISTANT))
    with pytest.raises(ExampleError, match="leaves"):
        read_examples(file)
    assert len(read_examples(file, roots=[outside])) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_a_file_without_examples_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(content)
    with pytest.raises(ExampleError, match="holds no examples"):
        read_examples(file)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r"none.jsonl: cannot be read"):
        read_examples(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}\n')
    with pytest.raises(ExampleError, match=r"latin.jsonl:1: is not UTF-8 text"):
        read_examples(tmp_path / "latin.jsonl")


def test_what_was_measured_is_read_and_never_made(tmp_path):
    (tmp_path / "d.png").write_bytes(b"-")
    asked = {"role": "user", "content": [{"type": "depth", "path": "d.png"}]}
    turns = [asked, {"role": "assistant", "content": "a room"}]
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "messages": turns}))
    assert [each.modality for each in read_examples(tmp_path / "a.jsonl")[0].media] == ["depth"]
    turns[1] = {"role": "assistant", "content": [{"type": "depth", "caption": "a room"}]}
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "messages": turns}))
    with pytest.raises(
        ExampleError, match=r"messages\[1\].content\[0\] is depth; that is read and never made"
    ):
        read_examples(tmp_path / "a.jsonl")
