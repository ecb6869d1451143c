"""Which way imports point, and what no file may do."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("anygen", "pipelines", "ui") for path in (ROOT / folder).rglob("*.py"))

LAYERS = [
    ("core",),
    ("media",),
    ("messages",),
    ("encoders", "projectors", "llm", "decoders"),
    ("generation",),
    ("model",),
    ("loading",),
    ("training", "evaluation", "batch"),
    ("cli", "__main__"),
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
PARTS = LAYERS[3]
# from_pretrained, save_pretrained and push_to_hub of AnyGen import these when called (design: the one named exception).
EXCEPTIONS = {("model", "loading")}


def imported(path: Path) -> list[str]:
    """The modules that a file imports: at its top, inside its functions, and for type checking."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found += [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def part_of(module: str) -> str | None:
    pieces = module.split(".")
    return pieces[1] if pieces[0] == "anygen" and len(pieces) > 1 and pieces[1] in LEVEL else None


def test_every_file_of_the_library_has_a_layer():
    names = {
        path.relative_to(ROOT / "anygen").parts[0].removesuffix(".py")
        for path in (ROOT / "anygen").rglob("*.py")
    }
    assert names - {"__init__", "presets"} <= set(LEVEL)


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.is_relative_to(ROOT / "anygen")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_imports_point_downward_only(path):
    here = path.relative_to(ROOT / "anygen").parts[0].removesuffix(".py")
    for module in imported(path):
        # The one command that starts the app imports what starts it, when it is called.
        if path.relative_to(ROOT).as_posix() == "anygen/cli/ui.py" and module.startswith("anygen_ui.backend"):
            continue
        assert module.split(".")[0] not in ("pipelines", "anygen_pipelines", "ui", "anygen_ui"), (
            f"{path} imports {module}"
        )
        other = part_of(module)
        if here not in LEVEL or other is None or other == here or (here, other) in EXCEPTIONS:
            continue
        assert LEVEL[other] <= LEVEL[here], (
            f"{path} (layer {LEVEL[here]}) imports {module} (layer {LEVEL[other]})"
        )
        assert not (here in PARTS and other in PARTS), (
            f"{path}: parts never import each other, but it imports {module}"
        )


UI = [path for path in SOURCES if path.is_relative_to(ROOT / "ui")]
WITHOUT_PAGES = {
    "archive",
    "choices",
    "engine",
    "file_store",
    "jobs",
    "scheduling",
    "store",
    "submission",
    "tables",
    "unpacking",
    "worker",
}
"""The app's modules that run without streamlit: the engine's process, its store, its worker's process."""


@pytest.mark.parametrize("path", UI, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_app_imports_anygen_and_what_its_extra_brings_alone(path):
    found = {module.split(".")[0] for module in imported(path)} - sys.stdlib_module_names
    allowed = {"anygen", "anygen_ui", "sqlalchemy"}
    if path.stem not in WITHOUT_PAGES:
        allowed |= {"streamlit", "starlette", "PIL", "filelock"}
    assert found <= allowed, f"{path} imports {', '.join(sorted(found - allowed))}"


def test_what_stands_behind_the_page_loads_neither_streamlit_nor_a_model_library():
    code = """
import sys
from anygen_ui import archive, engine, store, submission, unpacking
print([name for name in ("streamlit", "torch", "transformers", "diffusers") if name in sys.modules])
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def is_auto(name: str) -> bool:
    """Whether a call lets transformers look for the class: AutoX.from_pretrained, or a class by a name that is given."""
    owner, _, method = name.rpartition(".")
    return method in ("from_pretrained", "from_config") and (
        re.fullmatch(r"(transformers\.)?Auto(?!encoder)\w+", owner) is not None
        or owner.startswith("getattr(transformers")
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_opens_a_pickle_or_runs_remote_code(path):
    """Only anygen/loading/convert/ opens foreign checkpoints; a comment or a sentence about it is no use of it."""
    if path.is_relative_to(ROOT / "anygen" / "loading" / "convert"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in ("torch.load", "pickle.load", "pickle.loads", "joblib.load"), (
                f"{path}:{node.lineno}: {name}"
            )
            if is_auto(name):
                said = {keyword.arg for keyword in node.keywords}
                assert "trust_remote_code" in said, f"{path}:{node.lineno}: {name} says no trust_remote_code"
            for keyword in node.keywords:
                refused = keyword.arg in ("allow_pickle", "trust_remote_code") and not (
                    isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                )
                assert not refused, f"{path}:{node.lineno}: {keyword.arg}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_imported_by_a_star(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names), f"{path}:{node.lineno}"
