"""The card of a saved model."""

import yaml

from anygen import AnyGen
from anygen.core.config import read_config
from anygen.loading.card import CARD, card
from anygen.loading.presets import plans
from anygen.loading.weights import trained_state


def front_of(text: str) -> dict:
    _, front, _ = text.split("---\n", 2)
    return yaml.safe_load(front)


def test_a_saved_model_has_a_card(tiny_dir, tmp_path):
    model = AnyGen.from_pretrained(tiny_dir)
    text = (model.save_pretrained(tmp_path / "saved", copy_parts=True) / CARD).read_text()
    front = front_of(text)
    assert front["library_name"] == "anygen" and front["pipeline_tag"] == "any-to-any"
    assert {"image", "audio", "video"} <= set(front["tags"]) and "base_model" not in front
    trained = sum(value.numel() for name, value in trained_state(model).items() if "output" in name)
    assert f"- output_projectors: {trained / 1e6:.2f} M parameters" in text
    for part in ("llm", "encoders.imagebind", "decoders.image", "trained.safetensors"):
        assert f"| {part} | in this folder, or beside it | " in text
    assert "nobody has said" in text
    assert AnyGen.from_pretrained(tmp_path / "saved").weights_hash


def test_a_card_names_what_the_preset_says_of_its_parts(tiny_dir, tiny_model):
    config = read_config(plans()["nextgpt-7b"])
    text = card(config, {"llm/model.safetensors": "0" * 64}, {})
    assert "lmsys/vicuna-7b-delta-v0" in front_of(text)["base_model"]
    assert not any("://" in each for each in front_of(text)["base_model"])
    assert "| llm | lmsys/vicuna-7b-delta-v0 (not for commercial use (LLaMA 1)) | " in text
    assert "It is **not** for commercial use." in text and config.licence in text


def test_a_card_changes_with_any_file(tiny_model):
    cards = {card(tiny_model.config, {"llm/a": digest}, {}) for digest in ("0" * 64, "1" * 64)}
    assert len(cards) == 2


def test_a_card_that_somebody_made_their_own_stays(tiny_dir, tmp_path):
    model = AnyGen.from_pretrained(tiny_dir)
    folder = model.save_pretrained(tmp_path / "saved")
    first = (folder / CARD).read_text()
    model.save_pretrained(folder, name="renamed")
    assert (folder / CARD).read_text() != first
    (folder / CARD).write_text("mine")
    model.save_pretrained(folder)
    assert (folder / CARD).read_text() == "mine"
