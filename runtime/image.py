"""A file, mapped into memory."""

from __future__ import annotations

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
_READ, _EXECUTE, _PRIVATE = 1, 4, 2
_FAILED = ctypes.c_void_p(-1).value

_map, _protect, _unmap = _LIBC.mmap, _LIBC.mprotect, _LIBC.munmap
_map.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int64]
_map.restype = ctypes.c_void_p
_protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_unmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


class Image:
    """The first ``size`` bytes of the open file ``descriptor``, from ``address`` on, read-only, until ``close``.

    Pages are read when they are first touched, and processes share them. The file must not be cut meanwhile: to touch a
    page that is gone ends the process. Raises OSError where the system does not map it.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self.size, self.address = size, 0
        address = _map(None, size, _READ, _PRIVATE, descriptor, 0)
        if address == _FAILED:
            raise _error()
        self.address = address

    def allow_execution(self, start: int, size: int) -> None:
        """Let the bytes from ``start`` on, a multiple of the page, be run; OSError where the system forbids it."""
        if _protect(self.address + start, size, _READ | _EXECUTE):
            raise _error()

    def close(self) -> None:
        """Unmap it; nobody may read or run any of it now or later."""
        address, self.address = self.address, 0
        if address:
            _unmap(address, self.size)

    def __del__(self) -> None:
        self.close()


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
