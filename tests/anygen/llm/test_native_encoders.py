"""What a language model offers that reads media itself."""

from __future__ import annotations

from importlib import import_module

from anygen.llm.native_encoders import NATIVE_ENCODERS, NativeEncoders


def test_every_kind_of_the_table_offers_all_of_it() -> None:
    asked = {name for name in vars(NativeEncoders) if not name.startswith("_")} - {"modalities"}
    assert asked == {"encode", "positions"}
    for place in NATIVE_ENCODERS.values():
        module, _, name = place.partition(":")
        kind = getattr(import_module(module), name)
        assert asked | {"lm_class", "Settings", "from_pretrained"} <= set(dir(kind))
