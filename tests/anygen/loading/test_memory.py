"""How much memory a model takes: against the real parts, and against machines that are made up."""

import json
import shutil

import pytest
import torch
from torch import nn

from anygen import AnyGen, cli
from anygen.core.config import read_config
from anygen.core.devices import module_bytes
from anygen.core.errors import CheckpointError, MachineError
from anygen.loading import checkpoint, doctor, memory, part_sizes, presets
from anygen.loading.memory import Machine, Part, Plan, check_fits
from anygen.loading.part_sizes import COUNTED, HEADERS, STATED
from anygen.loading.placement import Placement

GB = 10**9
# 7 B, an encoder, projectors, three decoders: NExT-GPT's sizes.
BIG = Plan(
    "big",
    (
        Part("llm", 6_750_000_000, STATED, linear=6_500_000_000),
        Part("encoders.imagebind", 725_000_000, STATED),
        Part("projectors", 100_000_000, STATED, at_single=True),
        Part("decoders.image", 1_050_000_000, COUNTED, largest=860_000_000),
        Part("decoders.video", 1_800_000_000, COUNTED, largest=1_400_000_000),
        Part("decoders.audio", 1_050_000_000, COUNTED, largest=700_000_000),
    ),
)
CARD = torch.device("cuda:0")
ON_CARD = {part.name: CARD for part in BIG.parts}


def card(size: float, ram: float = 64) -> Machine:
    return Machine(int(ram * GB), {"cuda:0": (int(size * GB), int(size * GB))})


# --- counting


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


# --- what fits


def test_sums_and_the_plainest_way_that_fits():
    # 27 + 2.9 + 0.4 + 15.6; half: 13.5 + 1.45 + 0.4 + 7.8; one decoder: the video's 3.6
    assert BIG.total("float32") == pytest.approx(45.9e9) and BIG.total("float16") == pytest.approx(23.15e9)
    assert BIG.total("float16", one_decoder=True) == pytest.approx(18.95e9)
    words = {size: BIG.fitting(size * GB).words for size in (80, 32, 24, 16, 8)}
    assert words[80] == "as it is, at single precision" and words[32] == "at half precision"
    assert words[24] == "at half precision, one decoder at a time"
    assert (
        words[16] == "with a 4-bit language model, the rest at half precision" or "one decoder" in words[16]
    )
    assert "layer by layer" in words[8]
    assert "too little for any of them" in BIG.sentence(2 * GB)


def test_every_option_that_is_advised_is_one_that_can_be_asked():
    config = read_config(presets.plans()["nextgpt-7b"])
    from anygen.loading.placement import as_dtype, check_placement

    for option in BIG.options():
        given = dict(option.given)
        as_dtype(given.pop("dtype", "float32"))
        given.pop("quantization", None)  # bitsandbytes is not everywhere
        given.pop("offload", None), given.pop("device", None)  # nor is a card
        check_placement(config, **given)


def test_a_plan_for_24_gb_is_refused_on_a_card_of_8_with_what_would_fit():
    with pytest.raises(MachineError) as caught:
        check_fits(BIG, Placement(ON_CARD), "float16", card(8))
    said = str(caught.value)
    assert said.startswith(
        "big: needs 20.4 GB on cuda:0 (llm 13.5, decoders.video 3.6, encoders.imagebind 1.4"
    )
    assert "8.0 GB are free: 8.0 GB holds it with a 4-bit language model" in said and "\n" not in said
    check_fits(BIG, Placement(ON_CARD), "float16", card(24))


def test_what_does_not_fit_together_takes_turns_and_all_of_it_is_refused():
    budget, _ = check_fits(BIG, Placement(ON_CARD), "float16", card(24))
    # 24 less 1.5 to work with and 15.35 of language model, encoder and projectors
    assert budget == pytest.approx(7.15e9)
    assert check_fits(BIG, Placement(ON_CARD), "float16", card(48))[0] is None
    with pytest.raises(MachineError, match=r"decoders.image 2.1"):
        check_fits(BIG, Placement(ON_CARD, memory_budget="all"), "float16", card(24))
    assert check_fits(BIG, Placement(ON_CARD, memory_budget="one"), "float16", card(24))[0] == 0
    with pytest.raises(MachineError, match=r"memory_budget is 3.0 GB, but decoders.video alone takes 3.6 GB"):
        check_fits(BIG, Placement(ON_CARD, memory_budget=3 * GB), "float16", card(24))


def test_parts_count_where_they_are():
    parts = dict(ON_CARD) | {"decoders.video": torch.device("cpu")}
    with pytest.raises(
        MachineError, match=r"on cuda:0 \(llm 13.5, decoders.image 2.1, encoders.imagebind 1.4"
    ):
        check_fits(BIG, Placement(parts), "float16", card(18))
    spread = Placement(ON_CARD, device_map="auto")
    check_fits(BIG, spread, "float16", card(10))
    check_fits(BIG, Placement(ON_CARD, quantization="4bit"), "float16", card(14))
    waiting = {part: "model" for part in ON_CARD if part.startswith("decoders.")}
    check_fits(BIG, Placement(ON_CARD, offload=waiting, quantization="4bit"), "float16", card(9))
    with pytest.raises(MachineError, match="of memory"):
        check_fits(BIG, Placement(ON_CARD, offload=waiting), "float16", card(48, ram=2))


def test_a_containers_limit_is_the_memory_there_is(tmp_path, monkeypatch):
    whole = memory.machine().ram
    monkeypatch.setattr(memory, "CONTAINER_LIMIT", tmp_path / "memory.max")
    for text, ram in (("max\n", None), ("1000000\n", 1_000_000)):
        (tmp_path / "memory.max").write_text(text)
        assert memory.machine().ram == (ram or max(whole, memory.machine().ram))


def test_loading_is_refused_before_anything_is_loaded(tiny_dir, monkeypatch):
    def loaded(*given):
        raise AssertionError("something was loaded")

    monkeypatch.setattr(checkpoint, "build", loaded)
    monkeypatch.setattr(memory, "machine", lambda with_cards: Machine(100_000))
    with pytest.raises(MachineError, match=r"tiny: needs .* of memory .* and this machine has .* MB"):
        AnyGen.from_pretrained(tiny_dir)
    with pytest.raises(AssertionError):
        AnyGen.from_pretrained(tiny_dir, check_memory=False)


def test_a_budget_that_memory_sets_is_the_decoders(tiny_dir, monkeypatch):
    assert AnyGen.from_pretrained(tiny_dir).decoders.budget is None
    model = AnyGen.from_pretrained(tiny_dir, memory_budget="one")
    sizes = part_sizes.make_plan(model.config, tiny_dir, count=False).decoder_bytes("float32")
    assert model.decoders.budget == 0
    assert model.decoders.sizes == {m: sizes[f"decoders.{m}"] for m in model.decoders}


# --- the commands


def test_doctor_plans_a_folder_as_json(tiny_dir, capsys):
    assert cli.main(["doctor", str(tiny_dir), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    parts = {part["part"]: part for part in found["parts"]}
    llm = parts["llm"]
    assert llm["how"] == "counted" and llm["bytes"]["float32"] == 4 * llm["params"]
    assert llm["bytes"]["float16"] == llm["bytes"]["bfloat16"] == 2 * llm["params"]
    assert llm["bytes"]["int4"] < llm["bytes"]["int8"] < llm["bytes"]["float16"]
    assert "int4" not in parts["decoders.image"]["bytes"]
    needed = sum(part["bytes"]["float32"] for part in found["parts"] if part["needed"])
    assert found["sum"]["float32"] == needed
    assert "holds it as it is" in found["fits"]["cpu"] and {*found["cards"]} == {
        f"{n} GB" for n in memory.CARDS
    }


def test_doctor_plans_a_preset_in_words_and_says_where_it_does_not_fit(capsys, monkeypatch):
    assert cli.main(["doctor", "nextgpt-7b"]) in (0, 3)
    out = capsys.readouterr().out
    assert "llm " in out and "6750.0 M (stated): float32 27.0 GB" in out and "24 GB: " in out
    monkeypatch.setattr(memory, "machine", lambda: Machine(GB))
    assert cli.main(["doctor", "nextgpt-7b"]) == 3
    assert "1.0 GB of memory is too little" in capsys.readouterr().out
    assert cli.main(["doctor", "nextgpt-7"]) == 2
    assert "did you mean nextgpt-7b?" in capsys.readouterr().err


def test_info_lists_every_preset_and_hides_those_that_are_not_commercial(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["info", "--all", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["mini"]["weights"] == "in the package" and rows["mini"]["commercial"] is True
    assert rows["nextgpt-7b"]["weights"].startswith("not here") and rows["nextgpt-7b"]["commercial"] is False
    assert rows["nextgpt-7b"]["memory"]["how"] == [STATED]
    assert cli.main(["info", "--all", "--commercial-only"]) == 0
    out = capsys.readouterr().out
    assert "mini" in out and "nextgpt" not in out
    assert cli.main(["info", "mini", "--all"]) == 2


def test_a_preset_that_says_nothing_is_not_commercial(monkeypatch, tiny_dir):
    monkeypatch.setattr(presets, "presets", list)
    monkeypatch.setattr(presets, "plans", lambda: {"tiny": tiny_dir / "config.yaml"})
    assert doctor.every_model(commercial_only=True) == []
    assert doctor.every_model()[0]["commercial"] is None


def test_the_command_places_what_it_loads(tiny_dir, tmp_path, capsys):
    words = ["generate", "hi", "--model", str(tiny_dir), "--out", str(tmp_path)]
    assert cli.main([*words, "--device", "cpu", "--dtype", "float16", "--memory-budget", "one"]) == 0
    assert cli.main([*words, "--device", "default=cpu, decoders.image=cpu"]) == 0
    assert cli.main([*words, "--device", "gpu"]) == 2
    assert cli.main([*words, "--device", "decoder=cpu"]) == 2
    assert "device.decoder: no such part; did you mean decoders?" in capsys.readouterr().err
    assert cli.main([*words, "--offload", "model"]) == 3
    assert "there is nothing to offload" in capsys.readouterr().err
