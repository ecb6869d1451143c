"""One server for one folder."""

import subprocess
import sys

import pytest

from anygen.core.errors import MachineError
from anygen_ui.backend import hold, serve

HOLDER = """
import sys, time
from pathlib import Path
from anygen_ui.backend import hold
lock = hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_second_server_on_one_folder_is_refused_until_the_first_is_gone(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout.readline() == "held\n"
            with pytest.raises(MachineError, match="another server"):
                serve("127.0.0.1", 0, None, str(tmp_path), "mini")
        finally:
            first.kill()
    hold(tmp_path).release()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="nothing can be kept"):
        hold(tmp_path / "file" / "store")
