"""The audiocraft package beside a current torch: its own classes at tiny size, saved as it exports them.

audiocraft 1.3.0 imports four packages that its models make no sound with: xformers (whose compiled code has to
match torch), torchaudio, spacy and librosa. Empty modules stand in for them here. `make audiocraft` installs the rest.

    python tests/anygen/convert/audiocraft_package.py    writes tests/golden/*audiocraft* again
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

sys.path.append(str(Path(__file__).parent))

import tiny_audiocraft as tiny

STAND_INS = ("xformers", "torchaudio", "spacy", "librosa")
REASON = "the audiocraft package is not installed (make audiocraft)"
SIZES = {
    "musicgen_small": {"dim": 1024, "num_heads": 16, "num_layers": 24, "t5": "t5-base"},
    "musicgen_medium": {"dim": 1536, "num_heads": 24, "num_layers": 48, "t5": "t5-base"},
    "musicgen_large": {"dim": 2048, "num_heads": 32, "num_layers": 48, "t5": "t5-base"},
    "audiogen_medium": {"dim": 1536, "num_heads": 24, "num_layers": 48, "t5": "t5-large"},
}
"""config/model/lm/model_scale and config/conditioner of the package's sources; cards of 2048, codecs of 64 filters."""


def is_installed() -> bool:
    return importlib.util.find_spec("audiocraft") is not None


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
            made["xformers.ops"].memory_efficient_attention = made["xformers.ops"].LowerTriangularMask = None
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

    if tiny.TINY_T5 not in T5Conditioner.MODELS:
        T5Conditioner.MODELS.append(tiny.TINY_T5)
        T5Conditioner.MODELS_DIMS[tiny.TINY_T5] = tiny.WIDTH
    before = os.environ.get("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
    os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        del os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"]
        if before is not None:
            os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = before


def publish(folder: Path, kind: str, seed: int = 0) -> Path:
    """A tiny model of random weights, built by audiocraft and saved by its own export; T5 beside it. What is published of
    MusicGen and AudioGen is a language model at half precision, and a codec at single."""
    from omegaconf import OmegaConf
    from transformers import T5ForConditionalGeneration

    models = imported()
    from audiocraft.utils.export import export_encodec, export_lm

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        T5ForConditionalGeneration(tiny.t5_config()).save_pretrained(folder / tiny.TINY_T5)
        tiny.t5_tokenizer(tiny.LENGTH).save_pretrained(folder / tiny.TINY_T5)
        with inside(folder):
            config = OmegaConf.create(tiny.lm_yaml(kind))
            built = OmegaConf.merge(config, {"device": "cpu", "dtype": "float32"})
            lm = models.builders.get_lm_model(built)
            codec_config = OmegaConf.create(tiny.codec_yaml(kind))
            codec = models.builders.get_compression_model(OmegaConf.merge(codec_config, {"device": "cpu"}))
            _stir(lm, codec)
            for model, own, file, export in (
                (lm.half(), config, "state_dict.bin", export_lm),
                (codec, codec_config, "compression_state_dict.bin", export_encodec),
            ):
                state = {"model": model.state_dict()}
                checkpoint = {"best_state": state, "fsdp_best_state": {}, "xp.cfg": own}
                torch.save(checkpoint, "checkpoint.th")
                export("checkpoint.th", file)
            Path("checkpoint.th").unlink()
    return folder


def sounds(folder: Path, kind: str) -> dict[tuple[float, str], np.ndarray]:
    """(guidance, caption) -> waveform (T,) float32, the most likely codes throughout, as the package's own class makes it of
    the files in `folder`."""
    models = imported()
    made = {}
    with inside(folder):
        model = {"musicgen": models.MusicGen, "audiogen": models.AudioGen}[kind].get_pretrained(".", "cpu")
        for guidance in tiny.GUIDANCES:
            model.set_generation_params(use_sampling=False, duration=tiny.SECONDS, cfg_coef=guidance)
            for caption in tiny.CAPTIONS:
                # One at a time: the package lets the shorter of two captions read the longer one's padding.
                made[guidance, caption] = model.generate([caption])[0, 0].numpy()
    return made


def full_size(name: str) -> dict[str, nn.Module]:
    """ "lm" and "codec" of a published model, on the meta device, with the configs the package documents."""
    from omegaconf import OmegaConf

    models = imported()
    from audiocraft.modules.conditioners import T5Conditioner

    kind = name.split("_")[0]
    config = OmegaConf.create(tiny.lm_yaml(kind, card=2048, **SIZES[name]))
    codec = OmegaConf.create(tiny.codec_yaml(kind, filters=64, dimension=128, card=2048))
    for each, dtype in ((config, "float32"), (codec, "float32")):
        each.device, each.dtype = "meta", dtype
    # T5 is not part of the file, and its weights are not here.
    with _no_t5(T5Conditioner), torch.device("meta"):
        lm = models.builders.get_lm_model(config)
        return {"lm": lm, "codec": models.builders.get_compression_model(codec)}


@contextlib.contextmanager
def _no_t5(conditioner: Any) -> Iterator[None]:
    own = conditioner.__init__

    def init(self: Any, name: str, output_dim: int, **settings: Any) -> None:
        super(conditioner, self).__init__(self.MODELS_DIMS[name], output_dim)

    conditioner.__init__ = init
    try:
        yield
    finally:
        conditioner.__init__ = own


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
    # Values that half precision holds, so that a recording of them is small.
    for value in codec.state_dict().values():
        value.copy_(value.half())


def record(golden: Path) -> None:
    """Write the golden files: two tiny models with what they sound like, and the names of four published ones."""
    arrays: dict[str, np.ndarray] = {}
    configs = {}
    for kind in tiny.KINDS:
        with tempfile.TemporaryDirectory() as name:
            folder = publish(Path(name), kind)
            files = {
                part: torch.load(folder / file, weights_only=True)
                for part, file in (("lm", "state_dict.bin"), ("codec", "compression_state_dict.bin"))
            }
            configs[kind] = {part: values["xp.cfg"] for part, values in files.items()}
            for part, values in files.items():
                for key, value in values["best_state"].items():
                    arrays[f"{kind}/weights/{part}/{key}"] = value.half().numpy()
            from safetensors.torch import load_file

            for key, value in load_file(folder / tiny.TINY_T5 / "model.safetensors").items():
                if not key.startswith(("decoder.", "lm_head.")):
                    arrays[f"{kind}/weights/t5/{key}"] = value.numpy()
            for (guidance, caption), wave in sounds(folder, kind).items():
                arrays[f"{kind}/outputs/{guidance:g}/{caption}"] = wave
    np.savez_compressed(golden / f"{tiny.NAME}.npz", **arrays)
    (golden / f"{tiny.NAME}.json").write_text(json.dumps(configs, indent=1) + "\n")
    for name in SIZES:
        lines = [
            f"{part}.{key}\t{tuple(value.shape)}\n"
            for part, model in full_size(name).items()
            for key, value in model.state_dict().items()
        ]
        (golden / f"keys_audiocraft_{name}.txt").write_text("".join(lines))


if __name__ == "__main__":
    record(tiny.GOLDEN)
