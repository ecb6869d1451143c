"""Decoders that are loaded when they are asked for, and go when there is no room."""

from __future__ import annotations

import torch

from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.decoders.lazy import LazyDecoders


class Weights:
    """What a family asks of a decoder: how large it is, and to be placed."""

    def __init__(self, size: int) -> None:
        self.size, self.placed = size, None

    def num_bytes(self) -> int:
        return self.size

    def place(self, device, offload=None) -> None:
        self.placed = (device, offload)


def family(**sizes: int) -> LazyDecoders:
    loaders = {modality: (lambda size=size: Weights(size)) for modality, size in sizes.items()}
    found = LazyDecoders(loaders, {modality: {"sequence": (1, 1)} for modality in sizes})
    found.sizes = dict(sizes)
    return found


def test_nothing_is_loaded_until_it_is_asked_for() -> None:
    decoders = family(image=1, audio=1)
    assert IMAGE in decoders and len(decoders) == 2 and decoders.loaded == ()
    first = decoders[IMAGE]
    assert decoders[IMAGE] is first and decoders.loaded == (IMAGE,)
    decoders.release(IMAGE)
    assert decoders[IMAGE] is not first


def test_what_was_used_longest_ago_goes_first() -> None:
    decoders = family(image=4, audio=4, video=4)
    decoders.budget = 8
    for modality in (IMAGE, AUDIO, IMAGE, VIDEO):
        decoders[modality]
    assert decoders.loaded == (IMAGE, VIDEO) and decoders.num_bytes() == 8


def test_a_place_is_remembered_for_what_is_not_loaded_yet() -> None:
    decoders = family(image=1)
    decoders.place(IMAGE, torch.device("meta"), "model")
    assert decoders[IMAGE].placed == (torch.device("meta"), "model")
