"""What a model's name stands for: a preset of presets/, a folder, or a repository of the hub."""

from __future__ import annotations

import re
from pathlib import Path

from anygen.core.config import ModelConfig, read_config
from anygen.core.errors import CheckpointError, nearest
from anygen.loading.model_manifest import CONFIG

PRESETS_DIR = Path(__file__).parent / "presets"
FILE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".wav", ".flac", ".mp3", ".ogg", ".mp4", ".webm", ".json", ".yaml",
)  # fmt: skip
"""Of names that can only be files, never models."""


def presets() -> list[str]:
    """The names of the presets whose weights lie in the package."""
    return sorted(path.parent.name for path in PRESETS_DIR.glob(f"*/{CONFIG}"))


def plans() -> dict[str, Path]:
    """Name -> config of the presets whose weights are published elsewhere."""
    return {path.stem: path for path in sorted(PRESETS_DIR.glob("*.yaml"))}


def plan_config(name: str | Path) -> Path | None:
    """The config of a preset whose weights are elsewhere, unless a folder of that name stands here; None for any other."""
    return None if Path(name).is_dir() else plans().get(str(name))


def resolve(name: str | Path, local_files_only: bool = False) -> Path:
    """The folder a model's name stands for: a preset, a folder, or a repository on the hub, fetched or already in its cache.

    Raises CheckpointError where there is none."""
    if str(name) in presets():
        return PRESETS_DIR / str(name)
    try:
        folder = Path(name).expanduser()
    except RuntimeError as error:
        raise CheckpointError(f"model {str(name)!r}: {error}") from error
    if str(name) in plans() and not folder.is_dir():
        plan = read_config(plans()[str(name)])
        raise CheckpointError(
            f"{name}: its weights are no part of anygen; `anygen pull {name}` fetches the parts; make a folder of "
            f"them with `{plan.obtain}` and give that folder's path as the model "
            f"({_guide(plan)})"
        )
    if folder.is_dir():
        if not (folder / CONFIG).is_file():
            raise CheckpointError(
                f"{folder}: holds no {CONFIG}; a folder saved by save_pretrained is expected"
            )
        return folder
    if _is_hub_id(str(name)):
        return _from_hub(str(name), local_files_only)
    raise CheckpointError(
        f"model {str(name)!r} is neither a preset nor a folder; a folder saved by save_pretrained or a hub id such as "
        f"name/model is accepted too; {nearest(str(name), [*presets(), *plans()])}"
    )


def _guide(plan: ModelConfig) -> str:
    """The page that says how a preset's parts become a model."""
    if not plan.is_trained:
        return "docs/bridge.md"
    return "docs/nextgpt.md" if plan.llm.lora is not None or plan.llm.trained_rows else "docs/training.md"


def _is_hub_id(name: str) -> bool:
    """Whether a name can only mean a repository: a mistyped path must not lead to the network."""
    is_path = Path(name).parent.is_dir() or Path(name).suffix.lower() in FILE_SUFFIXES
    return re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+", name) is not None and not is_path


def _from_hub(name: str, local_files_only: bool = False) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                name,
                allow_patterns=["*.yaml", "*.json", "*.safetensors", "*.txt", "*.model"],
                local_files_only=local_files_only,
            )
        )
    except Exception as error:
        # The hub's client raises its own kinds, whose texts are long: say which repository, and why in one line.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CheckpointError(
            f"model {name!r} is no folder here and cannot be had from the hub: {reason[:200]}"
        ) from error
