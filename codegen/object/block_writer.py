"""A stream that reaches its file in large pages, written and hashed while the next pages are made."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

BLOCK = 1 << 21
"""Bytes of a write, and what its place in the file is a multiple of: the size of a large page on every target."""
_PENDING = 4
"""Blocks that may wait to be written and hashed."""


class BlockWriter:
    """Writes and hashes a stream that begins at the offset ``start`` of ``file``, a whole block at a time.

    Linux keeps a file in its memory in pages as large as the writes that brought it there, and maps them as such: the
    first inference then faults once in 2 MiB of weights, not once in 64 KiB, and the processor finds their addresses
    in fewer entries. What lies before ``start`` in the first block is zeros until somebody else writes it.

    Blocks are written by a thread and hashed by another, which need no interpreter for it and end with the writer. An
    error of the file is raised by a later ``write``, or by ``finish``.
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
        """Write what is left; the SHA-256 of all that was appended."""
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
        """A block to fill: a new one while few wait, else the first of them as soon as it is done with."""
        return self._first_done() if len(self._pending) == _PENDING else memoryview(bytearray(BLOCK))

    def _first_done(self) -> memoryview:
        block, written, hashed = self._pending.popleft()
        written.result()
        hashed.result()
        return block
