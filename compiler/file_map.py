"""Files that are mapped into memory to be read, and what becomes of a file that somebody cuts short meanwhile."""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import signal
import sys
import weakref
from typing import Any, BinaryIO

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError

COPIED = 16 << 20
"""Files of at most so many bytes are copied instead: nobody can change a copy."""

CHANGED = "the file was changed while it was read; wait until it is whole"

_FIXED = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x10
_ADDRESS_IN_SIGINFO = 16


class FileMap(mmap.mmap):
    """A whole file, read-only. Pages of it that are gone because the file was cut short read as zeros, and the map
    is ``changed`` from then on; without this the system would end the process."""

    @classmethod
    def of(cls, file: BinaryIO, name: str) -> FileMap:
        """The map of an open file, which is not empty; ``name`` begins the messages."""
        made = cls(file.fileno(), 0, access=mmap.ACCESS_READ)
        made._name, made._descriptor = name, os.dup(file.fileno())
        made._stamp, made._broken = _stamp(made._descriptor), False
        weakref.finalize(made, os.close, made._descriptor).atexit = False
        made._start = _address(made)
        made._end = made._start + len(made)
        _MAPS.add(made)
        budget().maps.add(made)
        _catch()
        return made

    _name: str
    _descriptor: int
    _stamp: tuple[int, int]
    _broken: bool
    _start: int
    _end: int

    @property
    def changed(self) -> bool:
        """Whether the file is no longer what it was."""
        return self._broken or _stamp(self._descriptor) != self._stamp

    def fill(self, address: int) -> bool:
        """Zeros from the page of ``address`` on, if that is within the map."""
        if not self._start <= address < self._end:
            return False
        self._broken = True
        page = address & -mmap.PAGESIZE
        placed = _LIBC.mmap(page, self._end - page, mmap.PROT_READ, _FIXED, -1, 0)
        return bool(placed == page)


def content_of(file: BinaryIO, name: str) -> memoryview:
    """The bytes of an open regular file: copied where it is small, else mapped, so that they cost memory only where
    they are touched. Raises InputError where it is cut short meanwhile."""
    size = os.fstat(file.fileno()).st_size
    if size > COPIED:
        return memoryview(FileMap.of(file, name))
    file.seek(0)
    content = file.read(size + 1)
    if len(content) != size:
        raise InputError(f"{name}: {CHANGED}")
    return memoryview(content)


def require_unchanged() -> None:
    """Raises InputError where a file that the compile in progress has mapped is no longer what it was, or pages were
    missing in any: what was read of it may be wrong."""
    if any(each._broken for each in list(_MAPS)):
        gc.collect()  # those that nobody uses any more do not count
    for each in [*(each for each in list(_MAPS) if each._broken), *budget().maps]:
        if each.changed:
            raise InputError(f"{each._name}: {CHANGED}")


def _stamp(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def _address(buffer: mmap.mmap) -> int:
    """Where a read-only buffer lies: ctypes itself tells it of writable ones alone, and numpy is slow to import."""
    view = (ctypes.c_void_p * 10)()  # a Py_buffer, whose first member is the address
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(buffer), view, 0)
    ctypes.pythonapi.PyBuffer_Release(view)
    return view[0] or 0


class _Action(ctypes.Structure):
    """The C library's ``struct sigaction`` of 64-bit Linux."""

    _fields_ = (
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_char * 128),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


def _catch() -> None:
    """Have missing pages reported to this module, once. Other systems end the process."""
    if _CAUGHT or not sys.platform.startswith("linux"):
        return
    _CAUGHT.append(_HANDLER)
    action = _Action(handler=ctypes.cast(_HANDLER, ctypes.c_void_p).value, flags=4 | 0x10000000)
    _LIBC.sigaction(signal.SIGBUS, ctypes.byref(action), ctypes.byref(_BEFORE))


def _on_missing_page(_number: int, info: int, _context: int) -> None:
    address = ctypes.c_size_t.from_address(info + _ADDRESS_IN_SIGINFO).value
    if not any(each.fill(address) for each in list(_MAPS)):
        # The page is another's: what was done before is done when the instruction faults again.
        _LIBC.sigaction(signal.SIGBUS, ctypes.byref(_BEFORE), None)


_LIBC: Any = ctypes.CDLL(None, use_errno=True)
_LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_int64]
_LIBC.mmap.restype = ctypes.c_void_p
_MAPS: weakref.WeakSet[FileMap] = weakref.WeakSet()
_BEFORE = _Action()
_CAUGHT: list[Any] = []
_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_on_missing_page)
