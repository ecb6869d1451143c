"""The three stages one after the other, as a user runs them, on a whole tiny model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch

from anygen import AnyGen
from anygen.core.modality import IMAGE
from anygen.training.data.collate import IGNORE, Batch, Spans
from anygen.training.stage import read_stage_config, run_stage
from anygen.training.teacher_forced import TeacherForced

Settings = Callable[..., Path]


def test_three_stages_train_what_they_name_and_hand_it_on(
    tmp_path: Path, settings: Settings, tiny_dir: Path
) -> None:
    model, before = tiny_dir, AnyGen.from_pretrained(tiny_dir)
    lists = (
        ["input_projectors"],
        ["output_projectors", "signal_tokens"],
        ["lora", "input_projectors", "output_projectors", "signal_tokens"],
    )
    for number, trainable in enumerate(lists, start=1):
        more: dict[str, object] = {"trainable": trainable, "alignment": "mse" if number == 3 else "euclidean"}
        if number == 3:
            more["lora"] = {"rank": 2, "dropout": 0.1}
        config = read_stage_config(settings(model, number, **more))
        result = run_stage(config, f"stage {number}")
        out = tmp_path / f"stage{number}"
        assert json.loads((out / "result.json").read_text()) == result
        assert result["step"] == 4 and result["validation"].keys() == {"text", "image", "audio", "video"}
        assert result["validation"] != result["shuffled"]
        assert (out / "losses.png").read_bytes().startswith(b"\x89PNG")
        model = out / "model"
        after = AnyGen.from_pretrained(model, merge=False)
        old, new = before.state_dict(), after.state_dict()
        changed = {
            name.partition(".")[0]
            for name, value in new.items()
            if name in old and not torch.equal(value, old[name])
        }
        expected = {"signal_tokens": "backbone", "lora": None}
        assert changed == {expected.get(group, group) for group in trainable} - {None}
        assert any(".lora_" in name for name in new) == (number == 3)
        before = after
    assert AnyGen.from_pretrained(model).generate("hello", require=("image",)).images


def test_a_stage_that_is_done_gives_the_same_model_again(
    tmp_path: Path, settings: Settings, tiny_dir: Path
) -> None:
    config = read_stage_config(settings(tiny_dir, 1, trainable=["input_projectors"]))
    first = run_stage(config, "stage 1")
    hashed = AnyGen.from_pretrained(tmp_path / "stage1/model").weights_hash
    again = run_stage(config, "stage 1")
    assert again["validation"] == first["validation"]
    assert AnyGen.from_pretrained(tmp_path / "stage1/model").weights_hash == hashed


def test_training_projects_the_states_that_generation_keeps(tiny_model) -> None:
    response = tiny_model.respond(["hello"], seeds=[5], require=("image",))[0]
    (span,) = [each for each in response.spans if each.modality == IMAGE][:1]
    asked = tiny_model.prompter.layout(response.request.messages).ids
    ids = torch.tensor([[*asked, *response.token_ids]])
    first = ids[0].tolist().index(tiny_model.backbone.signal_ids.first(IMAGE))
    labels = ids.clone()
    labels[:, : len(asked)] = IGNORE
    spans = {IMAGE: Spans(torch.tensor([0]), torch.tensor([first]), {})}
    parts = TeacherForced(tiny_model.input_projectors, tiny_model.backbone, tiny_model.output_projectors)
    with torch.no_grad():
        output = parts(Batch(ids, labels, {}, spans))
    for name, value in span.conditioning.items():
        torch.testing.assert_close(output.conditioning[IMAGE][name][0], value, rtol=1e-4, atol=1e-5)
