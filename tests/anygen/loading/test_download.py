"""An address: what breaks off goes on, and what goes wrong is one sentence."""

import errno
import shutil
from pathlib import Path

import pytest
from hub_server import WEIGHTS

from anygen.core.errors import MachineError
from anygen.loading import pull
from anygen.loading.download import TRIES


def test_a_download_that_breaks_off_goes_on_where_it_was(server, address, tmp_path):
    server.breaks = 1
    pull.pull(address(), tmp_path / "parts")
    assert (tmp_path / "parts/weights.pth").read_bytes() == WEIGHTS
    ranges = [asked for _, _, asked in server.asked]
    assert ranges == [None, f"bytes={len(WEIGHTS) // 2}-"]


def test_one_that_keeps_breaking_off_says_so_and_the_next_pull_goes_on(server, address, tmp_path):
    server.breaks = TRIES
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
    server.breaks = TRIES
    with pytest.raises(MachineError):
        pull.pull(address(), tmp_path)
    server.weights = WEIGHTS[::-1]
    pull.pull(address(), tmp_path)
    assert (tmp_path / "weights.pth").read_bytes() == WEIGHTS[::-1]


def test_a_full_disk_is_found_out_before(address, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
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
