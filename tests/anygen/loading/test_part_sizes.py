"""How large parts are: against the real ones."""

import shutil

import pytest
import torch
from torch import nn

from anygen import AnyGen
from anygen.core.config import read_config
from anygen.core.devices import module_bytes
from anygen.core.errors import CheckpointError
from anygen.loading import part_sizes, presets
from anygen.loading.part_sizes import COUNTED, HEADERS, STATED

GB = 10**9


def parameters(*modules: nn.Module) -> int:
    return sum(value.numel() for module in modules for value in module.parameters())


@pytest.mark.parametrize("count", [True, False])
def test_a_plan_counts_what_is_really_loaded(tiny_dir, tiny_model, count):
    plan = part_sizes.make_plan(tiny_model.config, tiny_dir, count)
    found = {part.name: part.params for part in plan.parts}
    assert found["llm"] == parameters(tiny_model.backbone.lm)
    encoder = next(iter(tiny_model.encoders.values()))
    # Buffers that are saved with a module take memory like its parameters.
    assert found["encoders.imagebind"] == sum(value.numel() for value in encoder.state_dict().values())
    rows = tiny_model.backbone.signal_rows
    assert found["projectors"] == parameters(tiny_model.input_projectors, tiny_model.output_projectors, rows)
    for modality in tiny_model.decoders:
        pipe = tiny_model.decoders[modality].pipe
        modules = [each for each in pipe.components.values() if isinstance(each, nn.Module)]
        assert found[f"decoders.{modality}"] == parameters(*modules)
    assert plan["llm"].how == (COUNTED if count else HEADERS)
    assert plan["decoders.image"].how == (COUNTED if count else HEADERS)


def test_the_bytes_are_those_of_the_weights(tiny_dir):
    for dtype in ("float32", "float16", "bfloat16"):
        model = AnyGen.from_pretrained(tiny_dir, dtype=dtype)
        plan = part_sizes.make_plan(model.config, tiny_dir)
        assert plan["llm"].num_bytes(dtype) == sum(
            value.numel() * value.element_size() for value in model.backbone.lm.parameters()
        )


def test_eight_bits_are_what_bitsandbytes_takes():
    bitsandbytes = pytest.importorskip("bitsandbytes", reason="an extra: anygen[quantization]")
    if "cpu" not in bitsandbytes.supported_torch_devices:
        pytest.skip("this bitsandbytes has no CPU kernels")
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    folder = presets.resolve("mini")
    lm = AutoModelForCausalLM.from_pretrained(
        folder / "llm", dtype=torch.float16, quantization_config=BitsAndBytesConfig(load_in_8bit=True)
    )
    planned = part_sizes.make_plan(read_config(folder / "config.yaml"), folder)["llm"].num_bytes("int8")
    # Each row has a scale of its own, which is much beside rows this short.
    assert module_bytes([lm]) == pytest.approx(planned, rel=0.05)


def test_where_a_config_cannot_be_built_headers_tell(tiny_dir, tmp_path):
    folder = shutil.copytree(tiny_dir, tmp_path / "model")
    known = part_sizes.make_plan(read_config(folder / "config.yaml"), folder)
    (folder / "llm/config.json").write_text('{"model_type": "of the future"}')
    plan = part_sizes.make_plan(read_config(folder / "config.yaml"), folder)
    assert plan["llm"].how == HEADERS and plan["llm"].params == known["llm"].params
    assert plan["llm"].linear == known["llm"].linear


def test_what_is_not_here_is_stated_by_the_preset():
    config = read_config(presets.plans()["nextgpt-7b"])
    plan = part_sizes.make_plan(config, presets.PRESETS_DIR)
    assert {part.how for part in plan.parts} == {STATED}
    assert plan["llm"].num_bytes("float16") == 13.5 * GB
    assert plan["encoders.imagebind"].num_bytes("float16") == 1.4 * GB
    assert plan["projectors"].num_bytes("float16") == plan["projectors"].num_bytes("float32")


def test_a_config_in_the_hubs_cache_is_counted(tiny_dir, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--lmsys--vicuna-7b-delta-v0/snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs/main").write_text("a" * 40)
    shutil.copy(tiny_dir / "llm/config.json", snapshot)
    plan = part_sizes.make_plan(read_config(presets.plans()["nextgpt-7b"]), presets.PRESETS_DIR)
    assert plan["llm"].how == COUNTED and plan["llm"].params < 1_000_000


def test_a_text_encoder_counts_until_the_negative_is_kept(tiny_dir, tmp_path):
    folder = shutil.copytree(tiny_dir, tmp_path / "model")
    config = read_config(folder / "config.yaml")
    before = part_sizes.make_plan(config, folder)
    (folder / "decoders/image/negative.safetensors").write_bytes(b"")
    after = part_sizes.make_plan(config, folder)
    saved = before["decoders.image.text"].num_bytes("float32")
    assert saved > 0 and before.total("float32") - after.total("float32") == saved


@pytest.mark.parametrize("data", [b"", b"\xff" * 8, b"\x02" + bytes(7) + b"{}x", b"\x01" + bytes(7) + b"["])
def test_a_header_that_is_none_is_one_sentence(tmp_path, data):
    file = tmp_path / "a.safetensors"
    file.write_bytes(data)
    if data.endswith(b"{}x"):
        assert part_sizes.read_shapes(file) == {}
        return
    with pytest.raises(CheckpointError, match="cannot be read as safetensors"):
        part_sizes.read_shapes(file)
