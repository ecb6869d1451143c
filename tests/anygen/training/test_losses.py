from __future__ import annotations

import pytest
import torch

from anygen.training.losses import alignment_loss, next_token_loss


def test_euclidean_is_the_mean_distance_of_a_spans_queries() -> None:
    predicted = {"sequence": torch.zeros(2, 2, 3)}
    target = {"sequence": torch.tensor([[[3.0, 4, 0], [0, 0, 0]], [[0, 0, 1], [0, 1, 0]]])}
    assert alignment_loss(predicted, target, "euclidean").item() == pytest.approx((5 + 0) / 2 + 1, abs=1e-5)


def test_mse_is_the_mean_square_of_a_spans_values() -> None:
    predicted, target = (
        {"pooled": torch.zeros(2, 4)},
        {"pooled": torch.tensor([[2.0, 0, 0, 0], [1, 1, 1, 1]])},
    )
    assert alignment_loss(predicted, target, "mse").item() == pytest.approx(1 + 1)


def test_the_gradient_at_equality_is_zero_and_not_nan() -> None:
    predicted = torch.ones(1, 2, 3, requires_grad=True)
    alignment_loss({"x": predicted}, {"x": torch.ones(1, 2, 3)}, "euclidean").backward()
    assert predicted.grad.eq(0).all()


def test_a_mask_is_not_learned_and_several_tensors_add_up() -> None:
    mask = {"mask": torch.ones(1, 2, dtype=torch.bool)}
    ones = {"a": torch.ones(1, 2), "b": torch.ones(1, 3), **mask}
    zeros = {"a": torch.zeros(1, 2), "b": torch.zeros(1, 3), **mask}
    assert alignment_loss(ones, zeros, "mse").item() == 2


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"projector gives \(1, 2\), decoder takes \(1, 3\)"):
        alignment_loss({"x": torch.ones(1, 2)}, {"x": torch.ones(1, 3)}, "mse")
    with pytest.raises(ValueError, match=r"gives \['x'\], the decoder takes \['y'\]"):
        alignment_loss({"x": torch.ones(1, 2)}, {"y": torch.ones(1, 2)}, "mse")
    with pytest.raises(ValueError, match="accepted are euclidean, mse"):
        alignment_loss({"x": torch.ones(1, 2)}, {"x": torch.ones(1, 2)}, "cosine")


def test_parts_of_a_batch_add_up_to_the_whole() -> None:
    logits, ids = torch.randn(6, 9, generator=torch.Generator().manual_seed(0)), torch.arange(6)
    parts = next_token_loss(logits[:2], ids[:2]) + next_token_loss(logits[2:], ids[2:])
    torch.testing.assert_close(parts, next_token_loss(logits, ids))
