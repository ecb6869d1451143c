"""What all tests share: one thread, and the tiny model of the real classes, made once a session."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "anygen"))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    # Tiny models gain nothing from a second thread and lose much on a busy machine.
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole tiny model: tests copy it before they change anything."""
    from tiny import write_tiny

    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_senses_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model that reads all seven modalities of ImageBind."""
    from tiny import write_tiny

    return write_tiny(tmp_path_factory.mktemp("senses"), with_measurements=True)


@pytest.fixture(scope="session")
def tiny_senses(tiny_senses_dir: Path):
    """That model, loaded: tests may not change it."""
    from anygen import AnyGen

    return AnyGen.from_pretrained(tiny_senses_dir)


@pytest.fixture(scope="session")
def tiny_model(tiny_dir: Path):
    """The tiny model, loaded: tests may not change it."""
    from anygen import AnyGen

    return AnyGen.from_pretrained(tiny_dir)
