"""A tiny NExT-GPT, made and converted once a session."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_nextgpt import make_delta, write_base, write_preset


@pytest.fixture(scope="session")
def nextgpt(tiny_dir: Path, tmp_path_factory: pytest.TempPathFactory):
    """Everything a conversion needs: `delta` (tensors), `preset`, `parts`."""
    from types import SimpleNamespace

    from anygen.loading.convert.nextgpt_parts import Parts

    folder = tmp_path_factory.mktemp("nextgpt")
    base = write_base(folder / "vicuna")
    preset = write_preset(folder)
    decoders = {name: tiny_dir / "decoders" / name for name in ("image", "video", "audio")}
    parts = Parts(base, tiny_dir / "encoder", decoders)
    return SimpleNamespace(delta=make_delta(base, preset), preset=preset, parts=parts, folder=folder)


@pytest.fixture(scope="session")
def converted(nextgpt, tmp_path_factory: pytest.TempPathFactory):
    """The delta converted: a model folder that tests only read."""
    from anygen.loading.convert.nextgpt import convert_nextgpt

    folder = tmp_path_factory.mktemp("converted")
    torch.save(nextgpt.delta, folder / "pytorch_model.pt")
    return convert_nextgpt(folder, folder / "model", nextgpt.parts, nextgpt.preset)


@pytest.fixture(scope="session")
def model(converted):
    from anygen import AnyGen

    return AnyGen.from_pretrained(converted.folder)
