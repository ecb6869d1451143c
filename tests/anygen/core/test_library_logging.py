from __future__ import annotations

import pytest

from anygen.core.library_logging import quiet_libraries


def test_the_libraries_are_quiet_within_and_as_before_after() -> None:
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_info()
    try:
        with pytest.raises(KeyError), quiet_libraries("transformers"):
            assert logging.get_verbosity() == logging.ERROR and not logging.is_progress_bar_enabled()
            raise KeyError
        assert logging.get_verbosity() == logging.INFO and logging.is_progress_bar_enabled()
    finally:
        logging.set_verbosity(before)
