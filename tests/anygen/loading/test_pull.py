"""Fetching parts, and the lock of what came."""

import errno
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from hub_server import COMMIT, WEIGHTS, left_in, sha256

from anygen import cli
from anygen.core.config import read_config
from anygen.core.errors import CheckpointError, ConfigError, MachineError
from anygen.loading import checkpoint, presets, pull
from anygen.loading.repository import UNVERIFIED


def test_an_address_is_fetched_hashed_and_locked(server, address, tmp_path):
    out = tmp_path / "parts"
    done = pull.pull(address(sha256(WEIGHTS)), out)
    assert (out / "weights.pth").read_bytes() == WEIGHTS
    assert left_in(out) == {"weights.pth", pull.LOCK}
    (file,) = done.files["encoders.imagebind"]
    assert file == pull.File("weights.pth", len(WEIGHTS), sha256(WEIGHTS))
    lock = json.loads(done.lock.read_text())["parts"]["encoders.imagebind"]
    assert lock["files"]["weights.pth"] == {"size": len(WEIGHTS), "sha256": sha256(WEIGHTS)}
    assert pull.is_here(out)
    asked = len(server.asked)
    pull.pull(address(sha256(WEIGHTS)), out)
    assert len(server.asked) == asked  # all of it is there


def test_another_file_than_the_preset_says_is_not_kept(address, tmp_path):
    with pytest.raises(CheckpointError, match=f"SHA-256 is {sha256(WEIGHTS)}, the preset says {'0' * 64}"):
        pull.pull(address("0" * 64), tmp_path / "parts")
    assert left_in(tmp_path / "parts") <= {".weights.pth.part.tag"}


def test_another_file_than_the_lock_says_is_refused(server, address, tmp_path):
    pull.pull(address(), tmp_path)
    (tmp_path / "weights.pth").write_bytes(b"something else")
    with pytest.raises(CheckpointError, match=r"anygen.lock.json says .* remove the file to fetch it again"):
        pull.pull(address(), tmp_path)
    (tmp_path / "weights.pth").unlink()
    server.weights = b"another version"
    with pytest.raises(CheckpointError, match=r"anygen.lock.json says .* it was not kept"):
        pull.pull(address(), tmp_path)
    assert not (tmp_path / "weights.pth").exists()


def test_what_is_not_https_is_refused(preset, tmp_path):
    given = {"repository": "http://example.org/weights.pth", "pickles": True}
    with pytest.raises(ConfigError, match="an https address is accepted"):
        pull.pull(preset(llm=given), tmp_path)


@pytest.mark.parametrize(
    "repository",
    ["../../etc", "a/..", "/etc/passwd", "", "a b/c", "a/b/c", "file:///etc/passwd", "ftp://example.org/a.pth",
     "https:///a.pth", "https://[/a.pth", "https://example.org:99999/a.pth", "https://example.org/"],
)  # fmt: skip
def test_a_source_that_is_none_is_said_before_anything_is_made(preset, tmp_path, repository, capsys):
    path = preset(encoders_imagebind={"repository": "a/b"}, llm={"repository": repository})
    assert cli.main(["pull", str(path), "--out", str(tmp_path / "parts")]) == 2
    err = capsys.readouterr().err
    assert f"preset.yaml: sources.llm.repository {repository!r}: " in err and "https address" in err
    assert err.count("\n") == 1 and not (tmp_path / "parts").exists()


@pytest.mark.parametrize("out", ["file", "file/below/it"])
def test_a_file_in_the_place_of_the_folder_is_named(address, tmp_path, out, capsys):
    (tmp_path / "file").write_text("mine")
    assert cli.main(["pull", str(address()), "--out", str(tmp_path / out)]) == 2
    assert capsys.readouterr().err == f"anygen: {tmp_path / 'file'}: is a file; a folder is accepted\n"


def test_a_pull_that_fails_takes_away_the_empty_folders_it_made(server, address, tmp_path):
    server.status = 500
    (tmp_path / "mine").mkdir()
    for out in ("new", "mine", "mine/new/newer"):
        with pytest.raises(MachineError, match="answers 500"):
            pull.pull(address(), tmp_path / out)
    assert [each for each in tmp_path.rglob("*") if each.is_dir()] == [tmp_path / "mine"]


def test_a_pickle_comes_only_where_the_preset_says_so(server, address, tmp_path):
    with pytest.raises(
        CheckpointError, match="is a pickle, which can run code, and the preset asks for none"
    ):
        pull.pull(address(pickles=False), tmp_path)
    assert server.asked == []


def test_a_repository_that_says_another_hash_is_refused(server, repository, tmp_path):
    with pytest.raises(CheckpointError, match=r"b/unet/model.safetensors: .* the preset says 0000"):
        pull.pull(repository(sha256={"unet/model.safetensors": "0" * 64}), tmp_path, endpoint=server.url)


def test_a_rewritten_repository_is_found_out(server, repository, tmp_path):
    pull.pull(repository(), tmp_path, endpoint=server.url)
    shutil.rmtree(tmp_path / "b")
    server.repository["unet/model.safetensors"] = b"rewritten"
    with pytest.raises(CheckpointError, match=r"anygen.lock.json says .* name another folder with --out"):
        pull.pull(repository(), tmp_path, endpoint=server.url)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1, "parts": {"a": {}}}', '{"format": 9, "parts": {}}']
)
def test_a_lock_that_is_none_is_refused(tmp_path, address, text):
    (tmp_path / pull.LOCK).write_text(text)
    with pytest.raises(CheckpointError, match="is no lock that anygen wrote"):
        pull.pull(address(), tmp_path)


@pytest.mark.parametrize("name", presets.plans())
def test_of_every_preset_the_lock_and_info_say_what_was_resolved(name, server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.chdir(tmp_path)
    config = read_config(presets.plans()[name])
    hub = {part: each for part, each in config.sources.items() if "://" not in each.repository}
    here = {
        part: replace(each, repository=f"{server.url}/weights.pth")
        for part, each in config.sources.items()
        if part not in hub
    }
    server.names = {each.repository for each in hub.values()}
    config = replace(config, sources=hub | here)
    path = tmp_path / f"{name}.yaml"
    path.write_text(checkpoint.config_text(config))
    assert all(each.endswith("; not pulled") for each in pull.sources(config, tmp_path / "none").values())
    done = pull.pull(path, pull.default_folder(name), endpoint=server.url)
    lock = json.loads(done.lock.read_text())["parts"]
    assert lock.keys() == config.sources.keys()
    asked = [path for _, path, _ in server.asked if path.startswith("/api/models/") and "/tree/" not in path]
    for part, each in hub.items():
        assert lock[part]["revision"] == COMMIT
        pinned = [path for path in asked if path.startswith(f"/api/models/{each.repository}")]
        assert all((each.revision in path) == (each.revision != UNVERIFIED) for path in pinned)
    for part, record in lock.items():
        assert all(len(each["sha256"]) == 64 for each in record["files"].values()), part
    monkeypatch.setattr(presets, "plans", lambda: {name: path})
    for command in (["info", "--all"], ["doctor", name]):
        cli.main(command)
        said = capsys.readouterr().out
        for part, each in hub.items():
            assert f"{part}: {each.repository}, revision {COMMIT} (resolved when it was pulled)" in said
        for part in here:
            assert f"{part}: {server.url}/weights.pth, SHA-256 {sha256(WEIGHTS)} (recorded when" in said


def test_a_second_pull_into_one_folder_is_refused_and_the_first_goes_on(address, tmp_path):
    started, go_on = threading.Event(), threading.Event()
    found = []

    def wait(words: str) -> None:
        started.set()
        assert go_on.wait(30)

    preset, out = address(), tmp_path / "parts"
    first = threading.Thread(target=lambda: found.append(pull.pull(preset, out, report=wait)))
    first.start()
    assert started.wait(30)
    try:
        with pytest.raises(MachineError, match="another pull is fetching into it; wait until it has ended"):
            pull.pull(preset, out)
    finally:
        go_on.set()
        first.join()
    assert found and left_in(out) == {"weights.pth", pull.LOCK}
    pull.pull(preset, out)


def test_a_second_process_is_refused_too(address, tmp_path):
    preset, out = address(), tmp_path / "parts"
    pull.pull(preset, out)
    words = "import sys; from anygen.cli import main; sys.exit(main(sys.argv[1:]))"
    with pull._alone(out):
        other = subprocess.run(
            [sys.executable, "-c", words, "pull", str(preset), "--out", str(out)],
            capture_output=True,
            text=True,
        )
    assert other.returncode == 3 and "another pull is fetching into it" in other.stderr
    assert other.stderr.count("\n") == 1


def test_a_folder_that_may_not_be_written_to_is_one_sentence(address, tmp_path, monkeypatch):
    import filelock

    def refuse(self) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(filelock.FileLock, "_acquire", refuse)
    with pytest.raises(MachineError, match="may not be written to; name another folder with --out"):
        pull.pull(address(), tmp_path / "parts")


def test_the_command_says_what_came_and_what_to_do_next(address, tmp_path, capsys):
    assert cli.main(["pull", str(address()), "--out", str(tmp_path / "parts"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["files"]["weights.pth"] == sha256(WEIGHTS) and found["lock"].endswith(pull.LOCK)


def test_an_unknown_preset_is_named_with_the_nearest(capsys):
    assert cli.main(["pull", "nextgpt-7"]) == 2
    assert "'nextgpt-7' is no preset; did you mean nextgpt-7b?" in capsys.readouterr().err
    assert cli.main(["pull", "musicgen"]) == 2
    assert "'musicgen' is no preset; known are bridge-" in capsys.readouterr().err
    assert cli.main(["pull", "no.yaml"]) == 2
    assert "no.yaml: no such file" in capsys.readouterr().err
    assert cli.main(["pull", "mini"]) == 2
    assert "its weights lie in the package" in capsys.readouterr().err


def test_no_network_is_exit_code_3(server, address, tmp_path, capsys):
    server.status = 500
    assert cli.main(["pull", str(address()), "--out", str(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "answers 500" in err
