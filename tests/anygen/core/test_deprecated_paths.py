from __future__ import annotations

import importlib
import subprocess
import sys
import warnings

import pytest

from anygen.core.deprecated_paths import MOVED, RENAMED, MovedModules, install


@pytest.mark.parametrize("old", MOVED)
def test_an_old_path_leads_to_the_very_module_and_warns(old: str) -> None:
    new = importlib.import_module(MOVED[old])
    spec, name = new.__spec__, new.__name__
    for each in [each for each in sys.modules if each == old or each.startswith(f"{old}.")]:
        del sys.modules[each]
    with pytest.warns(DeprecationWarning, match=f"^{old} is {MOVED[old]} now$"):
        found = importlib.import_module(old)
    assert found is new and (new.__spec__, new.__name__) == (spec, name)


def test_no_old_path_leads_to_another_old_one_and_no_new_one_warns() -> None:
    assert not set(MOVED.values()) & set(MOVED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for new in MOVED.values():
            importlib.import_module(new)


def test_a_name_of_an_old_path_is_the_name_of_the_new_one() -> None:
    code = (
        "import warnings; warnings.simplefilter('ignore');"
        "from anygen.options import GenerationOptions as old; from anygen import GenerationOptions as new;"
        "import anygen.files.sniff, anygen.media.files.sniff;"
        "assert old is new and anygen.files.sniff is anygen.media.files.sniff"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_finder_stands_once_and_first() -> None:
    install()
    assert [isinstance(each, MovedModules) for each in sys.meta_path].count(True) == 1
    assert MovedModules().find_spec("anygen.nothing_of_the_kind", None) is None


@pytest.mark.parametrize("old", RENAMED)
def test_a_renamed_name_of_an_old_path_is_what_it_is_called_today(old: str) -> None:
    for each in [each for each in sys.modules if each == old or each.startswith(f"{old}.")]:
        del sys.modules[each]
    with pytest.warns(DeprecationWarning):
        found = importlib.import_module(old)
    new = importlib.import_module(MOVED[old])
    for pair in RENAMED[old].split():
        before, _, today = pair.partition("=")
        assert getattr(found, before) is getattr(new, today)
