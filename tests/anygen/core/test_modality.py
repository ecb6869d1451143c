from __future__ import annotations

from anygen.core.modality import IMAGE, INPUTS, MEASUREMENTS, MEDIA, TEXT, Modality


def test_a_modality_is_its_name_and_a_new_one_needs_no_entry() -> None:
    assert Modality("image") == IMAGE == "image" and {IMAGE: 1}["image"] == 1
    assert f"{Modality('smell')}" == "smell"


def test_what_is_measured_is_never_made() -> None:
    assert INPUTS == MEDIA + MEASUREMENTS and not set(MEDIA) & set(MEASUREMENTS) and TEXT not in INPUTS
