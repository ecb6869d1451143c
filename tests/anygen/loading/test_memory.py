"""How much memory a model takes: against the real parts, and against machines that are made up."""

import pytest
import torch

from anygen import AnyGen, cli
from anygen.core.config import read_config
from anygen.core.errors import MachineError
from anygen.loading import checkpoint, memory, part_sizes, presets
from anygen.loading.memory import Machine, Part, Plan, check_fits
from anygen.loading.part_sizes import COUNTED, STATED
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


def test_the_command_places_what_it_loads(tiny_dir, tmp_path, capsys):
    words = ["generate", "hi", "--model", str(tiny_dir), "--out", str(tmp_path)]
    assert cli.main([*words, "--device", "cpu", "--dtype", "float16", "--memory-budget", "one"]) == 0
    assert cli.main([*words, "--device", "default=cpu, decoders.image=cpu"]) == 0
    assert cli.main([*words, "--device", "gpu"]) == 2
    assert cli.main([*words, "--device", "decoder=cpu"]) == 2
    assert "device.decoder: no such part; did you mean decoders?" in capsys.readouterr().err
    assert cli.main([*words, "--offload", "model"]) == 3
    assert "there is nothing to offload" in capsys.readouterr().err
