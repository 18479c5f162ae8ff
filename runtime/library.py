"""The artifact's functions, as ctypes sees them."""

from __future__ import annotations

import _ctypes
import ctypes
import os
from collections.abc import Callable

from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.format import Artifact, identity

_POINTER = ctypes.c_void_p
_RUN = ctypes.CFUNCTYPE(ctypes.c_int32, _POINTER)
_WORKER = ctypes.CFUNCTYPE(None, _POINTER, ctypes.c_int32)
_STOP = ctypes.CFUNCTYPE(None, _POINTER)
_ARENA_SIZE = ctypes.CFUNCTYPE(ctypes.c_int64, _POINTER)
_OUTPUT_SHAPES = ctypes.CFUNCTYPE(None, _POINTER, _POINTER)


class Library:
    """A loaded artifact: its entry points, called with addresses as ints; ctypes releases the GIL round each call."""

    run: Callable[[int], int]

    def __init__(self, artifact: Artifact) -> None:
        # A name without a slash would be looked for in the system's folders.
        path = artifact.path if "/" in artifact.path else f"./{artifact.path}"
        self._handle = 0
        try:
            self._handle = _ctypes.dlopen(path, ctypes.DEFAULT_MODE)
            same = identity(os.stat(path)) == artifact.identity
            self.run = _RUN(self._symbol("dldt_run"))
        except OSError as error:
            self.close()
            raise RuntimeLoadError(f"the system refuses to load {artifact.path}: {error}") from None
        if not same:
            self.close()
            raise RuntimeLoadError(f"{artifact.path} changed while it was being loaded; load it again")

    def worker(self, team: int, index: int) -> None:
        """The life of a worker."""
        _WORKER(self._symbol("dldt_worker"))(team, index)

    def stop(self, team: int) -> None:
        """Make the workers return."""
        _STOP(self._symbol("dldt_stop"))(team)

    def arena_size(self, symbols: int) -> int:
        """Bytes for the free dims at ``symbols``; -1 where they are too small."""
        return _ARENA_SIZE(self._symbol("dldt_arena_size"))(symbols)  # type: ignore[no-any-return]  # ctypes has no types

    def output_shapes(self, symbols: int, dims: int) -> None:
        """Write the dims of all outputs for the free dims at ``symbols``."""
        _OUTPUT_SHAPES(self._symbol("dldt_output_shapes"))(symbols, dims)

    def close(self) -> None:
        """Unmap the artifact; no function of it may run now or later."""
        handle, self._handle = self._handle, 0
        if handle:
            _ctypes.dlclose(handle)

    def __del__(self) -> None:
        # Whoever may run code of the library holds it: dropped, nobody does.
        self.close()

    def _symbol(self, name: str) -> int:
        return _ctypes.dlsym(self._handle, name)
