"""The encoder of the table offers what the Protocol asks for."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from anygen import Image
from anygen.core.modality import IMAGE
from anygen.encoders import ENCODERS
from anygen.encoders.base import Encoder


def test_every_encoder_of_the_table_offers_all_of_it() -> None:
    asked = {name for name in vars(Encoder) if not name.startswith("_")}
    assert asked == {"modalities", "feature_dim", "num_features", "prepare", "encode"}
    for place in ENCODERS.values():
        module, _, name = place.partition(":")
        assert asked <= set(dir(getattr(import_module(module), name)))


def test_what_it_declares_is_what_it_gives(tiny_model) -> None:
    encoder = tiny_model.encoders[IMAGE]
    prepared = encoder.prepare(IMAGE, Image(np.zeros((20, 30, 3), dtype=np.uint8)))
    features_NFE = encoder.encode(IMAGE, prepared[None])
    assert features_NFE.shape == (1, encoder.num_features[IMAGE], encoder.feature_dim)
    assert not features_NFE.requires_grad
