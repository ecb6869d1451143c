"""The card of a saved model: Markdown behind the YAML that the hub reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from anygen.core.config import ModelConfig

CARD = "README.md"
MARK = "<!-- Written by anygen, which writes it again; without this line it is yours and stays. -->"
SAID = {
    True: "Its weights are free for commercial use, its preset says.",
    False: "It is **not** for commercial use.",
    None: "Whether it may be used commercially, nobody has said.",
}


def may_write(path: Path) -> bool:
    """Whether a card may be written there: not over one that somebody made their own."""
    return not path.exists() or MARK in path.read_text(encoding="utf-8", errors="replace")


def card(config: ModelConfig, files: Mapping[str, str], trained: Mapping[str, Tensor]) -> str:
    """The model card, Markdown behind YAML: licence, parts with their hashes, and what was trained.

    `files` are the manifest's; `trained` is weights.trained_state, in whatever shapes."""
    import yaml

    bases = [each.repository for each in config.sources.values() if "://" not in each.repository]
    front: dict[str, Any] = {
        "library_name": "anygen",
        "pipeline_tag": "any-to-any",
        # The hub knows short names alone; the whole sentence stands below.
        "license": "other",
        "license_name": "see-the-card",
        "tags": [
            "anygen",
            "any-to-any",
            "text",
            *dict.fromkeys([*config.input_projectors, *config.decoders]),
        ],
    }
    if bases:
        front["base_model"] = list(dict.fromkeys(bases))
    rows = [
        f"| {part} | {_source(config, part)} | {digest[:16]} |" for part, digest in _hashes(files).items()
    ]
    groups: dict[str, int] = {}
    for name, value in trained.items():
        group = name.partition(".")[0]
        groups[group] = groups.get(group, 0) + value.numel()
    lines = [
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---",
        MARK,
        f"# {config.name}",
        config.description,
        f"Reads text, {', '.join(config.input_projectors)}; answers with text, {', '.join(config.decoders)}.",
        '```python\nfrom anygen import AnyGen\n\nmodel = AnyGen.from_pretrained("THIS REPOSITORY OR FOLDER")\n'
        'model.generate("What can you do?").save("out")\n```',
        "## Licence",
        f"{config.licence}\n\n{SAID[config.commercial]}",
        "## What was trained",
        "\n".join(f"- {group}: {count / 1e6:.2f} M parameters" for group, count in groups.items()),
        "Everything else is frozen.",
        "## What it is made of",
        "\n".join(["| part | source | SHA-256 over its files |", "|---|---|---|", *rows]),
        "The hash of every file is in manifest.json; another one is refused when the model is loaded.",
    ]
    return "\n\n".join(lines) + "\n"


def _hashes(files: Mapping[str, str]) -> dict[str, str]:
    """Part -> SHA-256 over the names and hashes of its files."""
    parts: dict[str, list[str]] = {}
    for name, digest in sorted(files.items()):
        parts.setdefault(name.partition("/")[0], []).append(f"{name} {digest}\n")
    return {part: hashlib.sha256("".join(each).encode()).hexdigest() for part, each in parts.items()}


def _source(config: ModelConfig, part: str) -> str:
    source = config.sources.get("trained" if part.startswith("trained") else part)
    if source is None:
        return "in this folder, or beside it"
    revision = "" if source.revision == "unverified" else f" at {source.revision[:12]}"
    return f"{source.repository}{revision} ({source.licence})"
