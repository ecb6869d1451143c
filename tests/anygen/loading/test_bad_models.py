"""What is wrong with a folder of weights is said in one sentence, before a library trips over it; nothing is written."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from anygen import AnyGen, cli
from anygen.core.config import read_config
from anygen.core.errors import CheckpointError
from anygen.core.modality import Modality
from anygen.loading.model_manifest import CONFIG, MANIFEST, file_hashes

WEIGHTS = {
    "llm": "llm/model.safetensors",
    "encoder": "encoder/model.safetensors",
    "denoiser": "decoders/image/unet/diffusion_pytorch_model.safetensors",
    "text encoder": "decoders/video/text_encoder/model.safetensors",
    "trained": "trained.safetensors",
}


@pytest.fixture
def folder(tiny_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_dir, tmp_path / "model"))


def relist(folder: Path) -> None:
    """The manifest of the files as they are now: what a file lacks is then found by reading it."""
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"] = file_hashes(folder, read_config(folder / CONFIG))
    (folder / MANIFEST).write_text(json.dumps(manifest))


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def pickled(file: Path) -> None:
    torch.save({"weight": torch.ones(2)}, file)


@pytest.mark.parametrize("part", WEIGHTS)
@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (halve, r"is not whole, [\d,]+ bytes of at least [\d,]+; .* remove it and fetch it again"),
        (pickled, "is a pickle under the name of safetensors and was not opened"),
        (lambda file: file.write_bytes(b""), "cannot be read as safetensors: it has 0 bytes"),
        (lambda file: file.write_text("<html>404</html>" * 9), "cannot be read as safetensors"),
    ],
    ids=["half", "pickle", "empty", "page"],
)
def test_a_weight_file_that_is_none_is_named(
    part: str, harm: Callable[[Path], None], sentence: str, folder: Path
) -> None:
    file = folder / WEIGHTS[part]
    harm(file)
    with pytest.raises(CheckpointError, match=f"{file.name}: {sentence}"):
        AnyGen.from_pretrained(folder)
    relist(folder)
    with pytest.raises(CheckpointError, match=f"{file.name}: {sentence}"):
        AnyGen.from_pretrained(folder)


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("llm/config.json", "{}", "llm: is no language model and tokenizer that transformers can load"),
        ("llm/config.json", "no json", "llm.config.json: cannot be read as JSON"),
        ("llm/tokenizer.json", '{"version": "1.0", ', "llm: is no language model and tokenizer"),
        ("llm/config.json", None, "llm: holds no config.json"),
        ("llm/tokenizer.json", None, "llm: is no language model and tokenizer"),
        ("llm/model.safetensors", None, "llm: holds no .safetensors"),
        ("encoder/config.json", "no json", "encoder.config.json: cannot be read as JSON"),
        ("encoder/config.json", None, "encoder: no config.json"),
        ("decoders/image/model_index.json", "no json", "model_index.json: cannot be read as JSON; a folder"),
        ("config.yaml", None, "holds no config.yaml; a folder saved by save_pretrained is expected"),
        ("manifest.json", None, "manifest.json: no such file"),
    ],
)  # fmt: skip
def test_a_folder_that_is_another_or_lacks_a_file_is_refused(
    file: str, text: str | None, sentence: str, folder: Path
) -> None:
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text)
    with pytest.raises(CheckpointError, match=sentence) as raised:
        AnyGen.from_pretrained(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("gone", ["unet/config.json", "unet/diffusion_pytorch_model.safetensors", "vae"])
def test_a_decoder_that_is_not_whole_is_refused_when_it_is_loaded(gone: str, folder: Path) -> None:
    path = folder / "decoders" / "image" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    relist(folder)
    model = AnyGen.from_pretrained(folder)
    with pytest.raises(CheckpointError, match="is no whole StableDiffusionPipeline that diffusers can load"):
        model.decoders[Modality("image")]


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "No space left on device"), (errno.EACCES, "Permission denied")],
)
def test_a_conversion_that_cannot_be_written_leaves_nothing(
    code: int,
    words: str,
    tiny_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from anygen.encoders.imagebind.config import ImageBindConfig
    from anygen.loading.convert import imagebind, writing

    source, out = tiny_dir / "encoder", tmp_path / "made" / "imagebind"
    config = ImageBindConfig.from_dict(json.loads((source / "config.json").read_text()))
    monkeypatch.setattr(imagebind, "imagebind_huge", lambda: config)

    def full(descriptor: int) -> None:
        raise OSError(code, os.strerror(code), str(out))

    monkeypatch.setattr(writing.os, "fsync", full)
    assert cli.main(["convert", "imagebind", str(source / "model.safetensors"), str(out)]) == 3
    assert f"{words}; nothing half-written is left" in capsys.readouterr().err
    assert not out.parent.exists()
