"""mini's configuration, and the halving of its files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from anygen_pipelines.mini import assemble, world
from anygen_pipelines.mini.pretrain_text_encoders import MAX_TOKENS, WIDTH


def test_the_configuration_names_its_parts_and_fits_the_world() -> None:
    config = assemble.config({part: f"at/{part}" for part in assemble.PARTS})
    assert config.llm.path == "at/llm" and config.encoders["imagebind"].path == "at/encoder"
    assert {name: each.path for name, each in config.decoders.items()} == {
        name: f"at/decoders/{name}" for name in ("image", "audio", "video")
    }
    assert config.decoders["image"].conditioning == {"sequence": (MAX_TOKENS, WIDTH)}
    assert config.decoders["audio"].conditioning == {"pooled": (WIDTH,)}
    defaults = config.decoders["video"].defaults
    assert (defaults["num_frames"], defaults["fps"]) == (world.NUM_FRAMES, world.FPS)
    assert defaults["height"] == defaults["width"] == world.CANVAS
    assert set(config.input_projectors) == set(config.output_projectors) == {"image", "audio", "video"}
    # A second call starts from the same file.
    assert assemble.config(assemble.PARTS).llm.path == assemble.PARTS["llm"]


def test_the_layout_of_conversations_has_no_lead_ins() -> None:
    assert assemble.TEMPLATE == {
        "begin": "<s>", "user": "<user>", "user_end": "", "assistant": "<assistant>", "end": "</s>"
    }  # fmt: skip


def test_files_are_halved_and_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    mask = torch.tensor([0.0, -torch.inf])
    save_file({"weight": torch.tensor([1.5]), "mask": mask, "ids": torch.tensor([7])}, path)
    assemble.halve(path)
    halved = load_file(path)
    assert halved["weight"].dtype == torch.float16 and halved["ids"].dtype == torch.int64
    assert halved["mask"].isinf().sum() == 1
    save_file({"weight": torch.tensor([1e6])}, path)
    with pytest.raises(ValueError, match="weight does not fit"):
        assemble.halve(path)
