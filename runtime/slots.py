"""The buffers of a request for tensors whose size is found while the model runs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from dldt.runtime.abi import SLOT
from dldt.runtime.arena_memory import ArenaMemory

_GROW = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_int64)


class Slots:
    """``count`` buffers, described to the artifact by the words at ``address``; ``grow`` is the function that it calls
    for more. ``limit``: the most bytes that they may have together with ``used()`` bytes elsewhere, None for no limit.
    """

    def __init__(self, count: int, limit: int | None, used: Callable[[], int]) -> None:
        self._held: list[ArenaMemory | None] = [None] * count
        self._limit, self._used = limit, used
        self._table = (ctypes.c_int64 * (SLOT.size // 8 * count))()
        self.address = ctypes.addressof(self._table)
        self._function = _GROW(self._grow)
        self.function = ctypes.cast(self._function, ctypes.c_void_p).value or 0

    @property
    def bytes(self) -> int:
        """The bytes that the buffers have together."""
        return sum(memory.size for memory in self._held if memory is not None)

    def release(self) -> None:
        """Give all buffers back."""
        self._held = [None] * len(self._held)
        ctypes.memset(self.address, 0, ctypes.sizeof(self._table))

    def _grow(self, request: int, slot: int, size: int, kept: int) -> int:
        """Called by the artifact, so no exception may leave it: 0 is success."""
        try:
            old = self._held[slot]
            before = 0 if old is None else old.size
            if self._limit is not None and self._used() + self.bytes - before + size > self._limit:
                return 1
            if kept == 0:
                self._held[slot] = old = None
            made = ArenaMemory(max(size, 64))
            if old is not None:
                ctypes.memmove(made.address, old.address, min(kept, before))
            self._held[slot] = made
            self._table[2 * slot], self._table[2 * slot + 1] = made.address, made.size
        except (MemoryError, OSError, OverflowError, ValueError):
            return 1
        return 0
