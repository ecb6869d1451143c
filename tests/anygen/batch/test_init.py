"""What `anygen.batch` offers."""

from __future__ import annotations

import pytest

from anygen import batch


def test_every_name_is_there():
    assert all(getattr(batch, name).__name__ == name for name in batch.__all__)
    with pytest.raises(AttributeError, match="no attribute 'rendre'"):
        batch.rendre  # noqa: B018  what a typing error says
