"""The artifact's functions, as ctypes calls them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from dldt.runtime.abi import FUNCTIONS
from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.format import Artifact

_NUMBERS = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64}


class EntryPoints:
    """The functions of an artifact, called with addresses as ints; ctypes releases the GIL during each call.

    They run in the mapped file itself, which no loader has to adjust. The file is unmapped when this object is dropped,
    so whoever may call a function holds this object.
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
        self.run = self._function("run")

    def worker(self, pool: int, index: int) -> None:
        """The life of a worker: returns after ``stop``."""
        self._function("worker")(pool, index)

    def stop(self, pool: int) -> None:
        """Make the workers return."""
        self._function("stop")(pool)

    def arena_size(self, symbols: int, detail: int = 0) -> int:
        """Bytes of arena for the free dims at ``symbols``; -1 where a condition does not hold: then ``detail`` gets its
        number and the values of both sides."""
        return self._function("arena_size")(symbols, detail)

    def output_shapes(self, symbols: int, dims: int) -> None:
        """Write the dims of all outputs for the free dims at ``symbols``."""
        self._function("output_shapes")(symbols, dims)

    def _function(self, name: str) -> Callable[..., int]:
        """The function ``dldt_<name>``: where the note says, of the types that the ABI says."""
        result, *parameters = FUNCTIONS[name]
        # A result that is no number is void, a parameter that is none is a pointer.
        types = [_NUMBERS.get(kind, ctypes.c_void_p) for kind in parameters]
        offset: int = getattr(self._note, name)
        return ctypes.CFUNCTYPE(_NUMBERS.get(result), *types)(self._image.address + offset)

    def close(self) -> None:
        """Unmap the artifact; no function of it may run now or later."""
        self._image.close()
