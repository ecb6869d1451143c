"""A repository of the hub: which of its files come, and what goes wrong in one sentence."""

import json
import shutil

import pytest
from hub_server import COMMIT, REPOSITORY, WEIGHTS, sha256

from anygen.core.config import SourceConfig
from anygen.core.errors import CheckpointError, MachineError
from anygen.loading import pull
from anygen.loading.repository import choose, git_blob, inside

SOURCE = SourceConfig("a/b", "unverified", "none", 1.0)


def test_what_the_hubs_cache_lacks_is_one_whole_sentence(repository, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(
        MachineError, match=r"is not whole in the hub's cache, .* \(HF_HUB_OFFLINE, --offline\)$"
    ):
        pull.pull(repository(), tmp_path / "parts", offline=True)


def test_a_repository_comes_by_the_hubs_client_as_safetensors(server, repository, tmp_path):
    done = pull.pull(repository(), tmp_path / "parts", endpoint=server.url)
    lock = json.loads(done.lock.read_text())["parts"]["decoders.image"]
    assert lock["revision"] == COMMIT
    assert set(lock["files"]) == {
        f"b/{name}"
        for name in ("README.md", "model_index.json", "unet/config.json", "unet/model.safetensors")
    }
    for name, each in lock["files"].items():
        assert each["sha256"] == sha256((tmp_path / "parts" / name).read_bytes())
    asked = len(server.asked)
    pull.pull(repository(), tmp_path / "parts", endpoint=server.url)
    assert len(server.asked) == asked


def test_a_gated_repository_says_what_to_give(server, repository, tmp_path):
    server.status = 403
    with pytest.raises(MachineError, match=r"a/b: no permission \(403\); accept the licence .* HF_TOKEN"):
        pull.pull(repository(), tmp_path, endpoint=server.url)


def test_a_repository_that_is_not_there(server, preset, tmp_path):
    with pytest.raises(MachineError, match="c/d: "):
        pull.pull(preset(decoders_image={"repository": "c/d"}), tmp_path, endpoint=server.url)


def test_a_hub_that_cannot_be_reached(server, repository, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(MachineError, match="a/b: the hub cannot be reached: "):
        pull.pull(repository(), tmp_path, endpoint=server.url)


def test_too_little_disk_for_a_repository_is_found_out_before(server, repository, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=2000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(MachineError, match=r"are needed and 0.0 GB are free"):
        pull.pull(repository(), tmp_path, endpoint=server.url)
    assert not (tmp_path / "b/unet/model.safetensors").exists()


def test_offline_takes_what_the_hubs_cache_has(server, repository, tmp_path, monkeypatch):
    from huggingface_hub import constants

    cache = tmp_path / "cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    with pytest.raises(
        MachineError, match=r"a/b: is not whole in the hub's cache, and .* the network is off"
    ):
        pull.pull(repository(), tmp_path / "parts", offline=True)
    snapshot = cache / "models--a--b/snapshots" / COMMIT
    for name, data in REPOSITORY.items():
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_bytes(data)
    (cache / "models--a--b/refs").mkdir()
    (cache / "models--a--b/refs/main").write_text(COMMIT)
    done = pull.pull(repository(), tmp_path / "parts", offline=True)
    assert len(done.files["decoders.image"]) == 4 and server.asked == []


def test_of_a_language_model_tensors_come_and_pickles_beside_them_do_not():
    names = [
        "config.json",
        "tokenizer.model",
        "pytorch_model.bin",
        "model-00001-of-00001.safetensors",
        "x.png",
    ]
    assert choose(names, SOURCE) == [
        "config.json",
        "model-00001-of-00001.safetensors",
        "tokenizer.model",
    ]


def test_where_there_are_only_pickles_the_preset_decides():
    names = ["config.json", "pytorch_model.bin"]
    with pytest.raises(CheckpointError, match=r"pytorch_model.bin is a pickle"):
        choose(names, SOURCE)
    asked = SourceConfig("a/b", "unverified", "none", 1.0, pickles=True)
    assert choose(names, asked) == names


def test_a_repository_without_weights_is_refused():
    with pytest.raises(CheckpointError, match="holds no weights that anygen reads"):
        choose(["README.md"], SOURCE)


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "a\\b", ""])
def test_a_name_does_not_lead_out_of_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="leads out of the folder"):
        inside(tmp_path, name)


def test_a_file_that_breaks_off_goes_on_where_it_was(server, repository, tmp_path):
    data = WEIGHTS * 50  # the client keeps pieces of 10 MB
    server.repository["unet/model.safetensors"] = data
    server.breaks = 1
    pull.pull(repository(), tmp_path, endpoint=server.url)
    assert (tmp_path / "b/unet/model.safetensors").read_bytes() == data
    ranges = [asked for _, path, asked in server.asked if path.endswith("unet/model.safetensors")]
    assert ranges[-1] is not None and ranges[-1].startswith("bytes=10")


def test_a_folder_that_was_begun_is_not_taken_for_the_repository(server, repository, tmp_path):
    """Which the hub's client from 2.0 on does where its list of files is refused."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b/model_index.json").write_bytes(REPOSITORY["model_index.json"])
    server.status, server.refused = 500, "/tree/"
    with pytest.raises(MachineError, match=r"b/README.md: did not come; pull again|the hub answers 500"):
        pull.pull(repository(), tmp_path, endpoint=server.url)
    for name, data in REPOSITORY.items():
        (tmp_path / "b" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "b" / name).write_bytes(data)
    (tmp_path / "b/README.md").write_bytes(b"drows")
    with pytest.raises(ValueError, match=r"b/README.md: is not the file of commit a+;|the hub answers 500"):
        pull.pull(repository(), tmp_path, endpoint=server.url)


def test_a_large_file_is_what_the_hub_says(server, repository, tmp_path, monkeypatch):
    import hub_server

    said = hub_server.described

    def wrong(data):
        return said(data) | (
            {"lfs": {"sha256": "0" * 64, "size": len(data), "pointerSize": 1}} if len(data) > 1000 else {}
        )

    monkeypatch.setattr(hub_server, "described", wrong)
    with pytest.raises(
        CheckpointError, match=rf"b/unet/model.safetensors: its SHA-256 is .*, the hub says {'0' * 64}"
    ):
        pull.pull(repository(), tmp_path, endpoint=server.url)


def test_no_bars_are_drawn_where_nobody_watches(server, repository, tmp_path, capsys):
    pull.pull(repository(), tmp_path, endpoint=server.url)
    assert capsys.readouterr() == ("", "")


def test_the_id_of_a_blob_is_gits(tmp_path):
    (tmp_path / "a").write_bytes(b"hello\n")
    assert git_blob(tmp_path / "a") == "ce013625030ba8dba906f756967f9e9ca394464a"
