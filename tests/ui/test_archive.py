"""A conversation out as a zip and in again; hostile zips; manifests."""

import io
import json
import zipfile
from pathlib import Path

from tiny_store import talk

from anygen.media import provenance
from anygen_ui.archive import export_zip, manifest
from anygen_ui.tables import Part
from anygen_ui.unpacking import import_zip


def test_what_goes_out_comes_in_the_same_for_another_visitor(store):
    conversation = talk(store)
    data = export_zip(store, "ada", conversation)
    came = import_zip(store, "bob", data)
    assert came.title == "Trip" and came.id != conversation
    before, after = store.turns("ada", conversation), store.turns("bob", came.id)
    for old, new in zip(before, after, strict=True):
        assert (new.role, new.state, new.seed, new.settings, new.error, new.timings) == (
            (old.role, old.state, old.seed, old.settings, old.error, old.timings)
        )
        for part, again in zip(old.parts, new.parts, strict=True):
            assert (again.type, again.text, again.caption, again.note) == (
                (part.type, part.text, part.caption, part.note)
            )
            if part.path:
                assert Path(again.path).read_bytes() == Path(part.path).read_bytes()
                assert Path(again.path).parent == store.files.visitor_folder("bob")
    assert sorted(each.generated for each in store.media("bob")) == [False, True]
    made = after[1].parts[1].path
    assert provenance.read(made) == provenance.read(before[1].parts[1].path)
    assert provenance.sidecar(Path(made)).exists()
    # One file named by two turns is one file.
    assert after[2].parts[1].path == made
    # And out again: as many files, under other names.
    again = zipfile.ZipFile(io.BytesIO(export_zip(store, "bob", came.id))).infolist()
    assert sorted(each.file_size for each in again if each.filename.startswith("media/")) == sorted(
        each.file_size
        for each in zipfile.ZipFile(io.BytesIO(data)).infolist()
        if each.filename.startswith("media/")
    )


def test_a_manifest_asks_again_what_was_asked(store):
    conversation = talk(store)
    lines = [json.loads(line) for line in manifest(store, "ada", conversation).splitlines()]
    assert [set(line) - {"options", "require"} for line in lines] == [{"id", "messages", "seed"}] * 3
    first = lines[0]
    assert (first["seed"], first["options"], first["require"]) == (4, {"image": {"height": 32}}, ["image"])
    sound = first["messages"][0]["content"][1]
    assert sound["type"] == "audio" and sound["path"].startswith("media/")
    assert len({line["id"] for line in lines}) == 3
    archive = zipfile.ZipFile(io.BytesIO(export_zip(store, "ada", conversation)))
    assert archive.read("manifest.jsonl").decode() == manifest(store, "ada", conversation)
    named = {
        part["path"]
        for line in lines
        for message in line["messages"]
        for part in message["content"]
        if "path" in part
    }
    assert named <= set(archive.namelist())


def test_a_running_answer_goes_out_as_stopped(store):
    conversation = store.new_conversation("ada").id
    turn = store.begin_answer("ada", conversation, {})
    store.fill("ada", conversation, turn.id, [Part("text", "Half")])
    came = import_zip(store, "ada", export_zip(store, "ada", conversation))
    assert store.turns("ada", came.id)[0].state == "stopped"


# What somebody else made
