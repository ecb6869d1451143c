"""The wheel and the sdist: what they hold, and that an installed wheel answers where no checkout is near."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist of a clean copy of the checkout."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("dist")
    checkout = folder / "checkout"
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    if len(names) < 2:
        pytest.skip("not a git checkout")
    for name in filter(None, names):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout / name)
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(checkout)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def test_the_wheel_holds_every_file_of_the_three_packages(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    folders = {"anygen": "anygen", "pipelines": "anygen_pipelines", "ui": "anygen_ui"}
    for folder, package in folders.items():
        for path in (dist / "checkout" / folder).rglob("*"):
            if path.is_file() and "build" not in path.relative_to(dist / "checkout").parts[:1]:
                assert f"{package}/{path.relative_to(dist / 'checkout' / folder).as_posix()}" in held


def test_the_sdist_holds_what_builds_the_wheel(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE", "anygen/py.typed"} <= held
    assert any(name.startswith("anygen/loading/presets/mini/") for name in held)


def test_an_installed_wheel_examines_itself_and_answers(dist: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    site = next((tmp_path / "env").rglob("site-packages"))
    (wheel,) = dist.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    # The libraries of this environment, behind the wheel, and without this checkout's own editable install.
    libraries = [folder for folder in sys.path if folder.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n", encoding="utf-8")
    python = str(next((tmp_path / "env").rglob("bin/python")))
    for words in (["doctor", "--out", "."], ["generate", "a dog", "--out", "out"]):
        done = subprocess.run(
            [python, "-m", "anygen", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "out").glob("*.png"))
    where = subprocess.run(
        [python, "-c", "import anygen; print(anygen.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site))
