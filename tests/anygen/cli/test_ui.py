"""`anygen ui`: what it refuses before anything is served, and how the server is started."""

import socket

import pytest

from anygen import cli
from anygen.cli import ui


@pytest.fixture
def served(monkeypatch):
    """What the server would be started with; none is."""
    pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")
    from anygen_ui import backend

    calls = []
    monkeypatch.setattr(backend, "serve", lambda *given: calls.append(given) or 0)
    monkeypatch.delenv(ui.PASSWORD, raising=False)
    return calls


def test_it_serves_this_machine_alone_by_default(served):
    assert cli.main(["ui"]) == 0
    assert served == [("127.0.0.1", 8501, None, None, "mini")]


def test_other_machines_need_a_password_or_an_explicit_word(served, capsys, monkeypatch):
    assert cli.main(["ui", "--host", "0.0.0.0"]) == 2
    assert "--password" in capsys.readouterr().err and not served
    assert cli.main(["ui", "--host", "0.0.0.0", "--password", "sesame"]) == 0
    assert cli.main(["ui", "--host", "0.0.0.0", "--insecure"]) == 0
    monkeypatch.setenv(ui.PASSWORD, "sesame")
    assert cli.main(["ui", "--host", "0.0.0.0"]) == 0
    assert [given[2] for given in served] == ["sesame", None, "sesame"]


def test_a_port_that_is_none_is_refused(served, capsys):
    assert cli.main(["ui", "--port", "70000"]) == 2
    assert "1 to 65535" in capsys.readouterr().err and not served


def test_without_streamlit_it_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr(ui, "NEEDED", ("no_such_package",))
    assert cli.main(["ui"]) == 3
    assert "pip install 'anygen[ui]'" in capsys.readouterr().err


def test_a_port_that_is_taken_is_one_sentence(capsys):
    pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["ui", "--port", str(port)]) == 3
    assert f"port {port}" in capsys.readouterr().err


def test_the_server_sends_nothing_home_and_takes_no_other_name():
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed (extra ui)")
    from anygen_ui.backend import server_arguments

    flags = server_arguments("127.0.0.1", 8501)
    assert "--browser.gatherUsageStats=false" in flags and "--server.address=127.0.0.1" in flags
    assert "--server.allowedHosts=127.0.0.1" in flags
    assert not any("password" in flag for flag in flags)
