"""The artifact's functions, as ctypes sees them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.format import Artifact

_POINTER = ctypes.c_void_p
_RUN = ctypes.CFUNCTYPE(ctypes.c_int32, _POINTER)
_WORKER = ctypes.CFUNCTYPE(None, _POINTER, ctypes.c_int32)
_STOP = ctypes.CFUNCTYPE(None, _POINTER)
_ARENA_SIZE = ctypes.CFUNCTYPE(ctypes.c_int64, _POINTER)
_OUTPUT_SHAPES = ctypes.CFUNCTYPE(None, _POINTER, _POINTER)


class Library:
    """The functions of an artifact, called with addresses as ints; ctypes releases the GIL round each call.

    They run where the file is mapped: it needs no loader, nothing in it is adjusted. Dropped, it is unmapped: whoever
    may run code of it holds it.
    """

    run: Callable[[int], int]

    def __init__(self, artifact: Artifact) -> None:
        self._image, self._note = artifact.image, artifact.note
        try:
            self._image.allow_execution(*artifact.code)
        except OSError as error:
            raise RuntimeLoadError(
                f"the system does not let {artifact.path} be executed ({error.strerror}): is it on a file system "
                "mounted noexec, or does a security policy forbid it?"
            ) from None
        self.run = _RUN(self._image.address + self._note.run)

    def worker(self, team: int, index: int) -> None:
        """The life of a worker."""
        _WORKER(self._image.address + self._note.worker)(team, index)

    def stop(self, team: int) -> None:
        """Make the workers return."""
        _STOP(self._image.address + self._note.stop)(team)

    def arena_size(self, symbols: int) -> int:
        """Bytes for the free dims at ``symbols``; -1 where they are too small."""
        function = _ARENA_SIZE(self._image.address + self._note.arena_size)
        return function(symbols)  # type: ignore[no-any-return]  # ctypes has no types

    def output_shapes(self, symbols: int, dims: int) -> None:
        """Write the dims of all outputs for the free dims at ``symbols``."""
        _OUTPUT_SHAPES(self._image.address + self._note.output_shapes)(symbols, dims)

    def close(self) -> None:
        """Unmap the artifact; no function of it may run now or later."""
        self._image.close()
