"""Zips that somebody hostile made, and how an honest one comes in."""

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from tiny_store import talk

from anygen import PromptError
from anygen_ui.archive import export_zip
from anygen_ui.file_store import UploadLimits
from anygen_ui.store import Store
from anygen_ui.unpacking import import_zip


def rezipped(data: bytes, change=None, **files: bytes | str | None) -> bytes:
    """The zip with some files changed, added (or None: left out), and its document changed by `change`."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name in files:
                continue
            content = old.read(name)
            if name == "conversation.json" and change is not None:
                document = json.loads(content)
                document = change(document) or document
                content = json.dumps(document).encode()
            new.writestr(name, content)
        for name, content in files.items():
            if content is not None:
                new.writestr(name, content)
    return made.getvalue()


def with_entry(data: bytes, info: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(info, content)
    return made.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(data: bytes) -> bytes:
    """The flag set in the first entry of the directory."""
    at = data.index(b"PK\1\2") + 8
    return data[:at] + bytes([data[at] | 1]) + data[at + 1 :]


def long_directory(data: bytes) -> bytes:
    at = data.rindex(b"PK\5\6") + 12
    return data[:at] + (2**31).to_bytes(4, "little") + data[at + 4 :]


def zip64(data: bytes) -> bytes:
    """The locator of a zip64's directory before the end."""
    return data[:-22] + b"PK\6\7" + bytes(16) + data[-22:]


def packed(name: str, how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = how
    return info


def medium(data: bytes, suffix: str) -> str:
    return next(name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.endswith(suffix))


def set_in(*path):
    """A change of the document: the last of `path` is put where the others lead."""

    def change(document):
        *before, name, value = path
        here = document
        for each in before:
            here = here[each]
        here[name] = value

    return change


def lie_about_size(data: bytes) -> bytes:
    """A directory that says that the document is short, before a long one."""
    long = rezipped(data, **{"conversation.json": b" " * 3_000_000})
    at = long.rindex(b"PK\1\2", 0, long.rindex(b"conversation.json")) + 24
    return long[:at] + (10).to_bytes(4, "little") + long[at + 4 :]


HOSTILE = [
    ("no zip", lambda data: b"hello, no zip at all", "no zip"),
    ("empty", lambda data: b"", "no zip"),
    ("cut", lambda data: data[: len(data) // 2], "no zip"),
    ("torn", lambda data: data[:60] + bytes(40) + data[100:], "damaged"),
    ("traversal", lambda data: with_entry(data, zipfile.ZipInfo("../../evil.png")), "evil.png"),
    ("absolute", lambda data: with_entry(data, zipfile.ZipInfo("/etc/evil")), "/etc/evil"),
    ("backslash", lambda data: with_entry(data, zipfile.ZipInfo("media\\..\\evil")), "evil"),
    ("below", lambda data: with_entry(data, zipfile.ZipInfo("media/a/b.png")), "media/a/b.png"),
    ("symlink", lambda data: with_entry(data, link("media/x.png"), b"/etc/passwd"), "a link or a device"),
    ("twice", lambda data: with_entry(data, zipfile.ZipInfo("conversation.json")), "twice"),
    ("encrypted", encrypted, "encrypted"),
    ("long directory", long_directory, "directory that is too long"),
    ("another directory", zip64, "directory that is too long"),
    ("lzma", lambda data: with_entry(data, packed("media/x.png", zipfile.ZIP_LZMA)), "an unusual way"),
    ("bomb", lambda data: with_entry(data, zipfile.ZipInfo("media/b.png"), bytes(30_000_000)), "unpacks to"),
    ("lie", lie_about_size, "damaged"),
    ("no document", lambda data: rezipped(data, **{"conversation.json": None}), "holds no conversation.json"),
    (
        "a document of another kind",
        lambda data: rezipped(data, **{"conversation.json": "[1"}),
        "it is no JSON",
    ),
    ("deep", lambda data: rezipped(data, **{"conversation.json": "[" * 200_000}), "it is no JSON"),
    ("NaN", lambda data: rezipped(data, **{"conversation.json": '{"format": NaN}'}), "it is no JSON"),
    ("half a character", lambda data: rezipped(data, set_in("title", "\ud800")), "it is no JSON"),
    ("format", lambda data: rezipped(data, set_in("format", "other")), "its format"),
    ("schema", lambda data: rezipped(data, set_in("schema", 2)), "its schema"),
    ("turns", lambda data: rezipped(data, set_in("turns", {})), "turns is no list"),
    ("role", lambda data: rezipped(data, set_in("turns", 0, "role", "tool")), "turn 0: its role"),
    ("state", lambda data: rezipped(data, set_in("turns", 0, "state", "running")), "turn 0: its state"),
    ("seed", lambda data: rezipped(data, set_in("turns", 1, "seed", 2**70)), "turn 1: its seed"),
    ("parts", lambda data: rezipped(data, set_in("turns", 0, "parts", "x")), "turn 0: its parts"),
    ("text", lambda data: rezipped(data, set_in("turns", 0, "parts", 0, "text", 3)), "part 0: its text"),
    ("type", lambda data: rezipped(data, set_in("turns", 0, "parts", 0, "type", "smell")), "its type"),
    ("title", lambda data: rezipped(data, set_in("title", None)), "title is no text"),
    (
        "a file of this machine",
        lambda data: rezipped(data, set_in("turns", 0, "parts", 1, "path", "/etc/passwd")),
        "which a turn names",
    ),
    (
        "another modality",
        lambda data: rezipped(data, set_in("turns", 0, "parts", 1, "type", "video")),
        "which is audio",
    ),
    ("missing", lambda data: rezipped(data, **{medium(data, ".wav"): None}), "which a turn names"),
    ("more", lambda data: with_entry(data, zipfile.ZipInfo("media/more.png")), "which no turn names"),
    ("no medium", lambda data: rezipped(data, **{medium(data, ".png"): "<html>"}), "a web page"),
    ("no record", lambda data: rezipped(data, **{medium(data, ".png.json"): "[]"}), "no record"),
]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("name", "harm", "sentence"), HOSTILE, ids=[name for name, *_ in HOSTILE])
def test_a_hostile_zip_is_refused_with_a_sentence_and_nothing_of_it_stays(tmp_path, name, harm, sentence):
    store = Store(tmp_path / "store", UploadLimits(unpacked_bytes=20_000_000))
    data = harm(export_zip(store, "ada", talk(store)))

    def files() -> list[Path]:
        return sorted(path for path in tmp_path.rglob("*") if "conversations.db" not in path.name)

    store.files.visitor_folder("bob")
    before = files()
    with pytest.raises(PromptError, match=r"^the zip") as refused:
        import_zip(store, "bob", data)
    assert sentence in str(refused.value) and len(str(refused.value)) < 400
    assert store.conversations("bob") == [] and store.media("bob") == []
    assert files() == before
    store.close()


def test_a_zip_with_too_many_or_too_much_is_refused(store):
    data = export_zip(store, "ada", talk(store))
    for limits, sentence in (
        (UploadLimits(zip_bytes=100), "at most 0 MB"),
        (UploadLimits(zip_entries=3), "at most 3"),
        (UploadLimits(document_bytes=10), "conversation.json of"),
    ):
        store.limits = limits
        with pytest.raises(PromptError, match=sentence):
            import_zip(store, "bob", data)
    store.limits = UploadLimits()
    store.files.limits = UploadLimits(visitor_bytes=100)
    with pytest.raises(PromptError, match="the zip's files: "):
        import_zip(store, "bob", data)
    assert store.conversations("bob") == []
    store.limits = UploadLimits(unpacked_bytes=100)
    with pytest.raises(PromptError, match="go into one zip"):
        export_zip(store, "ada", store.conversations("ada")[0].id)


@pytest.mark.parametrize("model", ["/srv/secret", "../x", "somebody/model", 5, None])
def test_a_zip_names_no_folder_and_no_place_on_the_network_as_its_model(store, model):
    data = rezipped(export_zip(store, "ada", talk(store)), set_in("model", model))
    came = import_zip(store, "bob", rezipped(data, set_in("turns", 1, "settings", "model", model)))
    assert came.model == "mini"
    assert set(store.turns("bob", came.id)[1].settings) == {"options", "modalities", "require", "seed"}


def test_a_path_in_text_is_not_opened(store):
    with pytest.raises(PromptError, match="no zip"):
        import_zip(store, "ada", b"/etc/passwd")
