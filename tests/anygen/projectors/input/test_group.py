"""Features gathered into groups."""

from __future__ import annotations

import pytest
import torch

from anygen.core.errors import ConfigError
from anygen.projectors.input.group import GroupInputProjector, GroupInputSettings

SMALL = GroupInputSettings(
    hidden_dim=8, heads=2, depths=(1, 1, 1), group_tokens=(6, 3, 0), output_groups=(6, 3)
)


def test_there_are_as_many_soft_tokens_whatever_the_number_of_features() -> None:
    projector = GroupInputProjector(SMALL, 5, 7, 10).eval()
    assert projector.num_soft_tokens == 3
    for count in (2, 7, 20):
        assert projector(torch.randn(2, count, 5)).shape == (2, 3, 10)


def test_a_batch_of_two_equals_two_of_one() -> None:
    projector = GroupInputProjector(SMALL, 5, 7, 10).eval()
    features_NFE = torch.randn(2, 7, 5)
    with torch.no_grad():
        apart = torch.cat([projector(each[None]) for each in features_NFE])
        torch.testing.assert_close(projector(features_NFE), apart, atol=1e-5, rtol=1e-4)


def test_training_draws_noise_and_a_gradient_reaches_the_first_layer() -> None:
    projector = GroupInputProjector(SMALL, 5, 7, 10).train()
    projector(torch.randn(1, 7, 5)).sum().backward()
    assert projector.in_fc.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hidden_dim": 9}, "2 do not divide hidden_dim 9"),
        ({"group_tokens": (6, 3)}, "n, n and n - 1 are accepted"),
        ({"group_tokens": (6, 0, 0)}, "only the last is 0"),
        ({"depths": 3}, "a list is accepted"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(change: dict, sentence: str) -> None:
    values = {
        "hidden_dim": 8,
        "heads": 2,
        "depths": (1, 1, 1),
        "group_tokens": (6, 3, 0),
        "output_groups": (6, 3),
    }
    with pytest.raises(ConfigError, match=sentence):
        GroupInputSettings(**{**values, **change})
