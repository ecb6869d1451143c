"""Keys of requests: what decides them, and that options which many lines share are told apart."""

from __future__ import annotations

import pytest

from anygen.batch.items import ItemError, ItemReader
from anygen.core.modality import MEDIA, TEXT


@pytest.fixture
def reader(tmp_path):
    return ItemReader(
        makes=(TEXT, *MEDIA),
        reads=MEDIA,
        weights_hash="w",
        folder=tmp_path,
        roots=(),
        hash_file=lambda path: "",
    )


def item(reader, options=None, **more):
    return reader.item({"id": "a", "prompt": "Hello.", "options": options, **more}, 1)


def test_lines_with_equal_options_have_equal_keys_and_others_do_not(reader):
    plain = item(reader)
    assert item(reader, {}).key == plain.key == item(reader, {"exact": False}).key
    five = item(reader, {"image": {"num_inference_steps": 5}})
    again = item(reader, {"image": {"num_inference_steps": 5}})
    assert five.key == again.key != plain.key and five.options == again.options
    assert item(reader, {"image": {"num_inference_steps": 6}}).key != five.key
    assert item(reader, {"image": {"num_inference_steps": 5}}, seed=1).key != five.key


@pytest.mark.parametrize("value", [True, 5.5, "5", float("nan"), b"5", {1: 2}, [5]])
def test_bad_options_are_refused_each_time(reader, value):
    item(reader, {"image": {"num_inference_steps": 5}})
    for _ in range(2):
        with pytest.raises(ItemError, match="num_inference_steps is"):
            item(reader, {"image": {"num_inference_steps": value}})


def test_exact_is_asked_of_every_line(reader, tmp_path):
    exact = ItemReader(
        makes=reader.makes,
        reads=MEDIA,
        weights_hash="w",
        folder=tmp_path,
        roots=(),
        hash_file=str,
        exact=True,
    )
    steps = {"temperature": 0.5}
    assert item(exact, steps).options.exact and not item(reader, steps).options.exact
    assert item(exact, steps).key == item(reader, {**steps, "exact": True}).key
