"""The memory that a request computes in."""

from __future__ import annotations

import contextlib
import ctypes
import mmap

from dldt.runtime.abi import ARENA_ALIGNMENT

# At the first touch of a page Linux brings in 4 KiB, which takes up to 1 µs; a large page of 2 MiB takes 100 to 300 µs.
_HUGE = 1 << 21
# Smaller arenas stay in small pages: they would only fill a part of a large one.
_LARGE = 1 << 20


class ArenaMemory:
    """At least ``size`` bytes from ``address`` on, a multiple of 64; large arenas lie in large pages."""

    def __init__(self, size: int) -> None:
        self._memory: bytearray | mmap.mmap
        if size < _LARGE:
            alignment, self.size = ARENA_ALIGNMENT, size
            self._memory = bytearray(size + alignment)
        else:
            alignment, self.size = _HUGE, -(-size // _HUGE) * _HUGE
            self._memory = mmap.mmap(-1, self.size + alignment, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            with contextlib.suppress(OSError):  # a kernel built without large pages gives small ones
                self._memory.madvise(mmap.MADV_HUGEPAGE)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self.address = -(-start // alignment) * alignment
