import numpy as np
import pytest

from anygen.evaluation.foreground import nearest_reference


@pytest.fixture
def bank():
    generator = np.random.default_rng(0)
    references = generator.integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)
    masks = np.zeros((5, 16, 16), dtype=bool)
    masks[:, 4:12, 4:12] = True
    return references, masks


def test_a_reference_is_nearest_to_itself_at_distance_nought(bank):
    references, masks = bank
    found = nearest_reference(references[3], references, masks)
    assert found.index == 3 and found.distance == 0


def test_only_the_foreground_counts_in_the_distance(bank):
    references, masks = bank
    picture = references[2].copy()
    picture[:2] = 255 - picture[:2]
    assert nearest_reference(picture, references[2:3], masks[2:3]).distance == 0
    picture[5, 5] = 255 - picture[5, 5]
    assert nearest_reference(picture, references[2:3], masks[2:3]).distance > 0


def test_the_distance_is_in_grey_levels(bank):
    _references, masks = bank
    flat = np.full((16, 16, 3), 100, dtype=np.uint8)
    assert nearest_reference(flat + np.uint8(7), flat[None], masks[:1]).distance == pytest.approx(7)


def test_shapes_that_do_not_fit_and_empty_masks_are_refused(bank):
    references, masks = bank
    with pytest.raises(ValueError):
        nearest_reference(references[0][:8], references, masks)
    with pytest.raises(ValueError):
        nearest_reference(references[0], references, np.zeros_like(masks))
