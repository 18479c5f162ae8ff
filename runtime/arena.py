"""The memory that a request computes in."""

from __future__ import annotations

import contextlib
import ctypes
import mmap

ALIGNMENT = 64
# Linux brings in 4 KiB at the first touch of a page, for up to 1 µs each time; 2 MiB at once for 100 to 300 µs.
_HUGE = 1 << 21
_WORTH_IT = 1 << 20


class Arena:
    """``size`` bytes or more at ``address``, a multiple of 64; in large pages where there are many."""

    def __init__(self, size: int) -> None:
        self._memory: bytearray | mmap.mmap
        if size < _WORTH_IT:
            alignment, self.size = ALIGNMENT, size
            self._memory = bytearray(size + alignment)
        else:
            alignment, self.size = _HUGE, -(-size // _HUGE) * _HUGE
            self._memory = mmap.mmap(-1, self.size + alignment, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            with contextlib.suppress(OSError):  # a kernel built without large pages: small ones do
                self._memory.madvise(mmap.MADV_HUGEPAGE)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self.address = -(-start // alignment) * alignment
