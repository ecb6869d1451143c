import pytest
import torch

from anygen.evaluation.conditioning_error import conditioning_error


def test_the_target_itself_has_no_error():
    target = torch.randn(6, 4, 8, generator=torch.Generator().manual_seed(0))
    found = conditioning_error(target, target)
    assert (
        found.relative == 0
        and found.cosine == pytest.approx(1)
        and found.nearest == 1
        and found.num_items == 6
    )


def test_the_mean_target_has_a_relative_error_of_one():
    target = torch.randn(6, 4, 8, generator=torch.Generator().manual_seed(0))
    assert conditioning_error(target.mean(0, keepdim=True).expand(6, 4, 8), target).relative == pytest.approx(
        1
    )


def test_shuffled_targets_are_not_their_own_nearest():
    target = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    assert conditioning_error(target.roll(1, 0), target).nearest == 0


def test_other_shapes_and_infinities_are_refused():
    with pytest.raises(ValueError):
        conditioning_error(torch.zeros(3, 2), torch.zeros(3, 3))
    with pytest.raises(ValueError):
        conditioning_error(torch.full((3, 2), float("inf")), torch.zeros(3, 2))
