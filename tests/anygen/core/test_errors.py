from __future__ import annotations

import pytest

from anygen.core.errors import is_out_of_memory, nearest, printable, shown


def test_a_value_is_shown_short_whatever_it_is() -> None:
    assert shown("dog") == "'dog'"
    assert len(shown("x" * 10_000)) < 100 and len(shown([[[["deep"]]]] * 1000)) < 200
    assert shown(10**5000) == "a number of thousands of digits"


def test_what_somebody_sent_cannot_drive_a_terminal() -> None:
    assert printable("a\x1b[2Jb\n c") == "a\\x1b[2Jb c"


@pytest.mark.parametrize(
    ("name", "known", "end"),
    [
        ("imge", ("image", "audio"), "did you mean image?"),
        ("nextgpt", ("nextgpt-7b", "mini"), "did you mean nextgpt-7b?"),
        ("zzz", ("b", "a"), "known are a, b"),
        ("zzz", (), "none is known"),
    ],
)
def test_the_nearest_name_is_named(name: str, known: tuple[str, ...], end: str) -> None:
    assert nearest(name, known) == end


def test_memory_that_ran_out_is_known_by_its_words() -> None:
    class OutOfMemoryError(RuntimeError):
        pass

    assert is_out_of_memory(MemoryError()) and is_out_of_memory(OutOfMemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    assert not is_out_of_memory(RuntimeError("shapes differ")) and not is_out_of_memory(ValueError())
