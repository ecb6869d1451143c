"""Fetching parts: addresses from a server on 127.0.0.1 that can break off, and a small stand-in for the hub beside it."""

import errno
import hashlib
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from anygen import cli
from anygen.core.config import SourceConfig, read_config
from anygen.core.errors import CheckpointError, ConfigError, MachineError
from anygen.loading import checkpoint, presets, pull

WEIGHTS = bytes(range(256)) * 2000
COMMIT = "a" * 40
REPOSITORY = {
    "model_index.json": json.dumps({"_class_name": "X", "unet": ["diffusers", "Y"]}).encode(),
    "README.md": b"words",
    "whole.safetensors": b"not this",
    "unet/config.json": b"{}",
    "unet/model.safetensors": WEIGHTS[:5000],
    "unet/model.fp16.safetensors": b"nor this",
    "unet/model.bin": b"a pickle",
    "safety_checker/model.safetensors": b"nor that",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves /weights.pth and repositories of a hub, all with the same files; `breaks` answers end halfway, `status` is
    what it says first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.breaks, self.status, self.asked = 0, 0, []
        self.weights, self.repository, self.names = WEIGHTS, dict(REPOSITORY), {"a/b"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *words) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("Range")))
        if self.server.status:
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            if self.server.status == 403:
                self.send_header("X-Error-Code", "GatedRepo")
            self.end_headers()
        elif (name := "/".join(self.path.partition("?")[0].split("/")[3:5])) in self.server.names:
            siblings = [
                {"rfilename": name, "size": len(data), "blobId": "0" * 40}
                | (
                    {"lfs": {"sha256": sha256(data), "size": len(data), "pointerSize": 1}}
                    if "saf" in name
                    else {}
                )
                for name, data in self.server.repository.items()
            ]
            self._send(
                json.dumps({"id": name, "sha": COMMIT, "siblings": siblings}).encode(), "application/json"
            )
        elif self.path == "/weights.pth":
            self._send(self.server.weights)
        elif (name := self.path.partition(f"/resolve/{COMMIT}/")[2]) in self.server.repository:
            self._send(self.server.repository[name])
        else:
            self.send_error(404)

    def _send(self, data: bytes, kind: str = "application/octet-stream") -> None:
        tag = f'"{sha256(data)}"'
        start = 0
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range") in (None, tag):
            start = int(asked.removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", tag)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.server.breaks:
            self.server.breaks -= 1
            self.wfile.write(data[start : start + (len(data) - start) // 2])
            self.close_connection = True
            return
        self.wfile.write(data[start:])


@pytest.fixture
def server():
    made = Server()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def preset(server, tiny_dir, tmp_path, monkeypatch):
    """Call with the sources to get a preset that names them."""
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")

    def write(**sources) -> Path:
        import yaml

        values = yaml.safe_load((tiny_dir / "config.yaml").read_text())
        plain = {"revision": "unverified", "licence": "none", "memory_gb": 1}
        values["sources"] = {part.replace("_", "."): plain | given for part, given in sources.items()}
        path = tmp_path / "preset.yaml"
        path.write_text(yaml.safe_dump(values))
        return path

    return write


@pytest.fixture
def address(server, preset):
    def write(digest: str = "unverified", pickles: bool = True) -> Path:
        given = {"sha256": {"weights.pth": digest}, "pickles": pickles}
        return preset(encoders_imagebind={"repository": f"{server.url}/weights.pth", **given})

    return write


@pytest.fixture
def repository(preset):
    return lambda **more: preset(decoders_image={"repository": "a/b", **more})


def left_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- an address


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


def test_a_download_that_breaks_off_goes_on_where_it_was(server, address, tmp_path):
    server.breaks = 1
    pull.pull(address(), tmp_path / "parts")
    assert (tmp_path / "parts/weights.pth").read_bytes() == WEIGHTS
    ranges = [asked for _, _, asked in server.asked]
    assert ranges == [None, f"bytes={len(WEIGHTS) // 2}-"]


def test_one_that_keeps_breaking_off_says_so_and_the_next_pull_goes_on(server, address, tmp_path):
    server.breaks = pull.TRIES
    out = tmp_path / "parts"
    with pytest.raises(
        MachineError, match=r"weights.pth: 127.0.0.1 cannot be read: it broke off after .* pull again"
    ):
        pull.pull(address(), out)
    assert not (out / "weights.pth").exists() and not pull.is_here(out)
    have = (out / ".weights.pth.part").stat().st_size
    pull.pull(address(), out)
    assert server.asked[-1][2] == f"bytes={have}-" and (out / "weights.pth").read_bytes() == WEIGHTS


def test_what_changed_meanwhile_is_fetched_from_its_beginning(server, address, tmp_path):
    server.breaks = pull.TRIES
    with pytest.raises(MachineError):
        pull.pull(address(), tmp_path)
    server.weights = WEIGHTS[::-1]
    pull.pull(address(), tmp_path)
    assert (tmp_path / "weights.pth").read_bytes() == WEIGHTS[::-1]


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


def test_a_full_disk_is_found_out_before(address, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(pull.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(MachineError, match=r"0.0 GB are free; name a folder on another disk with --out"):
        pull.pull(address(), tmp_path / "parts")
    assert not (tmp_path / "parts/weights.pth").exists()


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(address, tmp_path, monkeypatch):
    preset = address()
    plain = Path.open

    def full(path, mode="r", *more, **others):
        if path.suffix == ".part":
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(path, mode, *more, **others)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(MachineError, match="the disk is full; free some of it and pull again"):
        pull.pull(preset, tmp_path)


@pytest.mark.parametrize("status", [401, 403])
def test_no_permission_says_what_to_give(server, address, tmp_path, status):
    server.status = status
    with pytest.raises(MachineError, match=rf"no permission \({status}\); accept the licence .* HF_TOKEN"):
        pull.pull(address(), tmp_path)


def test_no_network_is_one_sentence(server, address, tmp_path):
    preset = address()
    server.shutdown()
    server.server_close()
    with pytest.raises(MachineError, match=r"127.0.0.1 cannot be read: .*refused.* pull again"):
        pull.pull(preset, tmp_path)
    with pytest.raises(MachineError, match=r"is not in .* and the network is off"):
        pull.pull(preset, tmp_path, offline=True)


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


def test_what_the_hubs_cache_lacks_is_one_whole_sentence(repository, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(
        MachineError, match=r"is not whole in the hub's cache, .* \(HF_HUB_OFFLINE, --offline\)$"
    ):
        pull.pull(repository(), tmp_path / "parts", offline=True)


def test_a_pickle_comes_only_where_the_preset_says_so(server, address, tmp_path):
    with pytest.raises(
        CheckpointError, match="is a pickle, which can run code, and the preset asks for none"
    ):
        pull.pull(address(pickles=False), tmp_path)
    assert server.asked == []


# --- a repository


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


def test_a_repository_that_says_another_hash_is_refused(server, repository, tmp_path):
    with pytest.raises(CheckpointError, match=r"b/unet/model.safetensors: .* the preset says 0000"):
        pull.pull(repository(sha256={"unet/model.safetensors": "0" * 64}), tmp_path, endpoint=server.url)


def test_a_rewritten_repository_is_found_out(server, repository, tmp_path):
    pull.pull(repository(), tmp_path, endpoint=server.url)
    shutil.rmtree(tmp_path / "b")
    server.repository["unet/model.safetensors"] = b"rewritten"
    with pytest.raises(CheckpointError, match=r"anygen.lock.json says .* name another folder with --out"):
        pull.pull(repository(), tmp_path, endpoint=server.url)


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
    monkeypatch.setattr(pull.shutil, "disk_usage", lambda path: usage)
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


# --- which files


SOURCE = SourceConfig("a/b", "unverified", "none", 1.0)


def test_of_a_language_model_tensors_come_and_pickles_beside_them_do_not():
    names = [
        "config.json",
        "tokenizer.model",
        "pytorch_model.bin",
        "model-00001-of-00001.safetensors",
        "x.png",
    ]
    assert pull.choose(names, SOURCE) == [
        "config.json",
        "model-00001-of-00001.safetensors",
        "tokenizer.model",
    ]


def test_where_there_are_only_pickles_the_preset_decides():
    names = ["config.json", "pytorch_model.bin"]
    with pytest.raises(CheckpointError, match=r"pytorch_model.bin is a pickle"):
        pull.choose(names, SOURCE)
    asked = SourceConfig("a/b", "unverified", "none", 1.0, pickles=True)
    assert pull.choose(names, asked) == names


def test_a_repository_without_weights_is_refused():
    with pytest.raises(CheckpointError, match="holds no weights that anygen reads"):
        pull.choose(["README.md"], SOURCE)


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "a\\b", ""])
def test_a_name_does_not_lead_out_of_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="leads out of the folder"):
        pull._inside(tmp_path, name)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1, "parts": {"a": {}}}', '{"format": 9, "parts": {}}']
)
def test_a_lock_that_is_none_is_refused(tmp_path, address, text):
    (tmp_path / pull.LOCK).write_text(text)
    with pytest.raises(CheckpointError, match="is no lock that anygen wrote"):
        pull.pull(address(), tmp_path)


# --- what was resolved


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
    asked = [path for _, path, _ in server.asked if path.startswith("/api/models/")]
    for part, each in hub.items():
        assert lock[part]["revision"] == COMMIT
        pinned = [path for path in asked if path.startswith(f"/api/models/{each.repository}")]
        assert all((each.revision in path) == (each.revision != pull.UNVERIFIED) for path in pinned)
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


# --- two at once


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


# --- the command


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
