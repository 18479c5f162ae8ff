"""A stream that reaches its file in large pages."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

BLOCK = 1 << 21
"""Bytes of a write, and what its place in the file is a multiple of: the size of a large page on every target."""


class BlockWriter:
    """Writes and hashes a stream that begins at the offset ``start`` of ``file``, a whole block at a time.

    Linux keeps a file in its memory in pages as large as the writes that brought it there, and maps them as such: the
    first inference then faults once in 2 MiB of weights, not once in 64 KiB, and the processor finds their addresses
    in fewer entries. What lies before ``start`` in the first block is zeros until somebody else writes it.
    """

    def __init__(self, file: BinaryIO, start: int) -> None:
        self.size = 0
        self._file = file
        self._block = memoryview(bytearray(BLOCK))
        self._first = self._used = start % BLOCK
        self._hash = hashlib.sha256()
        file.seek(start - self._used)

    def write(self, data: memoryview) -> None:
        """Append bytes."""
        self.size += len(data)
        while len(data):
            count = min(len(data), BLOCK - self._used)
            self._block[self._used : self._used + count] = data[:count]
            self._used += count
            data = data[count:]
            if self._used == BLOCK:
                self._flush()

    def finish(self) -> bytes:
        """Write what is left; the SHA-256 of all that was appended."""
        self._flush()
        return self._hash.digest()

    def _flush(self) -> None:
        self._hash.update(self._block[self._first : self._used])
        self._file.write(self._block[: self._used])
        self._first = self._used = 0
