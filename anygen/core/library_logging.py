"""Holding back what the model libraries say while they load."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_libraries(*libraries: str) -> Iterator[None]:
    """Hold back the log and the progress bars of `libraries` ("transformers", "diffusers"): notices about image processors
    that fall back to another backend and about pipelines that moved, none of which a user can act on."""
    from importlib import import_module

    modules = [import_module(f"{library}.utils.logging") for library in libraries]
    levels = [module.get_verbosity() for module in modules]
    # diffusers does not say whether its bar is on; huggingface_hub's switch stands above both.
    shown = [getattr(module, "is_progress_bar_enabled", lambda: True)() for module in modules]
    for module in modules:
        module.set_verbosity_error()
        module.disable_progress_bar()
    try:
        yield
    finally:
        for module, level, was_shown in zip(modules, levels, shown, strict=True):
            module.set_verbosity(level)
            if was_shown:
                module.enable_progress_bar()
