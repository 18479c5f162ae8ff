"""The artifact's functions, as ctypes sees them."""

from __future__ import annotations

import _ctypes
import ctypes
import os
import weakref
from collections.abc import Callable
from typing import Any

from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.format import Artifact, identity


class RequestRecord(ctypes.Structure):
    """``dldt_request`` of dldt.h."""

    _fields_ = [
        ("inputs", ctypes.c_void_p),
        ("outputs", ctypes.c_void_p),
        ("arena", ctypes.c_void_p),
        ("symbols", ctypes.c_void_p),
        ("team", ctypes.c_void_p),
        ("profile", ctypes.c_void_p),
    ]


class Library:
    """A loaded artifact: its entry points, called with addresses as ints; ctypes releases the GIL round each call."""

    run: Callable[[int], int]
    worker: Callable[[int, int], None]
    stop: Callable[[int], None]
    arena_size: Callable[[int], int]
    output_shapes: Callable[[int, int], None]

    def __init__(self, artifact: Artifact) -> None:
        path = os.path.abspath(artifact.path)
        try:
            self._handle = ctypes.CDLL(path, mode=ctypes.DEFAULT_MODE)
            same = identity(os.stat(path)) == artifact.identity
        except OSError as error:
            raise RuntimeLoadError(f"the system refuses to load {artifact.path}: {error}") from None
        if not same:
            _ctypes.dlclose(self._handle._handle)
            raise RuntimeLoadError(f"{artifact.path} changed while it was being loaded; load it again")
        # Whoever may run code of the library holds it: dropped, nobody does. At the end of the process, who knows.
        self._finalizer = weakref.finalize(self, _ctypes.dlclose, self._handle._handle)
        self._finalizer.atexit = False
        pointer = ctypes.c_void_p
        self.run = self._function("dldt_run", ctypes.c_int32, pointer)
        self.worker = self._function("dldt_worker", None, pointer, ctypes.c_int32)
        self.stop = self._function("dldt_stop", None, pointer)
        self.arena_size = self._function("dldt_arena_size", ctypes.c_int64, pointer)
        self.output_shapes = self._function("dldt_output_shapes", None, pointer, pointer)

    def close(self) -> None:
        """Unmap the artifact; no function of it may run now or later."""
        self._finalizer()

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        function = self._handle[name]
        function.restype, function.argtypes = result, arguments
        return function
