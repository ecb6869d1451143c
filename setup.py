"""The part of the packaging that pyproject.toml cannot say: pipelines/ and ui/ are installed under names of their own."""

from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
FOLDERS = {"anygen": "anygen", "anygen_pipelines": "pipelines", "anygen_ui": "ui"}


def packages() -> dict[str, str]:
    """Every folder that holds Python files, by its name when installed."""
    found = {}
    for name, folder in FOLDERS.items():
        for path in sorted({file.parent for file in (ROOT / folder).rglob("*.py")}):
            relative = path.relative_to(ROOT / folder)
            if "__pycache__" not in relative.parts:
                found[".".join((name, *relative.parts))] = str(path.relative_to(ROOT))
    return found


setup(
    packages=list(packages()),
    package_dir={name: folder for name, folder in packages().items() if "." not in name},
    package_data={
        "anygen": ["py.typed", "loading/presets/**/*"],
        "anygen_pipelines": [f"**/*.{suffix}" for suffix in ("json", "png", "safetensors", "txt", "yaml")],
        "anygen_ui": [
            ".streamlit/config.toml",
            *(f"**/*.{suffix}" for suffix in ("css", "html", "js", "json", "mp4", "png", "wav")),
        ],
    },
)
