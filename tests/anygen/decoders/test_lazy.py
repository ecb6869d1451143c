"""The family of decoders: loaded when used, released to keep to a budget."""

import gc
import threading
import weakref

import torch

from anygen import AnyGen
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.decoders.lazy import LazyDecoders


class Sized:
    """Stands for a decoder of a size."""

    def __init__(self, size: int = 1) -> None:
        self.size, self.placed = size, None

    def place(self, device, offload=None) -> None:
        self.placed = (device, offload)

    def num_bytes(self) -> int:
        return self.size


def family(budget, sizes):
    made = LazyDecoders({m: lambda size=s: Sized(size) for m, s in sizes.items()}, {m: {} for m in sizes})
    made.budget, made.sizes = budget, dict(sizes)
    return made


def test_the_least_recently_used_decoder_makes_room():
    decoders = family(10, {IMAGE: 4, AUDIO: 4, VIDEO: 4})
    decoders[IMAGE], decoders[AUDIO], decoders[IMAGE]
    assert decoders.loaded == (AUDIO, IMAGE)
    decoders[VIDEO]
    assert decoders.loaded == (IMAGE, VIDEO) and decoders.num_bytes() == 8


def test_without_a_budget_all_stay_and_with_none_left_one_does():
    for budget, left in ((None, 3), (0, 1)):
        decoders = family(budget, {IMAGE: 4, AUDIO: 4, VIDEO: 4})
        for each in (IMAGE, AUDIO, VIDEO):
            decoders[each]
        assert len(decoders.loaded) == left


def test_a_released_decoder_is_really_gone(tiny_dir):
    model = AnyGen.from_pretrained(tiny_dir, memory_budget="one")
    drawn = weakref.ref(model.decoders[IMAGE].pipe.unet)
    model.decoders[AUDIO]
    gc.collect()
    assert drawn() is None and model.decoders.loaded == (AUDIO,)


def test_two_threads_load_a_decoder_once():
    loads = []
    decoders = LazyDecoders({IMAGE: lambda: loads.append(1) or Sized()}, {IMAGE: {}})
    threads = [threading.Thread(target=lambda: decoders[IMAGE]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]


def test_a_family_knows_what_it_has_without_loading_it():
    decoders = family(None, {IMAGE: 4})
    assert IMAGE in decoders and AUDIO not in decoders and list(decoders) == [IMAGE] and len(decoders) == 1
    assert decoders.loaded == ()


def test_a_place_is_remembered_for_what_is_not_loaded_yet():
    decoders = family(None, {IMAGE: 1})
    decoders.place(IMAGE, torch.device("meta"), "model")
    assert decoders[IMAGE].placed == (torch.device("meta"), "model")
