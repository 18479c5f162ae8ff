"""dldt: an open deep-learning deployment toolkit with an ahead-of-time compiler at its heart.

The facade is lazy: ``import dldt.runtime`` must not import the compiler and its dependencies, and ``dldt-compile
--help`` not even numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dldt.runtime.version import __version__
    from dldt.tools.api import compile_model, read_model, save_model

__all__ = ["__version__", "compile_model", "read_model", "save_model"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from dldt.runtime.version import __version__

        return __version__
    if name in ("compile_model", "read_model", "save_model"):
        from dldt.tools import api

        return getattr(api, name)
    raise AttributeError(f"module 'dldt' has no attribute {name!r}")
