"""Records that others wrote, and files made again from theirs."""

import json

import numpy as np
import pytest

from anygen import Image, MediaError, Message, cli
from anygen.evaluation import replay as replaying
from anygen.media import provenance
from anygen.messages.request import Request

PICTURE = Image(np.full((8, 8, 3), 7, np.uint8))


def record_of(**changes):
    whole = provenance.build("mini", "", Request((Message("user", ("hi",)),)), 0)
    return {**whole, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "mini"}, {"model": {}}, {"messages": 5}, {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": ["hi"]}]}, {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "image", "hash": 5}]}]}, {"part": [1]},
        {"part": {"index": "abc"}}, {"versions": [1]}, {"seed": "x"}, {"modalities": 3}, {"options": []},
    ],
)  # fmt: skip
def test_a_record_of_another_form_is_refused_before_anything_is_made(changes, tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(record_of(**changes)))
    with pytest.raises(MediaError, match="is not as anygen writes it"):
        replaying.read_record(tmp_path / "r.json")


def test_what_a_file_says_cannot_drive_the_terminal(tmp_path, capsys):
    part = {"type": "\x1b]0;owned\x07", "hash": "\x1b[31mabc"}
    (tmp_path / "r.json").write_text(json.dumps(record_of(messages=[{"role": "user", "content": [part]}])))
    assert cli.main(["replay", str(tmp_path / "r.json")]) == 2
    assert capsys.readouterr().err.rstrip("\n").isprintable()


def test_forged_words_are_found_by_replay(tiny_model, tmp_path):
    tiny_model.generate("hi", modalities=("text",)).save(tmp_path)
    path = tmp_path / "reply.json"
    assert replaying.replay(tiny_model, path).same
    path.write_text(
        json.dumps({**json.loads(path.read_text()), "parts": [{"type": "text", "text": "forged"}]})
    )
    assert not replaying.replay(tiny_model, path).same


def test_what_was_made_is_made_again_from_its_file_and_its_inputs(tiny_model, tmp_path):
    reply = tiny_model.generate(["hi", PICTURE], require=("image",))
    reply.save(tmp_path, copy_inputs=True)
    found = replaying.replay(tiny_model, tmp_path / "reply.json")
    assert found.same and found.differences == () and len(found.comparisons) == 1 + len(reply.images)
    for kept in (tmp_path / "inputs").iterdir():
        kept.unlink()
    with pytest.raises(MediaError, match=f"the input image {PICTURE.content_hash()[:12]} is missing"):
        replaying.replay(tiny_model, tmp_path / "reply.json")
    PICTURE.save(tmp_path / "elsewhere.bin.png")
    assert replaying.replay(tiny_model, tmp_path / "reply.json", [tmp_path / "elsewhere.bin.png"]).same


def test_a_record_of_other_weights_says_so(tiny_model):
    record = tiny_model.generate("hi").provenance
    assert replaying.differences(record, tiny_model) == ()
    other = {**record, "model": {"name": "x", "weights_hash": "f" * 64}, "versions": {"torch": "0.1"}}
    weights, torch = replaying.differences(other, tiny_model)
    assert weights.startswith("the weights were ffffffffffff and are") and torch.startswith("torch was 0.1")


def test_a_path_in_a_sent_reply_leads_to_no_other_folder(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps({"parts": [{"type": "image", "path": "../../etc/a.png"}]}))
    assert replaying.outputs(tmp_path / "r.json", {}) == [(0, tmp_path / "a.png")]
