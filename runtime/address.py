"""Where an array's elements are."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

_word_at = ctypes.c_size_t.from_address
# In CPython, an object's ``id`` is its address. An array stores the address of its elements right behind the header
# that every object has; extension modules rely on this layout, so it does not change.
_HEAD = object.__basicsize__


def address(array: np.ndarray[Any, Any]) -> int:
    """The address of the first element; the caller keeps the array alive.

    numpy's own ways to ask for it take seven times as long, which would be most of a small model's run.
    """
    return _word_at(id(array) + _HEAD).value


_PROBE = np.empty(1)
if address(_PROBE) != _PROBE.ctypes.data:
    raise ImportError(
        f"numpy {np.__version__} on this Python keeps the addresses of arrays where dldt does not look for them; "
        "use CPython and a released numpy"
    )
