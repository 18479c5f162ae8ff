import errno
import hashlib
import io
import threading

import numpy as np
import pytest

from dldt.codegen.object.block_writer import BLOCK, BlockWriter


class _Recorder(io.BytesIO):
    """Remembers where each write began, and its length."""

    def __init__(self):
        super().__init__()
        self.writes = []

    def write(self, data):
        self.writes.append((self.tell(), len(data)))
        return super().write(data)


@pytest.mark.parametrize("start", [0, 4096, BLOCK - 1, BLOCK, BLOCK + 5])
@pytest.mark.parametrize("sizes", [[], [1], [0, 64, 100], [BLOCK], [3 * BLOCK + 7, 5, BLOCK - 9], [70_000] * 90])
def test_a_stream_reaches_the_file_in_whole_blocks(start, sizes):
    rng = np.random.default_rng(sum(sizes) + start)
    pieces = [rng.integers(0, 256, size, np.uint8) for size in sizes]
    data = b"".join(piece.tobytes() for piece in pieces)
    file = _Recorder()
    writer = BlockWriter(file, start)
    for piece in pieces:
        writer.write(piece.data)
    digest = writer.finish()
    assert file.getvalue()[start:] == data
    assert not any(file.getvalue()[:start])
    assert writer.size == len(data)
    assert digest == hashlib.sha256(data).digest()
    assert all(place % BLOCK == 0 for place, _ in file.writes)
    assert all(length == BLOCK for _, length in file.writes[:-1])


class _Full(io.BytesIO):
    """A disk that is full after a number of blocks."""

    def __init__(self, blocks):
        super().__init__()
        self.blocks = blocks

    def write(self, data):
        if self.tell() >= self.blocks * BLOCK:
            raise OSError(errno.ENOSPC, "no space left on device")
        return super().write(data)


@pytest.mark.parametrize("blocks", [0, 1, 9])
def test_an_error_of_the_file_is_raised(blocks):
    writer = BlockWriter(_Full(blocks), 0)
    with pytest.raises(OSError, match="no space left on device"):  # noqa: PT012 - by any write, or in the end
        for _ in range(10):
            writer.write(memoryview(bytes(BLOCK)))
        writer.finish()


def test_no_thread_is_left():
    before = set(threading.enumerate())
    writer = BlockWriter(io.BytesIO(), 0)
    writer.write(memoryview(bytes(3 * BLOCK)))
    del writer  # as after an error
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
    writer = BlockWriter(io.BytesIO(), 0)
    writer.write(memoryview(bytes(3 * BLOCK)))
    writer.finish()
    assert set(threading.enumerate()) == before
