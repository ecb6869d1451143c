"""Where parts run. There is one device here: the CPU, named or not, and a spy on what is moved where."""

import numpy as np
import pytest
import torch

from anygen import AnyGen, Image
from anygen.core.config import read_config
from anygen.core.devices import module_bytes
from anygen.core.errors import ConfigError, MachineError
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.decoders.lazy import LazyDecoders
from anygen.loading import part_sizes
from anygen.loading import placement as placing
from anygen.loading.placement import as_dtype, check_device, check_placement

CPU = torch.device("cpu")
META = torch.device("meta")
ASK = {"require": ("image",), "seed": 1}
SPREAD = {
    "model.embed_tokens": "cpu",
    "model.norm": "cpu",
    "model.rotary_emb": "cpu",
    "model.layers.0": "cpu",
    "model.layers.1": "disk",
    "lm_head": "cpu",
}


@pytest.fixture
def config(tiny_dir):
    return read_config(tiny_dir / "config.yaml")


@pytest.fixture
def two_cards(monkeypatch):
    """A machine that says it has two cards; nothing can be put there."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def pixels(reply):
    return [image.pixels for image in reply.images]


def same(first, second) -> bool:
    return first.text == second.text and all(
        np.array_equal(one, other) for one, other in zip(pixels(first), pixels(second), strict=True)
    )


# --- what is asked


def test_a_device_is_known_by_its_name():
    assert check_device("cpu") == CPU
    assert check_device("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(ConfigError, match="device is 'gpu'; cpu, cuda, cuda:1, mps and auto are accepted"):
        check_device("gpu")
    with pytest.raises(ConfigError, match="meta"):
        check_device("meta")


def test_a_device_that_is_not_here_is_refused_with_those_that_are(monkeypatch, two_cards):
    assert check_device("cuda") == torch.device("cuda:0") and check_device("cuda:1").index == 1
    with pytest.raises(MachineError, match="2 CUDA devices; cuda:0, cuda:1, cpu and auto are accepted"):
        check_device("cuda:2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MachineError, match="no CUDA device that torch can use; cpu and auto"):
        check_device("cuda")


def test_a_part_goes_before_its_family_and_its_family_before_the_default(config, two_cards):
    asked = {"default": "cpu", "decoders": "cuda:0", "decoders.image": "cuda:1"}
    found = check_placement(config, asked)
    assert found.of("llm") == CPU and found.of("encoders.imagebind") == CPU
    assert str(found.of("decoders.video")) == "cuda:0" and str(found.of("decoders.image")) == "cuda:1"
    with pytest.raises(
        ConfigError, match=r"device.decoder.image: no such part; did you mean decoders.image\?"
    ):
        check_placement(config, {"decoder.image": "cpu"})


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"offload": "model"}, "decoders.image is placed on the cpu, where there is nothing to offload"),
        ({"offload": "disk"}, "offload is 'disk'; model and sequential are accepted"),
        ({"offload": {"picture": "model"}}, "no such part"),
        ({"quantization": "3bit"}, "quantization is '3bit'; 4bit, 8bit and a quantization config"),
        ({"memory_budget": 0}, "memory_budget is 0; a number of GB, 'one' and 'all' are accepted"),
        ({"memory_budget": "some"}, "memory_budget is 'some'"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(config, asked, sentence):
    with pytest.raises((ConfigError, MachineError), match=sentence):
        check_placement(config, **asked)


def test_a_precision_has_a_name():
    assert as_dtype("bfloat16") is torch.bfloat16 and as_dtype(torch.float16) is torch.float16
    with pytest.raises(ConfigError, match="dtype is 'half'; float32, float16, bfloat16 are accepted"):
        as_dtype("half")


def test_quantization_says_what_is_missing(config, monkeypatch):
    monkeypatch.setattr(placing.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MachineError, match=r"not installed: pip install 'anygen\[quantization\]'"):
        check_placement(config, quantization="4bit")


def test_quantization_needs_a_device_that_bitsandbytes_runs_on(config, monkeypatch):
    import sys
    import types

    fake = types.ModuleType("bitsandbytes")
    fake.supported_torch_devices = {"cuda"}
    monkeypatch.setitem(sys.modules, "bitsandbytes", fake)
    monkeypatch.setattr(placing.importlib.util, "find_spec", lambda name: object())
    with pytest.raises(MachineError, match="does not run on cpu, only on cuda; dtype='float16' halves"):
        check_placement(config, quantization="8bit")


def test_quantization_is_what_transformers_is_told(config):
    found = placing.Placement({"llm": torch.device("cuda:1")}, quantization="4bit")
    told = found.llm_arguments(torch.bfloat16)
    assert told["device_map"] == {"": "cuda:1"}
    assert told["quantization_config"].bnb_4bit_compute_dtype is torch.bfloat16
    assert placing.Placement().llm_arguments(torch.float32) == {}


# --- what is loaded answers the same


@pytest.mark.parametrize(
    "placed",
    [
        {"device": "cpu"},
        {"device": {"llm": "cpu", "decoders.image": "cpu", "encoders": "cpu"}, "memory_budget": "one"},
        {"device_map": {"": "cpu"}},
        {"device_map": SPREAD},
    ],
    ids=("cpu", "parts", "device_map", "disk"),
)
def test_wherever_the_parts_are_the_answer_is_the_same(tiny_dir, tiny_model, placed):
    placed_model = AnyGen.from_pretrained(tiny_dir, **placed)
    assert same(placed_model.generate("hello", **ASK), tiny_model.generate("hello", **ASK))


def test_a_batch_shrinks_over_a_model_that_is_spread(tiny_dir, tiny_model):
    prompts = ["hello", "draw a dog, please", "a"]
    spread = AnyGen.from_pretrained(tiny_dir, device_map=SPREAD)
    found = [each.token_ids for each in spread.respond(prompts)]
    assert found == [each.token_ids for each in tiny_model.respond(prompts)]
    with pytest.raises(ConfigError, match="cannot be moved"):
        spread.to("cpu")


def test_a_saved_lora_works_beside_layers_that_wait_on_disk():
    """mini has adapters, which are merged elsewhere and stay apart here."""
    layers = {"model.embed_tokens": "cpu", "model.norm": "cpu", "model.rotary_emb": "cpu", "lm_head": "cpu"}
    spread = AnyGen.from_pretrained("mini", device_map=layers | {"model.layers": "disk"})
    asked = ["What is this?"]
    assert spread.merged_lora == {}
    assert spread.respond(asked)[0].parts[0] == AnyGen.from_pretrained("mini").respond(asked)[0].parts[0]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_precision_loads_its_base_and_draws(tiny_dir, dtype):
    """The base's fingerprint is that of its files, whatever bfloat16 rounds away."""
    model = AnyGen.from_pretrained(tiny_dir, dtype=dtype)
    assert model.backbone.dtype is as_dtype(dtype)
    assert model.decoders[IMAGE].pipe.dtype is as_dtype(dtype)
    assert model.encoders[IMAGE].dtype is as_dtype(dtype)
    picture = Image(np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8))
    assert model.generate(["hello", picture], **ASK).images[0].pixels.dtype == np.uint8


@pytest.mark.parametrize("quantization", ["4bit", "8bit"])
def test_a_quantized_language_model_answers(quantization):
    bitsandbytes = pytest.importorskip("bitsandbytes", reason="an extra: anygen[quantization]")
    if "cpu" not in bitsandbytes.supported_torch_devices:
        pytest.skip("this bitsandbytes has no CPU kernels")
    model = AnyGen.from_pretrained("mini", quantization=quantization)
    plain = AnyGen.from_pretrained("mini")
    assert module_bytes([model.backbone.lm]) < 0.6 * module_bytes([plain.backbone.lm])
    assert model.respond(["Draw a dog."], require=("image",))[0].spans


# --- everything goes along


class Spy:
    """Stands for a decoder, and writes down where it is put."""

    def __init__(self, size: int = 1) -> None:
        self.places: list[tuple[str, str | None]] = []
        self.size = size

    def place(self, device, offload=None):
        self.places.append((str(device), offload))

    def num_bytes(self) -> int:
        return self.size


def test_a_moved_model_takes_its_encoders_and_decoders_along(tiny_dir, monkeypatch):
    model = AnyGen.from_pretrained(tiny_dir)
    moved = []
    encoder = model.encoders[IMAGE]
    monkeypatch.setattr(encoder, "to", lambda device: moved.append(str(device)))
    spies = {IMAGE: Spy(), AUDIO: Spy(), VIDEO: Spy()}
    model.decoders = LazyDecoders({m: lambda m=m: spies[m] for m in spies}, {m: {} for m in spies})
    model.decoders[IMAGE]
    model.half()  # a precision, not a place
    assert moved == []
    model.to(META)
    assert moved == [] and spies[IMAGE].places == []
    model._follow(lambda tensor: torch.empty(0, device=META) if not tensor.is_meta else _raise())
    assert set(moved) == {"meta"}
    assert spies[IMAGE].places == [("meta", None)] and spies[AUDIO].places == []
    model.decoders[AUDIO]
    assert spies[AUDIO].places == [("meta", None)]


def _raise():
    raise NotImplementedError


def test_to_the_cpu_changes_nothing(tiny_dir, tiny_model):
    model = AnyGen.from_pretrained(tiny_dir)
    before = model.generate("hello", **ASK)
    assert model.to("cpu") is model and same(model.generate("hello", **ASK), before)
    assert same(tiny_model.generate("hello", **ASK), before)


def test_what_is_asked_of_a_decoder_is_what_diffusers_is_told(tiny_dir, monkeypatch):
    decoder = AnyGen.from_pretrained(tiny_dir).decoders[IMAGE]
    told = []
    for name in ("enable_model_cpu_offload", "enable_sequential_cpu_offload"):
        monkeypatch.setattr(decoder.pipe, name, lambda device, name=name: told.append((name, str(device))))
    monkeypatch.setattr(decoder.pipe, "to", lambda device: told.append(("to", str(device))))
    decoder.place(torch.device("cuda:0"), "model")
    decoder.place(torch.device("cuda:1"), "sequential")
    decoder.place(CPU)
    assert told == [
        ("enable_model_cpu_offload", "cuda:0"),
        ("enable_sequential_cpu_offload", "cuda:1"),
        ("to", "cpu"),
    ]


def test_an_offloaded_text_encoder_comes_for_each_reading(tiny_dir, monkeypatch):
    decoder = AnyGen.from_pretrained(tiny_dir).decoders[IMAGE]
    decoder._offload = "model"
    moved = []
    plain = type(decoder.text_encoder).to
    monkeypatch.setattr(
        type(decoder.text_encoder), "to", lambda self, place: moved.append(str(place)) or plain(self, place)
    )
    decoder.device = torch.device("cpu", 0)
    decoder.encode_text(["a dog"])
    assert moved == ["cpu:0", "cpu"]


def test_offloading_by_real_hooks_draws_the_same(tiny_dir, tiny_model):
    """As above: diffusers' hooks, which move to the CPU here. (Those of "sequential" cannot: they move to "cpu:0".)"""
    model = AnyGen.from_pretrained(tiny_dir)
    asked = {"require": ("image", "audio", "video"), "seed": 1}
    for modality in model.decoders:
        model.decoders[modality].place(CPU, "model")
    found, wanted = model.generate("hello", **asked), tiny_model.generate("hello", **asked)
    assert same(found, wanted)
    assert np.array_equal(found.audios[0].samples, wanted.audios[0].samples)
    assert np.array_equal(found.videos[0].frames, wanted.videos[0].frames)
    model.decoders[IMAGE].place(CPU)
    assert same(model.generate("hello", **asked), wanted)


def test_a_way_to_offload_that_a_decoder_does_not_have_is_found_out_at_once(config, tmp_path):
    from dataclasses import replace

    from anygen.loading.build import build_decoders

    musicgen = {"audio": replace(config.decoders["audio"], kind="musicgen")}
    with pytest.raises(ConfigError, match=r"offload of decoders.audio is sequential; musicgen has model"):
        build_decoders(musicgen, tmp_path, offload={"decoders.audio": "sequential"})


def test_placed_decoders_are_placed_when_they_are_loaded(tiny_dir, config, monkeypatch):
    model = AnyGen.from_pretrained(tiny_dir)
    spies = {IMAGE: Spy(), AUDIO: Spy(), VIDEO: Spy()}
    model.decoders = LazyDecoders({m: lambda m=m: spies[m] for m in spies}, {m: {} for m in spies})
    devices = {"decoders.image": torch.device("cuda:1"), "decoders.audio": torch.device("cuda:0")}
    placing.place(model, placing.Placement(devices, offload={"decoders.audio": "sequential"}))
    for each in spies:
        model.decoders[each]
    assert spies[IMAGE].places == [("cuda:1", None)]
    assert spies[AUDIO].places == [("cuda:0", "sequential")]
    assert spies[VIDEO].places == []


# --- the budget


def test_a_decoder_says_what_it_takes(tiny_dir):
    model = AnyGen.from_pretrained(tiny_dir)
    for modality in (IMAGE, VIDEO):
        decoder = model.decoders[modality]
        alone = decoder.num_bytes()
        assert alone == part_sizes.make_plan(model.config, tiny_dir)[f"decoders.{modality}"].num_bytes(
            "float32"
        )
        decoder.encode_text(["a"])
        assert decoder.num_bytes() > alone


# --- only what is used is built


def test_answering_in_words_loads_no_decoder_and_no_text_encoder(tiny_dir):
    model = AnyGen.from_pretrained(tiny_dir)
    model.respond(["hello"], require=("image",))
    assert model.decoders.loaded == ()


def test_a_kept_negative_needs_no_text_encoder_and_there_is_no_safety_checker(tiny_dir, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_dir, tmp_path / "model")
    for modality in (IMAGE, VIDEO, AUDIO):
        AnyGen.from_pretrained(tiny_dir).decoders[modality].text.save_negative(
            folder / f"decoders/{modality}"
        )
    (folder / "manifest.json").unlink()
    source = AnyGen.from_pretrained(tiny_dir)
    from anygen.loading.model_manifest import write_manifest

    write_manifest(source, folder)
    model = AnyGen.from_pretrained(folder)
    model.generate("hello", require=("image", "audio", "video"))
    for modality in model.decoders:
        decoder = model.decoders[modality]
        assert not decoder.text.is_loaded
        assert not isinstance(getattr(decoder.pipe, "text_encoder", None), torch.nn.Module)
        assert getattr(decoder.pipe, "safety_checker", None) is None


def test_no_tower_is_built_that_nothing_reads():
    """mini's encoder has a text tower, which its preset does not read."""
    model = AnyGen.from_pretrained("mini")
    assert set(model.encoders[IMAGE].config.towers) == {"vision", "audio"}
