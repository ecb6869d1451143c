"""What this machine has, and what is missing or too old. Imports nothing that may itself be broken until it is asked."""

from __future__ import annotations

import io
import math
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from anygen.core.config import ModelConfig, read_config, to_values
from anygen.loading import model_manifest, presets, pull
from anygen.loading.model_manifest import CONFIG
from anygen.loading.presets import plan_config, resolve

if TYPE_CHECKING:
    from anygen.loading.memory import Plan

SMALLEST_DISK = 1e9
"""Bytes that should be free where outputs go."""


@dataclass(frozen=True)
class Check:
    """One finding. `ok` False is something to mend; `advice` says how."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(out: str | Path = ".") -> list[Check]:
    """Everything, in the order a user would mend it."""
    checks = [_python(), _machine(), *_libraries(), _attempt("torch", _torch)]
    checks += [_attempt(f"codec {name}", partial(probe, name)) for name, probe in _CODECS.items()]
    checks += [_disk(Path(out)), _disk(Path(tempfile.gettempdir()))]
    return checks + _presets()


def plan_of(name: str | Path) -> Plan:
    """What a preset, a folder or a model of the hub's takes in memory, from configs alone and without the network.

    Raises CheckpointError, ConfigError."""
    from anygen.loading.part_sizes import make_plan

    path = plan_config(name)
    if path is not None:
        return make_plan(read_config(path), path.parent)
    folder = resolve(name, local_files_only=True)
    return make_plan(read_config(folder / CONFIG), folder, whole=True)


def sources_of(name: str | Path) -> dict[str, str]:
    """Where the parts of a preset are published, and what was resolved when they were pulled; empty for other models."""
    path = plan_config(name)
    return {} if path is None else pull.sources(read_config(path), pull.default_folder(str(name)))


def every_model(commercial_only: bool = False) -> list[dict[str, Any]]:
    """Every preset: what it reads and makes, its licence, the memory of its weights at half precision, and whether they are
    here. `commercial_only` leaves out those that do not say that all of their weights are free for commercial use."""
    from anygen.loading.part_sizes import make_plan

    rows = []
    places = {name: presets.PRESETS_DIR / name / CONFIG for name in presets.presets()}
    for name, path in {**places, **presets.plans()}.items():
        config = read_config(path)
        if commercial_only and config.commercial is not True:
            continue
        plan = make_plan(config, path.parent, count=False)
        parts = pull.default_folder(name)
        if name in places:
            weights = "in the package"
        elif (Path(name) / CONFIG).is_file():
            weights = f"in the folder {name}"
        else:
            weights = f"parts in {parts}, to be converted" if pull.is_here(parts) else "not here: anygen pull"
        memory = {
            "bytes": plan.total("float16"),
            "one_decoder": plan.total("float16", True),
            "how": sorted({part.how for part in plan.parts}),
        }
        rows.append(
            {
                "name": name,
                "reads": reads(config),
                "makes": ["text", *config.decoders],
                "licence": config.licence,
                "commercial": config.commercial,
                "memory": memory,
                "weights": weights,
                "sources": pull.sources(config, parts),
            }
        )
    return rows


def reads(config: ModelConfig) -> list[str]:
    """What a model takes: through encoders, in words by captioners, or with the language model's own senses."""
    read = {each for encoder in config.encoders.values() for each in encoder.modalities}
    read |= {each for captioner in config.captioners.values() for each in captioner.modalities}
    read |= set() if config.llm.native_encoders is None else set(config.llm.native_encoders.modalities)
    return ["text", *sorted(read)]


def describe(name: str | Path) -> dict[str, Any]:
    """What a model is made of, as plain values, from its files and without building it.

    Raises CheckpointError, ConfigError."""
    folder = resolve(name)
    config = read_config(folder / CONFIG)
    parts = {"trained": folder / model_manifest.TRAINED} if config.is_trained else {}
    parts |= {part: folder / path for part, path in model_manifest.part_paths(config).items()}
    return {
        "name": config.name,
        "description": config.description,
        "licence": config.licence,
        "commercial": config.commercial,
        "reads": reads(config),
        "makes": ["text", *config.decoders],
        "weights_hash": model_manifest.weights_hash(model_manifest.file_hashes(folder, config)),
        "parts": {part: _size(path) for part, path in parts.items()},
        "sampling": to_values(config.sampling),
        "decoders": {modality: to_values(each.defaults) for modality, each in config.decoders.items()},
    }


def _size(path: Path) -> str:
    """Parameters and bytes of the safetensors files at a path, read from their headers."""
    from anygen.loading.part_sizes import read_shapes

    files = [path] if path.is_file() else sorted(path.rglob("*.safetensors"))
    parameters = sum(math.prod(shape) for file in files for shape in read_shapes(file).values())
    size = sum(file.stat().st_size for file in files)
    return f"{parameters / 1e6:.2f} M parameters, {size / 1e6:.1f} MB"


def _attempt(name: str, probe: Callable[[], Check]) -> Check:
    try:
        return probe()
    except Exception as error:  # whatever a broken installation raises is the finding
        reason = " ".join(str(error).split())[:200]
        return Check(
            name,
            False,
            f"{type(error).__name__}: {reason}",
            "install anygen again: pip install -e . -c constraints.txt",
        )


def _python() -> Check:
    found = f"{platform.python_version()} ({sys.executable})"
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check("python", good, found, "" if good else "use Python 3.11, 3.12 or 3.13")


def _machine() -> Check:
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.1f} GB of memory"
    return Check("machine", True, f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{memory}")


def _libraries() -> list[Check]:
    """Each library that anygen's metadata asks for, with its floor."""
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires("anygen") or []
    except metadata.PackageNotFoundError:
        return [Check("anygen", False, "not installed", "pip install -e . -c constraints.txt")]
    checks = [Check("anygen", True, metadata.version("anygen"))]
    for line in lines:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            checks.append(Check(requirement.name, False, "not installed", f"pip install '{line}'"))
            continue
        good = requirement.specifier.contains(version, prereleases=True)
        checks.append(Check(requirement.name, good, version, "" if good else f"pip install '{line}'"))
    return checks


def _torch() -> Check:
    import torch

    device = "CPU"
    if torch.cuda.is_available():
        device = f"CUDA, {torch.cuda.get_device_name(0)}"
    elif torch.backends.mps.is_available():
        device = "MPS"
    return Check("device", True, f"{device}, {torch.get_num_threads()} threads")


def _picture(name: str) -> Check:
    """Write a picture in the format and read it with anygen."""
    import PIL.Image

    from anygen.media import Image

    pixels = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, format=name)
    error = int(np.abs(Image.open(file.getvalue()).pixels.astype(int) - pixels).max())
    return _verdict(name, error < 16)


def _sound(name: str) -> Check:
    import soundfile

    from anygen.media import Audio

    tone = (0.5 * np.sin(np.arange(16000) * 2 * np.pi * 440 / 16000)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, tone, 16000, format=name.upper())
    audio = Audio.open(file.getvalue())
    return _verdict(name, abs(audio.seconds - 1) < 0.2 and float(np.abs(audio.samples).max()) > 0.3)


def _clip(name: str) -> Check:
    import av

    from anygen.media import Audio, Video

    frames = np.stack([np.full((32, 32, 3), 20 * index, np.uint8) for index in range(8)])
    if name == "mp4":
        sound = Audio(np.zeros(16000, np.float32), 16000)
        read = Video.open(Video(frames, 8.0, sound).encode())
        good = read.frames.shape == frames.shape and read.audio is not None
        return _verdict(name, good, "h264 and aac written and read")
    file = io.BytesIO()
    with av.open(file, "w", format=name) as opened:
        stream = opened.add_stream("libvpx", rate=8)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for pixels in frames:
            opened.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        opened.mux(stream.encode(None))
    return _verdict(name, Video.open(file.getvalue()).frames.shape == frames.shape)


_CODECS: dict[str, Callable[[str], Check]] = {
    **dict.fromkeys(("png", "jpeg", "webp", "gif"), _picture),
    **dict.fromkeys(("wav", "flac", "mp3", "ogg"), _sound),
    **dict.fromkeys(("mp4", "webm"), _clip),
}


def _verdict(name: str, good: bool, found: str = "written and read") -> Check:
    if good:
        return Check(f"codec {name}", True, found)
    return Check(
        f"codec {name}",
        False,
        "what was read is not what was written",
        "install av, soundfile and pillow again",
    )


def _disk(folder: Path) -> Check:
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    good = free >= SMALLEST_DISK and os.access(existing, os.W_OK)
    advice = "" if good else f"free at least {SMALLEST_DISK / 1e9:.0f} GB, or write elsewhere with --out"
    writable = "" if os.access(existing, os.W_OK) else ", not writable"
    return Check(f"disk {folder}", good, f"{free / 1e9:.1f} GB free{writable}", advice)


def _presets() -> list[Check]:
    found = presets.presets()
    if not found:
        return [Check("presets", False, "no weights in the package", "install a release, or make train-mini")]
    return [_attempt(f"weights {name}", partial(_weights, name)) for name in found]


def _weights(name: str) -> Check:
    """Every byte of a preset against its manifest."""
    folder = resolve(name)
    changed = model_manifest.changed_files(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if changed:
        found = f"{len(changed)} files are missing or changed, the first is {changed[0]}"
        return Check(f"weights {name}", False, found, "install anygen again")
    return Check(f"weights {name}", True, f"complete and unchanged, {size / 1e6:.0f} MB")
