"""The card of a saved model, and the way to the hub and back, as far as it can be gone without one."""

import shutil

import pytest
import yaml

from anygen import AnyGen
from anygen.core.errors import CheckpointError, MachineError
from anygen.loading import checkpoint, hub


def front_of(text: str) -> dict:
    _, front, _ = text.split("---\n", 2)
    return yaml.safe_load(front)


def test_a_saved_model_has_a_card(tiny_dir, tmp_path):
    model = AnyGen.from_pretrained(tiny_dir)
    text = (model.save_pretrained(tmp_path / "saved", copy_parts=True) / hub.CARD).read_text()
    front = front_of(text)
    assert front["library_name"] == "anygen" and front["pipeline_tag"] == "any-to-any"
    assert {"image", "audio", "video"} <= set(front["tags"]) and "base_model" not in front
    trained = sum(
        value.numel() for name, value in checkpoint.trained_state(model).items() if "output" in name
    )
    assert f"- output_projectors: {trained / 1e6:.2f} M parameters" in text
    for part in ("llm", "encoders.imagebind", "decoders.image", "trained.safetensors"):
        assert f"| {part} | in this folder, or beside it | " in text
    assert "nobody has said" in text
    assert AnyGen.from_pretrained(tmp_path / "saved").weights_hash


def test_a_card_names_what_the_preset_says_of_its_parts(tiny_dir, tiny_model):
    config = checkpoint.read_config(checkpoint.plans()["nextgpt-7b"])
    text = hub.card(config, {"llm/model.safetensors": "0" * 64}, {})
    assert "lmsys/vicuna-7b-delta-v0" in front_of(text)["base_model"]
    assert not any("://" in each for each in front_of(text)["base_model"])
    assert "| llm | lmsys/vicuna-7b-delta-v0 (not for commercial use (LLaMA 1)) | " in text
    assert "It is **not** for commercial use." in text and config.licence in text


def test_a_card_changes_with_any_file(tiny_model):
    cards = {hub.card(tiny_model.config, {"llm/a": digest}, {}) for digest in ("0" * 64, "1" * 64)}
    assert len(cards) == 2


def test_a_card_that_somebody_made_their_own_stays(tiny_dir, tmp_path):
    model = AnyGen.from_pretrained(tiny_dir)
    folder = model.save_pretrained(tmp_path / "saved")
    first = (folder / hub.CARD).read_text()
    model.save_pretrained(folder, name="renamed")
    assert (folder / hub.CARD).read_text() != first
    (folder / hub.CARD).write_text("mine")
    model.save_pretrained(folder)
    assert (folder / hub.CARD).read_text() == "mine"


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
    assert asked == {"repo_id": "me/tiny", "private": True} and (snapshot / hub.CARD).is_file()
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
