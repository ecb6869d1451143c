"""MusicGen and AudioGen as AudioCraft publishes them, in miniature: converted, sounding the same; what does not fit refused.

The files under tests/golden/audiocraft_tiny were written by the audiocraft package's own export, and the sounds beside them
by its own classes."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

from anygen import CheckpointError, cli
from anygen.core.errors import MachineError
from anygen.decoders.musicgen import MusicGen
from anygen.loading.convert.audiocraft import CODEC_FILE, FILE, WEIGHTS, convert_audiocraft
from anygen.loading.convert.foreign import sha256_of
from anygen.messages.options import AudioOptions

pytest.importorskip("omegaconf", reason="AudioCraft's configs need omegaconf (the extra audiocraft)")

GOLDEN = Path(os.environ.get("ANYGEN_GOLDEN", Path(__file__).parents[3] / "golden")) / "audiocraft_tiny"
SAID = json.loads((GOLDEN / "golden.json").read_text())
T5 = GOLDEN / SAID["text_encoder"]
CONDITIONING = {"sequence": (SAID["length"], SAID["width"]), "mask": (SAID["length"],)}
KINDS = ("musicgen", "audiogen")


class Bomb:
    """A pickle that runs a command when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One golden model converted: `source`, `done`, and `wanted`, what the package makes of it."""
    source = GOLDEN / request.param
    done = convert_audiocraft(source, tmp_path_factory.mktemp("audiocraft") / request.param, T5)
    with np.load(source / "outputs.npz") as file:
        return SimpleNamespace(source=source, done=done, wanted=dict(file))


def load(folder: Path, guidance: float = 1.0) -> MusicGen:
    # The most likely code throughout.
    defaults = {"seconds": SAID["seconds"], "guidance_scale": guidance, "top_k": 1}
    return MusicGen.from_pretrained(folder, CONDITIONING, defaults)


@pytest.mark.parametrize("guidance", SAID["guidances"])
@pytest.mark.parametrize("caption", SAID["captions"])
def test_it_sounds_as_audiocraft_makes_it(made, guidance: float, caption: str) -> None:
    decoder = load(made.done.folder, guidance)
    generator = torch.Generator().manual_seed(0)
    [sound] = decoder.decode(decoder.encode_text([caption]), AudioOptions(), [generator])
    wanted = made.wanted[f"{guidance:g}/{caption}"]
    assert wanted.std() > 0.01
    np.testing.assert_allclose(sound.samples, wanted, atol=1e-5)


@torch.no_grad()
def test_every_code_is_as_likely_as_audiocraft_finds_it(made) -> None:
    decoder = load(made.done.folder)
    codes, wanted = torch.from_numpy(made.wanted["codes"]), made.wanted["logits"]
    count, length = codes.shape
    # Codebook k starts k frames late; before and after it is the special code.
    late = torch.full((count, length + count), decoder.model.config.decoder.vocab_size)
    for k in range(count):
        late[k, k + 1 : k + 1 + length] = codes[k, : length + count - k - 1]
    given = decoder.encode_text(SAID["captions"][:1])
    logits = decoder.model(
        encoder_outputs=(given["sequence"],),
        attention_mask=given["mask"].long(),
        decoder_input_ids=late[:, :-1],
    ).logits
    found = torch.stack([logits[k, k : k + length] for k in range(count)])[:, : length - count]
    np.testing.assert_allclose(found, wanted[:, : length - count], atol=1e-5)


def test_every_tensor_arrives_in_its_own_type(made) -> None:
    coverage = made.done.coverage
    assert coverage.is_complete and coverage.matched == 163
    weights = load_file(made.done.folder / WEIGHTS)
    lm = torch.load(made.source / FILE, weights_only=True)["best_state"]
    codec = torch.load(made.source / CODEC_FILE, weights_only=True)["best_state"]
    joint = lm["transformer.layers.1.cross_attention.in_proj_weight"]
    layer = "decoder.model.decoder.layers.1.encoder_attn"
    found = torch.cat([weights[f"{layer}.{name}_proj.weight"] for name in "qkv"])
    assert joint.dtype == torch.float16 and found.dtype == torch.float16 and torch.equal(found, joint)
    books = weights["audio_encoder.quantizer.layers.3.codebook.embed"]
    assert torch.equal(books, codec["quantizer.vq.layers.3._codebook.embed"]) and books.dtype == torch.float32
    # What q, k and v share is one tensor there and three here, in two places a layer.
    assert len(weights) == coverage.expected + 2 * 2 * 2


def test_transformers_loads_the_whole_folder_and_draws_the_same(made) -> None:
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration

    folder = made.done.folder
    model, said = MusicgenForConditionalGeneration.from_pretrained(folder, output_loading_info=True)
    assert not any(said.values())
    assert model.dtype == torch.float32 and model.generation_config.guidance_scale == 3.0
    words = AutoTokenizer.from_pretrained(folder)(SAID["captions"][:1], return_tensors="pt")
    codes = model.config.decoder.num_codebooks
    steps = int(SAID["seconds"] * model.config.audio_encoder.frame_rate) + codes - 1
    wave = model.generate(**words, do_sample=False, guidance_scale=3.0, max_new_tokens=steps)
    np.testing.assert_allclose(wave[0, 0], made.wanted[f"3/{SAID['captions'][0]}"], atol=1e-5)


def test_what_was_read_and_written_is_said(made) -> None:
    done = made.done
    read = {made.source / FILE, made.source / CODEC_FILE, T5 / "model.safetensors"}
    assert dict(done.sources) == {path: sha256_of(path) for path in read}
    assert dict(done.written) == {done.folder / WEIGHTS: sha256_of(done.folder / WEIGHTS)}
    assert any("its own decoder" in note or "own decoder are left out" in note for note in done.notes)
    assert any(SAID["text_encoder"] in note for note in done.notes)
    limit = json.loads((done.folder / "generation_config.json").read_text())["max_length"]
    assert limit == (1500 if made.source.name == "musicgen" else 500)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the tiny MusicGen to spoil."""
    shutil.copytree(GOLDEN / "musicgen", tmp_path / "source")
    return tmp_path / "source"


def refused(tmp_path: Path, source: Path, *words: str, text_encoder: Path = T5, **given: Any) -> None:
    """`source` is refused in one sentence with these words in it, and nothing is left of it."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CheckpointError) as error:
        convert_audiocraft(source, tmp_path / "out", text_encoder, **given)
    said = str(error.value)
    assert "\n" not in said and all(word in said for word in words), said
    assert sorted(tmp_path.iterdir()) == before


def spoil(source: Path, file: str, **changes: Any) -> None:
    """Entries of a file replaced; `config` is dotted setting -> value, `...` takes it away."""
    values = torch.load(source / file, weights_only=True)
    config = yaml.safe_load(values["xp.cfg"])
    for name, value in changes.pop("config", {}).items():
        *path, last = name.split(".")
        inner = config
        for each in path:
            inner = inner.setdefault(each, {})
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    values["xp.cfg"] = yaml.safe_dump(config)
    values |= changes
    torch.save({name: value for name, value in values.items() if value is not ...}, source / file)


@pytest.mark.parametrize("file", [FILE, CODEC_FILE])
def test_a_folder_without_both_files_is_refused(tmp_path: Path, source: Path, file: str) -> None:
    (source / file).unlink()
    refused(tmp_path, source, f"holds no {file};", FILE, CODEC_FILE)


def test_a_file_that_stops_halfway_is_refused(tmp_path: Path, source: Path) -> None:
    whole = (source / FILE).read_bytes()
    (source / FILE).write_bytes(whole[: len(whole) // 2])
    refused(tmp_path, source, FILE, "is not whole")


def test_a_file_with_code_in_it_is_refused_and_not_run(tmp_path: Path, source: Path) -> None:
    values = torch.load(source / FILE, weights_only=True)
    torch.save({**values, "extra": Bomb(tmp_path / "mark")}, source / FILE)
    refused(tmp_path, source, FILE, "could be code, and was not opened")


def test_missing_unexpected_and_reshaped_tensors_are_named(tmp_path: Path, source: Path) -> None:
    state = dict(torch.load(source / FILE, weights_only=True)["best_state"])
    state["transformer.layers.7.norm1.weight"] = state.pop("transformer.layers.1.norm1.weight")
    state["out_norm.bias"] = state["out_norm.bias"][:5]
    spoil(source, FILE, best_state=state)
    words = (
        "1 missing (transformer.layers.1.norm1.weight)",
        "1 unexpected (transformer.layers.7.norm1.weight)",
    )
    refused(tmp_path, source, FILE, *words, "out_norm.bias (5,), expected (24,)")


def test_weights_that_are_not_finite_are_refused(tmp_path: Path, source: Path) -> None:
    state = dict(torch.load(source / FILE, weights_only=True)["best_state"])
    state["out_norm.bias"] = state["out_norm.bias"] * float("nan")
    spoil(source, FILE, best_state=state)
    refused(tmp_path, source, "decoder.model.decoder.layer_norm.bias", "not finite")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"best_state": ...}, ("has no best_state", "xp.cfg")),
        ({"xp.cfg": ...}, ("has no xp.cfg",)),
        ({"best_state": [1]}, ("its best_state is a list",)),
        ({"best_state": {"a": 1}}, ("'a' is a int",)),
        ({"xp.cfg": {"lm_model": "transformer_lm"}}, ("its xp.cfg is a dict", "YAML")),
        ({"xp.cfg": "a: [1"}, ("its xp.cfg is no YAML",)),
        ({"xp.cfg": "lm_model: ${nothing}"}, ("its config has no lm_model", "nothing")),
    ],
)
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, source: Path, changes, words) -> None:
    spoil(source, FILE, **changes)
    refused(tmp_path, source, FILE, *words)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"interleave_stereo_codebooks.use": True}, ("is a stereo model",)),
        (
            {"conditioners.self_wav": {"model": "chroma_stem"}},
            ("description, self_wav, which listens to a melody",),
        ),
        ({"conditioners.description.model": "clap"}, ("conditioners.description.model is 'clap'", "'t5'")),
        ({"conditioners.description": ..., "conditioners.genre": {}}, ("is conditioned by genre;",)),
        ({"conditioners.description.t5.finetune": True}, ("t5.finetune is True; False is accepted",)),
        ({"lm_model": "transformer_lm_magnet"}, ("is a MAGNeT;",)),
        ({"transformer_lm.norm_first": ...}, ("transformer_lm.norm_first is False; True",)),
        ({"transformer_lm.positional_embedding": "rope"}, ("positional_embedding is 'rope'; 'sin'",)),
        ({"transformer_lm.bias_ff": True}, ("bias_ff is True",)),
        ({"fuser.prepend": ["description"]}, ("fuser.prepend is ['description']",)),
        ({"codebooks_pattern.modeling": "parallel"}, ("codebooks_pattern is 'parallel'; 'delay'",)),
        ({"codebooks_pattern.delay.delays": [0, 0, 0, 0]}, ("'delay' of [0, 0, 0, 0]",)),
        ({"transformer_lm.num_layers": 10**9}, ("num_layers is 1000000000",)),
        ({"transformer_lm.dim": "wide"}, ("transformer_lm.dim is 'wide'; a whole number",)),
        ({"dataset.segment_duration": -3}, ("segment_duration is -3; a number above 0",)),
        ({"transformer_lm.num_heads": 5}, ("its configs describe no Musicgen",)),
        ({"transformer_lm.num_layers": 3}, ("missing", "transformer.layers.2")),
        ({"transformer_lm.n_q": 8, "codebooks_pattern.delay.delays": ...}, ("writes 8 codebooks", "reads 4")),
    ],
)
def test_another_language_model_is_refused(tmp_path: Path, source: Path, config, words) -> None:
    spoil(source, FILE, config=config)
    refused(tmp_path, source, *words)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"compression_model": "dac"}, ("compression_model is 'dac'; 'encodec'",)),
        ({"channels": 2}, ("encodec.channels is 2; 1 is accepted",)),
        ({"seanet.norm": "time_group_norm"}, ("seanet.norm is 'time_group_norm'",)),
        ({"encodec.renormalize": True}, ("renormalize is True",)),
        ({"seanet.decoder.n_filters": 64}, ("seanet.decoder sets n_filters",)),
        ({"seanet.decoder.final_activation": "Tanh"}, ("final_activation is 'Tanh'",)),
        ({"seanet.ratios": [7, 3]}, ("a frame of 21 samples does not divide its 32000",)),
        ({"seanet.ratios": "8"}, ("seanet.ratios is '8'",)),
        ({"seanet.pad_mode": "mirror"}, ("seanet.pad_mode is 'mirror'; constant, reflect",)),
        ({"seanet.decoder.trim_right_ratio": "all"}, ("trim_right_ratio is 'all'; a number above 0",)),
        ({"seanet.lstm": 0}, ("seanet.lstm is 0",)),
        ({"rvq.bins": 64}, ("4 codebooks of 32 codes", "4 of 64", "two files of one model")),
        ({"seanet.true_skip": False}, ("missing (decoder.model.10.shortcut.conv.conv",)),
    ],
)
def test_another_codec_is_refused(tmp_path: Path, source: Path, config, words) -> None:
    spoil(source, CODEC_FILE, config=config)
    refused(tmp_path, source, *words)


def test_a_codec_that_is_only_named_is_refused(tmp_path: Path, source: Path) -> None:
    torch.save({"pretrained": "facebook/encodec_32khz", "exported": True}, source / CODEC_FILE)
    refused(tmp_path, source, CODEC_FILE, "only the name of a model", "facebook/encodec_32khz")


def test_the_first_checkpoints_name_their_pattern_elsewhere(tmp_path: Path, source: Path) -> None:
    spoil(
        source, FILE, config={"codebooks_pattern": {"modeling": None}, "transformer_lm.q_modeling": "delay"}
    )
    assert convert_audiocraft(source, tmp_path / "out", T5).coverage.is_complete


def test_what_else_lies_in_a_file_is_said(tmp_path: Path, source: Path) -> None:
    spoil(source, FILE, epoch=3)
    done = convert_audiocraft(source, tmp_path / "out", T5)
    assert f"{FILE} also holds epoch, which is left out" in done.notes


def test_a_text_encoder_it_was_not_trained_with_is_refused(tmp_path: Path, source: Path) -> None:
    text = tmp_path / "t5"
    shutil.copytree(T5, text)
    spoil(source, FILE, config={"conditioners.description.t5.name": "t5-base"})
    words = ("t5-base has (768, 12, 3072)", "(16, 1, 16)")
    refused(tmp_path, source, *words, text_encoder=text)
    spoil(source, FILE, config={"conditioners.description.t5.name": "some-t5"})
    values = json.loads((text / "config.json").read_text())
    (text / "config.json").write_text(json.dumps(values | {"d_model": 20}))
    refused(tmp_path, source, "is 20 wide", "some-t5, which is 16 wide", text_encoder=text)


def test_a_text_encoder_as_wide_as_the_language_model_is_refused(tmp_path: Path, source: Path) -> None:
    text = tmp_path / "t5"
    shutil.copytree(T5, text)
    values = json.loads((text / "config.json").read_text())
    (text / "config.json").write_text(json.dumps(values | {"d_model": 24}))
    state = dict(torch.load(source / FILE, weights_only=True)["best_state"])
    state["condition_provider.conditioners.description.output_proj.weight"] = torch.zeros(24, 24)
    spoil(source, FILE, best_state=state)
    refused(tmp_path, source, "as wide as its text encoder (24)", text_encoder=text)


def test_a_wrong_hash_of_either_file_is_refused(tmp_path: Path, source: Path) -> None:
    refused(tmp_path, source, FILE, "SHA-256", sha256="0" * 64)
    refused(tmp_path, source, CODEC_FILE, "SHA-256", codec_sha256="0" * 64)
    hashes = {"sha256": sha256_of(source / FILE), "codec_sha256": sha256_of(source / CODEC_FILE)}
    assert convert_audiocraft(source, tmp_path / "out", T5, **hashes).coverage.is_complete


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path, source: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("")
    with pytest.raises(FileExistsError, match="is there already"):
        convert_audiocraft(source, tmp_path / "out", T5)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_without_omegaconf_one_sentence_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: Path
) -> None:
    monkeypatch.setitem(sys.modules, "omegaconf", None)
    with pytest.raises(MachineError, match=r"omegaconf, .*pip install 'anygen\[audiocraft\]'"):
        convert_audiocraft(source, tmp_path / "out", T5)


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model"
    words = ["convert", "audiocraft", str(GOLDEN / "audiogen"), str(out), f"--text-encoder={T5}"]
    assert cli.main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["tensors"] == {"expected": 163, "matched": 163, "missing": 0, "unexpected": 0}
    assert said["written"] == {str(out / WEIGHTS): sha256_of(out / WEIGHTS)}
    assert cli.main(words) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main([*words[:3], str(tmp_path / "other"), *words[4:], f"--sha256={'0' * 64}"]) == 2
    assert "SHA-256" in capsys.readouterr().err
    assert cli.main(["convert", "audiocraft", str(GOLDEN / "audiogen"), str(tmp_path / "other")]) == 2
    assert "--text-encoder" in capsys.readouterr().err
