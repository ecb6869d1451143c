"""Every decoder on a tiny pipeline of the real classes: one table, one test a fact.

The three that mini holds are in test_decoders.py too, on mini's tokenizer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_pipelines
import torch
from torch import Tensor

from anygen import CheckpointError, ConfigError
from anygen.core.errors import MachineError
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.decoders import DECODERS, MAKES
from anygen.messages.options import OPTION_TYPES
from anygen.training.data.targets import decoder_fingerprint

CAPTIONS = ["a dog", "rain on a roof of tin"]
SEEDS = (1, 2)
SIZE = {"height": 16, "width": 16}
LARGE = {"height": 32, "width": 32}
T5 = {"sequence": (10, 16), "mask": (10,)}
EMBEDS = {"sequence": "prompt_embeds"}
POOLED = {**EMBEDS, "pooled": "pooled_prompt_embeds"}
MASKED = {**EMBEDS, "mask": "prompt_attention_mask"}
TEN = {"max_sequence_length": 10}


@dataclass(frozen=True)
class Case:
    """A decoder: what its preset says, and what the plain call is given in its place."""

    kind: str
    conditioning: dict[str, tuple[int, ...]]
    arguments: dict[str, str]
    plain: dict[str, Any]  # size, length and the like, as the pipeline names them
    refused: dict[str, Any]  # an option it cannot satisfy
    accepted: str  # what it says then
    defaults: dict[str, Any] = field(default_factory=dict)
    prompt: dict[str, Any] = field(default_factory=dict)  # for the plain call of a prompt
    steps: int = 2

    @property
    def modality(self) -> str:
        return MAKES[self.kind]

    @property
    def is_pipeline(self) -> bool:
        return self.kind not in ("musicgen", "audiogen")


def musicgen(kind: str) -> Case:
    return Case(kind, T5, {}, {"max_new_tokens": 10 + 3}, {"seconds": 2.0},
                r"audio.seconds is 2; 0.06 to 1.2 is accepted", {"seconds": 0.2}, steps=10 + 3)  # fmt: skip


CASES = {
    case.kind: case
    for case in (
        Case("stable_diffusion_xl", {"sequence": (12, 32), "pooled": (16,)}, POOLED, SIZE, {"height": 20},
             r"image.height is 20; a multiple of 8 is accepted, such as 16"),
        Case("stable_diffusion_3", {"sequence": (22, 32), "pooled": (32,)}, POOLED, SIZE, {"width": 18},
             r"image.width is 18; a multiple of 4 is accepted, such as 16", prompt=TEN),
        Case("flux", {"sequence": (10, 16), "pooled": (16,)}, POOLED, {**SIZE, "true_cfg_scale": 2.0},
             {"width": 18}, r"image.width is 18; a multiple of 4 is accepted, such as 16",
             {"true_cfg_scale": 2.0}, TEN),
        Case("sana", T5, MASKED, {**LARGE, "use_resolution_binning": False, "negative_prompt": None},
             {"height": 48}, r"image.height is 48; a multiple of 32 is accepted, such as 64", LARGE, TEN),
        Case("audioldm2", {**T5, "generated": (4, 8)},
             {**EMBEDS, "mask": "attention_mask", "generated": "generated_prompt_embeds"},
             {"audio_length_in_s": 0.1}, {}, "", {"seconds": 0.1},
             # It pads a negative to its prompt's length, which moves what GPT-2 reads; here each is read alone.
             {"max_new_tokens": 4, "guidance_scale": 1.0}),
        Case("stable_audio", T5, {**EMBEDS, "mask": "attention_mask"}, {"audio_end_in_s": 0.5},
             {"seconds": 5.0}, r"audio.seconds is 5; 0 to 1 is accepted", {"seconds": 0.5}),
        musicgen("musicgen"),
        musicgen("audiogen"),
        Case("wan", {"sequence": (10, 16)}, EMBEDS, {**SIZE, "num_frames": 5}, {"num_frames": 6},
             r"video.num_frames is 6; 4k \+ 1 is accepted, such as 5", prompt=TEN),
        Case("ltx", T5, MASKED, {**LARGE, "num_frames": 5, "frame_rate": 4.0}, {"num_frames": 8},
             r"video.num_frames is 8; 4k \+ 1 is accepted, such as 9", LARGE, TEN),
    )
}  # fmt: skip

every_decoder = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Kind -> the folder of its tiny pipeline, written on first use."""
    root = tmp_path_factory.mktemp("pipelines")

    def folder(kind: str) -> Path:
        path = root / kind
        if not path.is_dir():
            with torch.random.fork_rng():
                torch.manual_seed(0)
                getattr(tiny_pipelines, f"write_{kind}")(path)
        return path

    return folder


def load(case: Case, folder: Path, **changes: Any) -> Any:
    from importlib import import_module

    module, _, name = DECODERS[case.kind].partition(":")
    defaults = {"num_inference_steps": case.steps, "guidance_scale": 2.0, **SIZE, "num_frames": 5, "fps": 4}
    conditioning = changes.pop("conditioning", case.conditioning)
    return getattr(import_module(module), name).from_pretrained(
        folder, conditioning, {**defaults, **case.defaults, **changes}
    )


@pytest.fixture(scope="module")
def loaded(folder_of) -> Callable[[Case], Any]:
    """Case -> its decoder, loaded on first use: tests may not change it."""
    kept: dict[str, Any] = {}
    return lambda case: kept.setdefault(case.kind, kept.get(case.kind) or load(case, folder_of(case.kind)))


def options(case: Case, **values: Any) -> Any:
    return OPTION_TYPES[case.modality](**values)


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def array(medium: Any) -> np.ndarray:
    name = {IMAGE: "pixels", AUDIO: "samples", VIDEO: "frames"}[medium.modality]
    return getattr(medium, name).astype(np.float32)


def assert_near(ours: Any, theirs: Any, modality: str) -> None:
    """To rounding: 2/255 of a pixel, 1e-3 of a sample."""
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= (1e-3 if modality == AUDIO else 2)


def as_media(made: Any, modality: str) -> np.ndarray:
    """What a plain call makes as the values of media."""
    values = np.asarray(made, dtype=np.float32)
    return np.clip(values, -1, 1) if modality == AUDIO else (np.clip(values, 0, 1) * 255).round()


def plain_pipe(case: Case, folder: Path) -> Any:
    import diffusers
    import transformers

    if not case.is_pipeline:
        return transformers.MusicgenForConditionalGeneration.from_pretrained(folder)
    pipe = getattr(diffusers, load(case, folder).pipeline_name).from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def draw_plainly(case: Case, folder: Path, given: dict[str, Tensor], away: dict[str, Tensor]) -> Any:
    """The library's own call with embeddings and their negatives."""
    pipe = plain_pipe(case, folder)
    if case.is_pipeline:
        call = {case.arguments[name]: value for name, value in given.items()}
        call |= {f"negative_{case.arguments[name]}": value for name, value in away.items()}
        call |= {"generator": generators(*SEEDS), "num_inference_steps": 2, "guidance_scale": 2.0}
        return pipe(**call, **case.plain, output_type="np")[0]
    made = []
    for item, seed in enumerate(SEEDS):  # it samples from the one generator of the process
        sides = [{name: value[item : item + 1] for name, value in each.items()} for each in (given, away)]
        torch.manual_seed(seed)
        made += pipe.generate(
            torch.zeros(1, 10, dtype=torch.long),
            encoder_outputs=(torch.cat([each["sequence"] for each in sides]),),
            attention_mask=torch.cat([each["mask"] for each in sides]).long(),
            do_sample=True, guidance_scale=2.0, **case.plain,
        )  # fmt: skip
    return [each.numpy() if len(each) == 2 else each[0].numpy() for each in made]


@every_decoder
def test_what_is_drawn_is_what_the_plain_call_draws(case: Case, loaded, folder_of) -> None:
    decoder = loaded(case)
    given = decoder.encode_text(CAPTIONS)
    away = {name: value.repeat_interleave(2, 0) for name, value in decoder.text.negative("blur").items()}
    made = decoder.decode(given, options(case, negative_prompt="blur"), generators(*SEEDS))
    with torch.random.fork_rng(), torch.no_grad():
        plain = draw_plainly(case, folder_of(case.kind), given, away)
    for ours, theirs in zip(made, plain, strict=True):
        np.testing.assert_allclose(array(ours), as_media(theirs, case.modality), atol=1e-6)


@every_decoder
def test_one_that_waits_on_the_cpu_reads_and_draws_the_same(case: Case, loaded, folder_of) -> None:
    """The hooks are the libraries' own; the device they move parts to is the CPU here."""
    kept, waiting = loaded(case), load(case, folder_of(case.kind))
    waiting.place(torch.device("cpu"), "model")
    given, asked = waiting.encode_text(CAPTIONS), options(case, negative_prompt="blur")
    for name, value in kept.encode_text(CAPTIONS).items():
        assert torch.equal(given[name], value)
    made = [each.decode(given, asked, generators(*SEEDS)) for each in (waiting, kept)]
    for ours, theirs in zip(*made, strict=True):
        np.testing.assert_array_equal(array(ours), array(theirs))
    assert waiting.num_bytes() == kept.num_bytes() > 0


@every_decoder
def test_a_caption_draws_what_the_pipeline_draws_from_the_prompt(case: Case, loaded, folder_of) -> None:
    decoder, pipe = loaded(case), plain_pipe(case, folder_of(case.kind))
    given = decoder.encode_text(CAPTIONS[1:])
    guidance = case.prompt.get("guidance_scale", 2.0)
    for negative in (None, "blur"):
        with torch.random.fork_rng(), torch.no_grad():
            plain = draw_a_prompt_plainly(case, folder_of(case.kind), pipe, negative)
        if plain is not None:
            how = options(case, guidance_scale=guidance, negative_prompt=negative)
            made = decoder.decode(given, how, generators(1))[0]
            assert_near(array(made), as_media(plain, case.modality), case.modality)


def draw_a_prompt_plainly(case: Case, folder: Path, pipe: Any, negative: str | None) -> Any:
    """The library's own call with a prompt, or None where it takes no negative one."""
    if case.is_pipeline:
        # One of them says so by "", and Flux guides where it is told what away from.
        nothing = "" if case.kind in ("flux", "sana") else None
        call = {"num_inference_steps": 2, "guidance_scale": 2.0, "negative_prompt": negative or nothing}
        call = {**case.plain, **call, **case.prompt, "generator": generators(1), "output_type": "np"}
        return pipe(CAPTIONS[1], **call)[0][0]
    if negative is not None:
        return None
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer(CAPTIONS[1], return_tensors="pt", max_length=10, truncation=True)
    torch.manual_seed(1)
    return pipe.generate(**tokens, do_sample=True, guidance_scale=2.0, **case.plain)[0, 0].numpy()


@every_decoder
def test_captions_are_read_in_the_declared_shapes_and_each_alone(case: Case, loaded) -> None:
    decoder = loaded(case)
    given = decoder.encode_text(CAPTIONS)
    assert {name: tuple(value.shape) for name, value in given.items()} == {
        name: (2, *shape) for name, shape in case.conditioning.items()
    }
    assert all((value.dtype == torch.bool) == (name == "mask") for name, value in given.items())
    assert decoder_fingerprint(decoder) == decoder_fingerprint(decoder)
    alone = decoder.encode_text(CAPTIONS[:1])
    for name, value in alone.items():
        torch.testing.assert_close(value[0], given[name][0], atol=1e-5, rtol=1e-4)


@every_decoder
def test_an_item_does_not_depend_on_its_neighbours(case: Case, loaded) -> None:
    decoder = loaded(case)
    together = decoder.decode(decoder.encode_text(CAPTIONS), options(case), generators(*SEEDS))
    alone = decoder.decode(decoder.encode_text(CAPTIONS[1:]), options(case), generators(SEEDS[1]))[0]
    assert_near(array(alone), array(together[1]), case.modality)


@every_decoder
def test_a_negative_prompt_is_led_away_from(case: Case, loaded) -> None:
    decoder = loaded(case)
    given = decoder.encode_text(["a dog"])
    plain, away = (
        decoder.decode(given, options(case, negative_prompt=text), generators(1))[0]
        for text in (None, "all the noise")
    )
    assert not np.array_equal(array(plain), array(away))


@every_decoder
def test_every_conditioning_tensor_is_read(case: Case, loaded) -> None:
    decoder = loaded(case)
    random = torch.Generator().manual_seed(0)
    given = {name: torch.randn(1, *shape, generator=random) for name, shape in case.conditioning.items()}
    if "mask" in given:
        given["mask"] = torch.ones(1, *case.conditioning["mask"], dtype=torch.bool)
    plain = decoder.decode(given, options(case), generators(1))[0]
    for name, value in given.items():
        other = torch.arange(value.shape[1])[None] < 3 if name == "mask" else -3 * value
        changed = decoder.decode({**given, name: other}, options(case), generators(1))[0]
        assert not np.array_equal(array(plain), array(changed)), f"{name} changes nothing"


@every_decoder
def test_every_step_is_reported_and_may_end_the_work(case: Case, loaded) -> None:
    decoder, seen = loaded(case), []
    given = {name: torch.zeros(1, *shape) for name, shape in case.conditioning.items()}
    decoder.decode(given, options(case), generators(1), lambda *step: seen.append(step))
    assert seen == [(step + 1, case.steps) for step in range(case.steps)]

    def stop(step: int, num_steps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decoder.decode(given, options(case), generators(1), stop)


@every_decoder
def test_what_does_not_fit_is_refused_in_one_sentence(case: Case, loaded, folder_of) -> None:
    decoder = loaded(case)
    given = decoder.encode_text(["a dog"])
    with pytest.raises(ValueError, match=r"conditioning is .*, the decoder takes"):
        decoder.decode({**given, "sequence": given["sequence"][:, :-1]}, options(case), generators(1))
    with pytest.raises(ValueError, match="2 generators for 1 items"):
        decoder.decode(given, options(case), generators(*SEEDS))
    if case.refused:
        with pytest.raises(ConfigError, match=case.accepted):
            decoder.decode(given, options(case, **case.refused), generators(1))

    folder = folder_of(case.kind)
    wide = {**case.conditioning, "sequence": (case.conditioning["sequence"][0], 24)}
    with pytest.raises(CheckpointError, match=r"reads sequence of width"):
        load(case, folder, conditioning=wide)
    with pytest.raises(CheckpointError, match=r"takes .*; the preset declares sequence, smell"):
        load(case, folder, conditioning={"sequence": case.conditioning["sequence"], "smell": (1,)})
    other = folder_of("flux") / "text_encoder_2" if not case.is_pipeline else folder_of(
        "sana" if case.kind == "flux" else "flux"
    )  # fmt: skip
    with pytest.raises(CheckpointError, match=r"holds a .*; a .* is expected"):
        load(case, other)


@every_decoder
def test_no_text_encoder_is_needed_where_the_negative_is_kept(case: Case, folder_of, tmp_path) -> None:
    folder = Path(shutil.copytree(folder_of(case.kind), tmp_path / "copy"))
    whole = load(case, folder)
    given = {name: torch.randn(1, *shape) for name, shape in case.conditioning.items()}
    whole.decode(given, options(case, guidance_scale=1.0), generators(1))
    assert not whole.text.is_loaded or case.kind == "flux"  # whose guidance is true_cfg_scale
    held = whole.pipe.components if case.is_pipeline else dict(whole.model.named_parameters())
    assert not any("text_encoder" in name and isinstance(part, torch.Tensor | torch.nn.Module)
                   for name, part in held.items())  # fmt: skip
    expected = whole.decode(given, options(case, negative_prompt=""), generators(1))[0]

    whole.text.save_negative()
    for name in getattr(whole, "text_parts", ()):
        shutil.rmtree(folder / name)
    for file in folder.glob("tokenizer*.json"):
        file.unlink()
    bare = load(case, folder)
    made = bare.decode(given, options(case, negative_prompt=""), generators(1))[0]
    np.testing.assert_array_equal(array(made), array(expected))
    with pytest.raises(CheckpointError, match=r"holds no .*, which captions and negative prompts need"):
        bare.encode_text(["a dog"])


def test_a_length_the_text_encoder_does_not_give_is_refused_when_it_reads(folder_of) -> None:
    case = CASES["stable_diffusion_xl"]
    decoder = load(case, folder_of(case.kind), conditioning={"sequence": (9, 32), "pooled": (16,)})
    with pytest.raises(
        CheckpointError, match=r"its text encoder gives .*12, 32.*, the preset declares .*9, 32"
    ):
        decoder.encode_text(["a dog"])


def test_a_distilled_flux_takes_no_negative_prompt(folder_of) -> None:
    case = CASES["flux"]
    decoder = load(case, folder_of("flux"), true_cfg_scale=1.0)
    given = {name: torch.zeros(1, *shape) for name, shape in case.conditioning.items()}
    decoder.decode(given, options(case), generators(1))
    assert not decoder.text.is_loaded
    with pytest.raises(ConfigError, match=r"image.negative_prompt: this Flux has its guidance built in"):
        decoder.decode(given, options(case, negative_prompt="blur"), generators(1))


def test_audioldm2_with_a_gpt2_that_no_longer_generates_says_what_to_write(folder_of, tmp_path) -> None:
    from transformers import GPT2Model

    case = CASES["audioldm2"]
    folder = shutil.copytree(folder_of(case.kind), tmp_path / "audioldm2")
    words = load(case, folder).encode_text(["a dog"])
    # As older folders are: the model without its head, and an index that says so.
    GPT2Model.from_pretrained(folder / "language_model").save_pretrained(folder / "language_model")
    index = folder / "model_index.json"
    index.write_text(index.read_text().replace("GPT2LMHeadModel", "GPT2Model"))
    decoder = load(case, folder)
    given = {name: torch.zeros(1, *shape) for name, shape in case.conditioning.items()}
    with pytest.raises(CheckpointError, match=r"names GPT2Model as language_model.*write GPT2LMHeadModel"):
        decoder.encode_text(["a dog"])
    assert decoder.decode(given, options(case, guidance_scale=1.0), generators(1))
    # What it advises reads the same weights.
    index.write_text(index.read_text().replace("GPT2Model", "GPT2LMHeadModel"))
    again = load(case, folder).encode_text(["a dog"])
    for name, value in words.items():
        torch.testing.assert_close(again[name], value)


def test_a_scheduler_that_needs_torchsde_says_so(folder_of, tmp_path, monkeypatch) -> None:
    import importlib.util

    folder = shutil.copytree(folder_of("stable_audio"), tmp_path / "stable_audio")
    file = folder / "scheduler" / "scheduler_config.json"
    name = "CosineDPMSolverMultistepScheduler"
    for path in (file, folder / "model_index.json"):
        path.write_text(path.read_text().replace("EDMDPMSolverMultistepScheduler", name))
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda each: None if each == "torchsde" else found(each))
    with pytest.raises(MachineError, match=r"CosineDPMSolver.* needs .*torchsde.*'anygen\[stable-audio\]'"):
        load(CASES["stable_audio"], folder)


def test_musicgen_takes_no_number_of_steps(loaded) -> None:
    case = CASES["musicgen"]
    given = {name: torch.zeros(1, *shape) for name, shape in case.conditioning.items()}
    with pytest.raises(
        ConfigError, match=r"audio.num_inference_steps is 5; this decoder takes as many steps"
    ):
        loaded(case).decode(given, options(case, num_inference_steps=5), generators(1))


def test_musicgen_in_stereo_is_what_the_plain_call_makes(tmp_path) -> None:
    case = CASES["musicgen"]
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        tiny_pipelines.write_musicgen(tmp_path, channels=2)
        decoder = load(case, tmp_path)
        given = decoder.encode_text(CAPTIONS)
        away = {name: torch.zeros_like(value) for name, value in given.items()}
        plain = draw_plainly(case, tmp_path, given, away)
    for ours, theirs in zip(decoder.decode(given, options(case), generators(*SEEDS)), plain, strict=True):
        assert ours.samples.shape == (2, 80)
        np.testing.assert_allclose(ours.samples, as_media(theirs, AUDIO), atol=1e-6)
