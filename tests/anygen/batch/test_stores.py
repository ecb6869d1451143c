"""Folders that fsspec reaches, here its store in memory."""

from __future__ import annotations

import hashlib
import uuid

import fsspec
import numpy as np
import pytest

from anygen import Image
from anygen.batch.stores import Root, StoreCopies, fingerprint, is_url
from anygen.core.errors import ConfigError, MediaError

from .conftest import done, picture, text


@pytest.fixture
def url():
    found = f"memory://{uuid.uuid4().hex}"
    yield found
    fsspec.filesystem("memory").rm(found, recursive=True)


def test_a_file_of_a_store_is_read_and_hashed(url, tmp_path):
    with fsspec.open(f"{url}/a.png", "wb") as file:
        file.write(b"content")
    root = Root.open(url)
    assert root.holds(f"{url}/a.png") and not root.holds(f"{url}2/a.png") and is_url(url)
    found = root.file(f"{url}/a.png")
    assert (found.num_bytes(), found.read(7), str(found)) == (7, b"content", f"{url}/a.png")
    (tmp_path / "a.png").write_bytes(b"content")
    wanted = hashlib.sha256(b"content").hexdigest()
    assert fingerprint(found) == fingerprint(tmp_path / "a.png") == wanted
    with pytest.raises(MediaError, match="1 to 6 are accepted"):
        found.read(6)


@pytest.mark.parametrize("name", ["../b.png", "a//b.png", "a/./b.png", "a::b", "a?.png", "*.png", ""])
def test_only_plain_names_below_a_folder_are_files(url, name):
    StoreCopies(url).put([("there", b"1")])
    with pytest.raises(MediaError, match="a plain name below"):
        Root.open(url).file(f"{url}/{name}")


def test_a_link_out_of_a_folder_of_this_machine_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(b"1")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    url = f"file://{tmp_path}/in"
    with pytest.raises(MediaError, match="leaves"):
        Root.open(url).file(f"{url}/link")


def test_a_chained_url_and_a_missing_file_are_one_sentence(url):
    StoreCopies(url).put([("there", b"1")])
    with pytest.raises(ConfigError, match="chained URLs"):
        Root.open(f"zip://a::{url}")
    with pytest.raises(MediaError, match="is no file that can be read here"):
        Root.open(url).file(f"{url}/none").read(10)


def test_copies_are_put_listed_and_removed(url):
    copies = StoreCopies(url)
    copies.put([("media/ab/1", b"one"), ("media/ab/2", b"three")])
    assert copies.sizes("media/ab") == {"1": 3, "2": 5} and copies.sizes("media/cd") == {}
    copies.remove(["media/ab/1", "media/ab/none"])
    assert copies.sizes("media/ab") == {"2": 5}


def test_a_job_copies_what_it_makes_and_what_was_made_before(run, url, tmp_path):
    run([picture("a")])
    run([picture("a"), picture("b"), text("c")], copy_to=url)
    system = fsspec.filesystem("memory")
    for row in done(tmp_path / "out").values():
        for each in row["files"]:
            assert system.cat_file(f"{url}/{each['path']}") == (tmp_path / "out" / each["path"]).read_bytes()
    assert system.cat_file(f"{url}/results.jsonl") == (tmp_path / "out" / "results.jsonl").read_bytes()
    assert system.exists(f"{url}/run.json")


def test_inputs_are_read_from_a_store_that_the_operator_names(run, url):
    with fsspec.open(f"{url}/p.png", "wb") as file:
        file.write(Image(np.zeros((8, 8, 3), np.uint8)).encode())
    line = {"id": "a", "prompt": [{"type": "image", "path": f"{url}/p.png"}], "modalities": ["text"]}
    assert run([line]).failed == 1
    assert run([line], out="other", roots=[url]).made == 1
