"""A stream that is written to its file in blocks of a large page, and hashed while the next blocks are produced."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

BLOCK = 1 << 21
"""Bytes of a write, and the alignment of its offset in the file: the size of a large page on every target."""
_PENDING = 4
"""The most blocks that wait to be written and hashed."""


class BlockWriter:
    """Writes and hashes a stream that begins at offset ``start`` of ``file``, one whole block at a time.

    Linux caches a file in pages as large as the writes that produced it, and maps them in that size. With large pages
    the first inference faults once in 2 MiB of weights instead of once in 64 KiB, and the weights take fewer TLB
    entries. The bytes before ``start`` in the first block are zeros until somebody else writes them.

    One thread writes blocks, and another hashes them. They run without the interpreter's lock and end with the writer.
    An error of the file is raised by a later ``write``, or by ``finish``.
    """

    def __init__(self, file: BinaryIO, start: int) -> None:
        self.size = 0
        self._file = file
        self._block = memoryview(bytearray(BLOCK))
        self._first = self._used = start % BLOCK
        self._hash = hashlib.sha256()
        self._writing, self._hashing = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._pending: deque[tuple[memoryview, Future[int], Future[None]]] = deque()
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
                self._block = self._free()

    def finish(self) -> bytes:
        """Write the rest; returns the SHA-256 of all that was appended."""
        self._flush()
        while self._pending:
            self._first_done()
        self._writing.shutdown()
        self._hashing.shutdown()
        return self._hash.digest()

    def _flush(self) -> None:
        block, first, used = self._block, self._first, self._used
        written = self._writing.submit(self._file.write, block[:used])
        self._pending.append((block, written, self._hashing.submit(self._hash.update, block[first:used])))
        self._first = self._used = 0

    def _free(self) -> memoryview:
        """A block to fill: a new one while few blocks wait, else the oldest one as soon as it is written and hashed."""
        return self._first_done() if len(self._pending) == _PENDING else memoryview(bytearray(BLOCK))

    def _first_done(self) -> memoryview:
        block, written, hashed = self._pending.popleft()
        written.result()
        hashed.result()
        return block
