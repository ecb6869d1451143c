"""The audiocraft package beside a current torch: its own classes at tiny size, saved as it exports them.

audiocraft 1.3.0 imports four packages that its models make no sound with: xformers (whose compiled code has to
match torch), torchaudio, spacy and librosa. Empty modules stand in for them here. `make audiocraft` installs the rest.

    python tests/anygen/convert/audiocraft_package.py tests/golden     writes the golden files again
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from audiocraft_configs import SIZES, TINY_T5, codec_yaml, configs, lm_yaml
from tiny_pipelines import t5_tokenizer

FOLDER = "audiocraft_tiny"
STAND_INS = ("xformers", "torchaudio", "spacy", "librosa")
KINDS = ("musicgen", "audiogen")
TINY = {
    "text_encoder": TINY_T5,
    "length": 32,
    "width": 16,
    "captions": ["rain on a roof of tin", "a dog"],
    "guidances": [1.0, 3.0],
    "seconds": 0.2,
}


def imported() -> Any:
    """The package's `models`. Its stand-ins are taken away again, all but xformers', which it asks for when it runs."""
    # They look at what is installed when they are imported, and must not find a stand-in.
    import diffusers  # noqa: F401
    import torchmetrics  # noqa: F401
    import transformers  # noqa: F401

    if "audiocraft.models" not in sys.modules:
        absent = [name for name in STAND_INS if importlib.util.find_spec(name) is None]
        made = {name: ModuleType(name) for name in absent}
        if "xformers" in made:
            made["xformers.ops"] = made["xformers"].ops = ModuleType("xformers.ops")
            made["xformers.ops"].unbind = torch.unbind
            made["xformers.ops"].memory_efficient_attention = None
            # Its presence alone tells torch's own attention to be causal.
            made["xformers.ops"].LowerTriangularMask = object
        if "librosa" in made:
            made["librosa"].filters = ModuleType("librosa.filters")
        if "torchaudio" in made:
            made["torchaudio.transforms"] = made["torchaudio"].transforms = ModuleType(
                "torchaudio.transforms"
            )
            made["torchaudio.transforms"].MelSpectrogram = None
        sys.modules.update(made)
        try:
            import audiocraft.models
        finally:
            for name in made:
                if not name.startswith("xformers"):
                    del sys.modules[name]
    import audiocraft.models

    return audiocraft.models


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """In `folder`, where audiocraft finds the tiny T5 under its name, and with audiocraft's own way of loading: its files,
    which are made here, hold its config as an object until it exports them."""
    from audiocraft.modules.conditioners import T5Conditioner

    if TINY_T5 not in T5Conditioner.MODELS:
        T5Conditioner.MODELS.append(TINY_T5)
        T5Conditioner.MODELS_DIMS[TINY_T5] = TINY["width"]
    before = os.environ.get("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
    os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        del os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"]
        if before is not None:
            os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = before


def write_t5(folder: Path) -> Path:
    """A whole T5 of random weights, decoder and all, as published ones are."""
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=64, d_model=TINY["width"], d_kv=8, d_ff=16, num_layers=1, num_heads=2,
        relative_attention_num_buckets=8,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(1)
        T5ForConditionalGeneration(config).save_pretrained(folder)
    t5_tokenizer(TINY["length"]).save_pretrained(folder)
    return folder


def publish(folder: Path, kind: str, seed: int) -> Path:
    """`folder`/`kind`: a tiny model of random weights, built by audiocraft and saved by its own export. The language model
    is at half precision and the codec at single, as what is published of MusicGen and AudioGen. `folder` holds its T5."""
    from omegaconf import OmegaConf

    models = imported()
    from audiocraft.utils.export import export_encodec, export_lm

    with torch.random.fork_rng(), inside(folder):
        torch.manual_seed(seed)
        config, codec_config = OmegaConf.create(lm_yaml(kind)), OmegaConf.create(codec_yaml(kind))
        here = {"device": "cpu", "dtype": "float32"}
        lm = models.builders.get_lm_model(OmegaConf.merge(config, here))
        codec = models.builders.get_compression_model(OmegaConf.merge(codec_config, here))
        _stir(lm, codec)
        for model, own, file, export in (
            (lm.half(), config, "state_dict.bin", export_lm),
            (codec, codec_config, "compression_state_dict.bin", export_encodec),
        ):
            checkpoint = {
                "best_state": {"model": model.state_dict()},
                "fsdp_best_state": {},
                "xp.cfg": own,
            }
            torch.save(checkpoint, "checkpoint.th")
            export("checkpoint.th", Path(kind) / file)
        Path("checkpoint.th").unlink()
    return folder / kind


@torch.no_grad()
def outputs(folder: Path, kind: str) -> dict[str, np.ndarray]:
    """What the package's own class makes of the files in `folder`/`kind`.

    "GUIDANCE/CAPTION": a waveform (T,) float32 of the most likely codes throughout. "logits": (K, T, V) float32 of the first
    caption and "codes" (K, T) int64."""
    from audiocraft.modules.conditioners import ConditioningAttributes

    models = imported()
    made = {}
    with inside(folder):
        family = {"musicgen": models.MusicGen, "audiogen": models.AudioGen}[kind]
        model = family.get_pretrained(kind, "cpu")
        for guidance in TINY["guidances"]:
            model.set_generation_params(use_sampling=False, duration=TINY["seconds"], cfg_coef=guidance)
            for caption in TINY["captions"]:
                # One at a time: the package lets the shorter of two captions read the longer one's padding.
                made[f"{guidance:g}/{caption}"] = model.generate([caption])[0, 0].numpy()
        codes = torch.randint(32, (1, 4, 12), generator=torch.Generator().manual_seed(2))
        condition = ConditioningAttributes(text={"description": TINY["captions"][0]})
        logits = model.lm.compute_predictions(codes, [condition]).logits
    return {**made, "codes": codes[0].numpy(), "logits": logits[0].numpy()}


def full_size(name: str) -> dict[str, nn.Module]:
    """The two parts of a published model, on the meta device."""
    from omegaconf import OmegaConf

    models = imported()
    given = {part: OmegaConf.create(text) for part, text in configs(name).items()}
    for each in given.values():
        each.device, each.dtype = "meta", "float32"
    with _no_t5(), torch.device("meta"):
        return {
            "lm": models.builders.get_lm_model(given["lm"]),
            "codec": models.builders.get_compression_model(given["codec"]),
        }


@contextlib.contextmanager
def _no_t5() -> Iterator[None]:
    """T5's weights are no part of the file, and are not at hand: its conditioner is made without them."""
    from audiocraft.modules.conditioners import T5Conditioner

    own = T5Conditioner.__init__

    def init(self: Any, name: str, output_dim: int, **settings: Any) -> None:
        super(T5Conditioner, self).__init__(self.MODELS_DIMS[name], output_dim)

    T5Conditioner.__init__ = init
    try:
        yield
    finally:
        T5Conditioner.__init__ = own


@torch.no_grad()
def _stir(lm: nn.Module, codec: nn.Module) -> None:
    """Random weights from which every tensor can be heard: what starts at zero or one is moved, and codes differ."""
    for name, value in lm.named_parameters():
        if value.ndim == 1:
            value.add_(torch.randn_like(value) * 0.2)
        elif "emb." in name or "output_proj" in name:
            value.mul_(4)
    for layer in codec.quantizer.vq.layers:
        layer._codebook.embed.normal_()
        layer._codebook.embed_avg.copy_(layer._codebook.embed)
        layer._codebook.cluster_size.fill_(1)
        layer._codebook.inited.fill_(1)


def record(golden: Path, seed: int = 0) -> None:
    """Write into `golden` two tiny models and what they give, and the names, shapes and configs of published ones."""
    folder = golden / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    write_t5(folder / TINY_T5)
    for kind in KINDS:
        np.savez_compressed(publish(folder, kind, seed) / "outputs.npz", **outputs(folder, kind))
    (folder / "golden.json").write_text(json.dumps(TINY, indent=1) + "\n")
    for name in SIZES:
        lines = [
            f"{part}.{key}\t{tuple(value.shape)}\n"
            for part, model in full_size(name).items()
            for key, value in model.state_dict().items()
        ]
        (golden / f"keys_audiocraft_{name}.txt").write_text("".join(lines))
    published = {name: configs(name) for name in SIZES}
    (golden / "configs_audiocraft.json").write_text(json.dumps(published, indent=1) + "\n")


if __name__ == "__main__":
    record(Path(sys.argv[1]).absolute(), *map(int, sys.argv[2:]))
