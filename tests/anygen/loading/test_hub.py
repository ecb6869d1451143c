"""The way to the hub and back, as far as it can be gone without one."""

import shutil

import pytest

from anygen import AnyGen
from anygen.core.errors import CheckpointError, MachineError
from anygen.loading.card import CARD


def test_what_is_pushed_is_what_is_loaded_by_its_hub_id(tiny_dir, tmp_path, monkeypatch):
    """The hub's client is asked to make the repository and to upload; what it was given is put into its cache by hand, as a
    download would, and the model is loaded offline from there."""
    from huggingface_hub import HfApi, constants

    asked = {}
    snapshot = tmp_path / "models--me--tiny/snapshots" / ("a" * 40)

    def create(self, repo_id, private, exist_ok):
        asked.update(repo_id=repo_id, private=private)
        return f"https://huggingface.co/{repo_id}"

    def upload(self, repo_id, folder_path, commit_message):
        shutil.copytree(folder_path, snapshot)
        (snapshot.parents[1] / "refs").mkdir()
        (snapshot.parents[1] / "refs/main").write_text("a" * 40)

    monkeypatch.setattr(HfApi, "create_repo", create)
    monkeypatch.setattr(HfApi, "upload_folder", upload)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    model = AnyGen.from_pretrained(tiny_dir)
    assert model.push_to_hub("me/tiny", private=True) == "https://huggingface.co/me/tiny"
    assert asked == {"repo_id": "me/tiny", "private": True} and (snapshot / CARD).is_file()
    again = AnyGen.from_pretrained("me/tiny")
    first, second = (each.generate("hello", seed=3, require=("image",)) for each in (model, again))
    assert first.text == second.text and (first.images[0].pixels == second.images[0].pixels).all()
    with pytest.raises(
        CheckpointError, match="model 'me/other' is no folder here and cannot be had from the hub"
    ):
        AnyGen.from_pretrained("me/other")


def test_a_hub_that_refuses_is_one_sentence(tiny_dir, monkeypatch):
    from huggingface_hub import HfApi

    def refuse(self, *given, **named):
        raise ConnectionError("403 Forbidden\nmore")

    monkeypatch.setattr(HfApi, "create_repo", refuse)
    with pytest.raises(MachineError, match=r"me/tiny: cannot be written to the hub: 403 Forbidden; a token"):
        AnyGen.from_pretrained(tiny_dir).push_to_hub("me/tiny")
