"""The buffers of a request for tensors whose size is found while the model runs, and for its state variables."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from dldt.runtime.abi import SLOT
from dldt.runtime.arena_memory import ArenaMemory
from dldt.runtime.metadata import Metadata

_GROW = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_int64)


class Slots:
    """The buffers that ``metadata`` counts, described to the artifact by the words at ``address``; ``function`` is the
    address of the function that it calls for more. ``limit``: the most bytes that they may have together with
    ``used()`` bytes elsewhere, None for no limit.
    """

    def __init__(self, metadata: Metadata, limit: int | None, used: Callable[[], int]) -> None:
        self._held: list[ArenaMemory | None] = [None] * metadata.slots
        self._kept = {state.slot for state in metadata.states}
        self._limit, self._used = limit, used
        self._table = (ctypes.c_int64 * (SLOT.size // 8 * metadata.slots))()
        self.address = ctypes.addressof(self._table)
        self._callback = _GROW(self._grow)
        self.function = ctypes.cast(self._callback, ctypes.c_void_p).value or 0
        self._interruption: BaseException | None = None

    @property
    def bytes(self) -> int:
        """The bytes that the buffers have together."""
        return sum(memory.size for memory in self._held if memory is not None)

    def release(self) -> None:
        """Give back all buffers but those of state variables."""
        for slot in range(len(self._held)):
            if slot not in self._kept:
                self._hold(slot, None)

    def data(self, slot: int) -> int:
        """The address of a buffer; 0 where there is none."""
        memory = self._held[slot]
        return 0 if memory is None else memory.address

    def grow(self, slot: int, size: int, kept: int = 0) -> bool:
        """Give a buffer at least ``size`` bytes, the first ``kept`` of which stay; False where there is no memory."""
        old = self._held[slot]
        before = 0 if old is None else old.size
        if size <= before:
            return True
        if self._limit is not None and self._used() + self.bytes - before + size > self._limit:
            return False
        if kept == 0:
            self._hold(slot, None)  # the old one goes before the new one comes
            old = None
        try:
            made = ArenaMemory(max(size, 64))
        except (MemoryError, OSError, OverflowError, ValueError):
            return False
        if old is not None:
            ctypes.memmove(made.address, old.address, min(kept, before))
        self._hold(slot, made)
        return True

    def raise_interruption(self) -> None:
        """Raise what came up while the artifact asked for memory; it ended the run."""
        error, self._interruption = self._interruption, None
        if error is not None:
            raise error

    def _hold(self, slot: int, memory: ArenaMemory | None) -> None:
        self._table[2 * slot : 2 * slot + 2] = [0, 0] if memory is None else [memory.address, memory.size]
        self._held[slot] = memory

    def _grow(self, request: int, slot: int, size: int, kept: int) -> int:
        """Called by the artifact, so no exception may leave it: 0 is success."""
        try:
            return 0 if self.grow(slot, size, kept) else 1
        except BaseException as error:  # such as KeyboardInterrupt: the run ends, and raises it
            self._interruption = error
            return 1
