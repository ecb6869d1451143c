"""What is asked of torch about memory and devices."""

import pytest
import torch
from torch import nn

from anygen.core.devices import free_accelerator_cache, module_bytes, moved_to


def test_what_several_modules_hold_counts_once():
    shared = nn.Linear(3, 4)
    norm = nn.BatchNorm1d(4).half()
    assert module_bytes([shared]) == 4 * 16
    assert module_bytes([shared, nn.Sequential(shared), "no module", None]) == 4 * 16
    # Weight, bias and the two running statistics at half precision, and a count of batches.
    assert module_bytes([norm]) == 2 * 16 + 8


def test_a_precision_moves_nothing_and_a_device_does():
    class Seen(nn.Module):
        def _apply(self, fn, recurse=True):
            self.place = moved_to(fn)
            return super()._apply(fn, recurse)

    module = Seen()
    module.half()
    assert module.place is None
    module.to("cpu")
    assert module.place == torch.device("cpu")


def test_nothing_is_given_back_where_no_accelerator_was_used(monkeypatch):
    def never():
        raise AssertionError("asked the accelerator")

    monkeypatch.setattr(torch.cuda, "empty_cache", never)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    free_accelerator_cache()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    with pytest.raises(AssertionError):
        free_accelerator_cache()
