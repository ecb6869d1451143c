"""Folders that somebody else saved: none of their code runs, and what cannot be built of them is one sentence."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anygen import AnyGen, cli
from anygen.core.errors import CheckpointError
from anygen.core.modality import Modality
from anygen.core.saved_models import one_sentence

IMAGE = "decoders/image"


@pytest.fixture
def folder(tiny_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_dir, tmp_path / "model"))


def put(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence of a command that ends with 2."""
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert "unexpected" not in err and "Traceback" not in err and len(err) < 700
    return err


@pytest.mark.parametrize("model_type", ["evil", "llama"])
@pytest.mark.parametrize("command", ["doctor", "generate"])
def test_code_in_a_folder_is_not_run_and_nobody_is_asked(
    command: str,
    model_type: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    marker = tmp_path / "ran"
    code = f"open({str(marker)!r}, 'w').write('ran')\n"
    for part in ("llm", f"{IMAGE}/text_encoder", f"{IMAGE}/unet", "encoder"):
        (folder / part / "e.py").write_text(code)
    names = {"AutoConfig": "e.E", "AutoModelForCausalLM": "e.M", "AutoTokenizer": ["e.T", None]}
    put(folder / "llm/config.json", model_type=model_type, auto_map=names)
    put(folder / "llm/tokenizer_config.json", auto_map=names)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 9))
    words = {"doctor": ["doctor", str(folder)], "generate": ["generate", "hi", "--model", str(folder)]}
    cli.main([*words[command], *(["--out", str(tmp_path / "out")] if command == "generate" else [])])
    out, err = capsys.readouterr()
    assert not marker.exists()
    assert "custom code" not in out + err and "trust_remote_code" not in out + err
    assert sys.stdin.read() == "y\n" * 9
    assert "Traceback" not in err and err.count("\n") <= 1


def gone(part: str) -> Callable[[Path], None]:
    return lambda folder: shutil.rmtree(folder / part)


def text(file: str, written: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).write_text(written) and None


def values(file: str, **written: Any) -> Callable[[Path], None]:
    return lambda folder: put(folder / file, **written)


BROKEN = {
    "no llm": (gone("llm"), r"llm: holds no config.json"),
    "no video": (gone("decoders/video"), r"decoders/video: holds no model_index.json"),
    "no unet": (gone(f"{IMAGE}/unet"), r"unet: no such part"),
    "llm junk": (text("llm/config.json", "junk"), r"llm/config.json: cannot be read as JSON"),
    "llm list": (text("llm/config.json", "[]"), r"llm/config.json: holds \[\]; .* a mapping"),
    "llm deep": (text("llm/config.json", "[" * 99999), r"llm/config.json: cannot be read as JSON"),
    "llm vocabulary": (values("llm/config.json", vocab_size=-1), r"llm/config.json: .*negative"),
    "llm width": (values("llm/config.json", hidden_size=-24), r"llm/config.json: "),
    "llm words": (values("llm/config.json", hidden_size="wide"), r"llm/config.json: .*hidden_size"),
    "llm zero heads": (values("llm/config.json", num_attention_heads=0), r"llm"),
    "llm act": (values("llm/config.json", hidden_act="nosuch"), r"llm/config.json: .*nosuch"),
    "llm kernels": (values("llm/config.json", _attn_implementation="a/b"), r"llm/config.json: .*never run"),
    "unet junk": (text(f"{IMAGE}/unet/config.json", "junk"), r"unet/config.json: cannot be read as JSON"),
    "unet list": (text(f"{IMAGE}/unet/config.json", "[]"), r"unet/config.json: holds \[\]; .* a mapping"),
    "unet channels": (values(f"{IMAGE}/unet/config.json", in_channels=-4), r"decoders/image"),
    "index list": (text(f"{IMAGE}/model_index.json", "[]"), r"model_index.json: holds \[\]"),
    "index null": (values(f"{IMAGE}/model_index.json", unet=[None, None]), r"model_index.json: unet is null"),
    "index odd": (values(f"{IMAGE}/model_index.json", unet=[1]), r"model_index.json: 'unet' is \[1\]"),
    "index library": (values(f"{IMAGE}/model_index.json", unet=["antigravity", "X"]), r"'antigravity'; a class of"),
    "encoder": (values("encoder/config.json", embed_dim=-1), r"encoder/config.json: "),
    "encoder deep": (text("encoder/config.json", "[" * 99999), r"encoder/config.json: cannot be read"),
    "encoder list": (text("encoder/config.json", "[]"), r"encoder/config.json: "),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_doctor_names_what_is_broken_in_a_folder(
    case: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harm, sentence = BROKEN[case]
    harm(folder)
    with pytest.raises(CheckpointError, match=sentence):
        raise CheckpointError(said(["doctor", str(folder)], capsys))


@pytest.mark.parametrize("case", BROKEN)
def test_a_model_of_a_broken_folder_is_refused(case: str, folder: Path) -> None:
    harm, _ = BROKEN[case]
    harm(folder)
    with pytest.raises(CheckpointError) as caught:
        AnyGen.from_pretrained(folder)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700


DECODERS = {
    "unet channels": (values(f"{IMAGE}/unet/config.json", in_channels=-4), r"negative|StableDiffusion"),
    "text width": (values(f"{IMAGE}/text_encoder/config.json", hidden_size=-1), r"is no whole"),
    "unet list": (text(f"{IMAGE}/unet/config.json", "[]"), r"unet/config.json: holds"),
    "steps": (values(f"{IMAGE}/scheduler/scheduler_config.json", num_train_timesteps=-5), r"decoders/image: is no whole"),
    "scale": (values(f"{IMAGE}/vae/config.json", scaling_factor="x"), r"vae/config.json: scaling_factor"),
    "null": (values(f"{IMAGE}/model_index.json", unet=[None, None]), r"unet is null"),
}  # fmt: skip


@pytest.mark.parametrize("case", DECODERS)
def test_a_decoder_with_wrong_numbers_is_one_sentence(case: str, folder: Path) -> None:
    from anygen.decoders.image import StableDiffusion

    harm, sentence = DECODERS[case]
    harm(folder)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        decoder = StableDiffusion.from_pretrained(folder / IMAGE, tiny_shape(folder), {})
        decoder.encode_text(["a"])
    assert "\n" not in str(caught.value)


def tiny_shape(folder: Path) -> Any:
    from anygen.core.config import read_config

    return read_config(folder / "config.yaml").decoders[Modality("image")].conditioning


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), RecursionError(), ZeroDivisionError(), AttributeError("a"), ImportError("kernels")],
)
def test_what_a_library_raises_names_the_folder(error: Exception) -> None:
    with pytest.raises(CheckpointError, match=r"^folder: "), one_sentence("folder"):
        raise error


def test_sizes_of_other_weights_are_said_in_one_line(folder: Path) -> None:
    put(folder / "llm/config.json", intermediate_size=50)
    found = r"llm/config.json: is not a configuration of these weights \(its sizes are not those"
    with pytest.raises(CheckpointError, match=found):
        AnyGen.from_pretrained(folder)


def test_a_base_that_needs_another_library_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "llm/config.json", quantization_config={"quant_method": "gptq", "bits": 4})
    words = ["generate", "hi", "--model", str(folder), "--out", str(tmp_path / "out")]
    sentence = said(words, capsys)
    assert str(folder / "llm") in sentence and "install anygen again" not in sentence
    assert not (tmp_path / "out").exists()


def test_memory_that_ran_out_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from anygen.cli.exits import exit_code

    full = RuntimeError("[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory: you")
    with pytest.raises(RuntimeError, match="allocate"), one_sentence("folder"):
        raise full
    assert exit_code(full) == 3
    assert "not enough memory" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["../llm/model.safetensors", "/etc/passwd", "..", 3])
def test_an_index_that_points_elsewhere_is_refused(place: Any, folder: Path) -> None:
    index = folder / "llm/model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {"a": place}}))
    with pytest.raises(CheckpointError, match=r"index.json: names .*; files of its own folder are accepted"):
        AnyGen.from_pretrained(folder)
