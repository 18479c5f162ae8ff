"""Tables of sorted keys, as LevelDB stores them: the index of a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError
from dldt.frontends.tensorflow.crc32c import crc32c, masked
from dldt.frontends.tensorflow.snappy import snappy

_MAGIC = bytes.fromhex("57fb808b247547db")
_FOOTER = 48
_MAX_BLOCK = 1 << 30
_MAX_ENTRIES = 1 << 20


def is_table(data: memoryview) -> bool:
    """Whether the file ends as such a table does."""
    return len(data) >= _FOOTER and bytes(data[-8:]) == _MAGIC


def table_entries(data: memoryview, file: Path) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values in order. Raises InputError on a table that is damaged."""
    try:
        yield from _entries(data)
    except (ValueError, IndexError) as error:
        raise InputError(f"{file}: the table of a checkpoint is damaged: {error}") from error


def _entries(data: memoryview) -> Iterator[tuple[bytes, bytes]]:
    if not is_table(data):
        raise ValueError("it does not end as a table does")
    footer = bytes(data[-_FOOTER:])
    at = 0
    for _ in range(2):  # the block of metadata is of no use here
        _, at = _number(footer, at)
    start, at = _number(footer, at)
    size, at = _number(footer, at)
    count = 0
    for _, handle in _block(data, start, size):
        start, at = _number(handle, 0)
        size, at = _number(handle, at)
        for entry in _block(data, start, size):
            budget().tick()
            count += 1
            if count > _MAX_ENTRIES:
                raise ValueError("it has too many entries")
            yield entry


def _block(data: memoryview, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a block: each key says how much it shares with the one before."""
    stop = start + size
    if stop + 5 > len(data):
        raise ValueError("a block lies outside the file")
    if masked(crc32c(data[start : stop + 1])) != int.from_bytes(data[stop + 1 : stop + 5], "little"):
        raise ValueError("a block has the wrong checksum")
    kind, content = data[stop], bytes(data[start:stop])
    if kind > 1:
        raise ValueError(f"a block has the compression {kind}, which is not known")
    if kind == 1:
        content = snappy(content, _MAX_BLOCK)
    end = len(content) - 4 - 4 * int.from_bytes(content[-4:], "little")
    if end < 0:
        raise ValueError("a block is too short")
    at, key = 0, b""
    while at < end:
        shared, at = _number(content, at)
        own, at = _number(content, at)
        length, at = _number(content, at)
        if shared > len(key) or at + own + length > end:
            raise ValueError("an entry goes beyond its block")
        key = key[:shared] + content[at : at + own]
        at += own
        yield key, content[at : at + length]
        at += length


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        byte = data[at + place]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    raise ValueError("a number does not end")
