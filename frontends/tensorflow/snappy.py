"""Blocks that are compressed by Snappy → their bytes."""

from __future__ import annotations


def snappy(data: bytes, most: int) -> bytes:
    """The bytes that a block stands for, ``most`` at most. Raises ValueError on one that is not sound."""
    size, at = _size(data)
    if size > most:
        raise ValueError(f"it stands for {size} bytes, {most} are allowed")
    made = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            at = _literal(data, at, tag >> 2, made)
        else:
            at = _copy(data, at, tag, made)
        if len(made) > size:
            raise ValueError("it stands for more bytes than it says")
    if len(made) != size:
        raise ValueError(f"it stands for {len(made)} bytes, not for {size}")
    return bytes(made)


def _size(data: bytes) -> tuple[int, int]:
    """The length, and where it ends."""
    value = 0
    for place, byte in enumerate(data[:5]):
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, place + 1
    raise ValueError("its length does not end")


def _literal(data: bytes, at: int, length: int, made: bytearray) -> int:
    """Bytes as they are: the length less one, which stands in the bytes that follow where it is 60 or more."""
    if length >= 60:
        extra = length - 59
        length, at = int.from_bytes(data[at : at + extra], "little"), at + extra
    stop = at + length + 1
    if stop > len(data):
        raise ValueError("it ends in the middle of bytes")
    made += data[at:stop]
    return stop


def _copy(data: bytes, at: int, tag: int, made: bytearray) -> int:
    """Bytes that were there before; those that are made meanwhile count."""
    kind = tag & 3
    width = {1: 1, 2: 2, 3: 4}[kind]
    offset = int.from_bytes(data[at : at + width], "little") | ((tag >> 5) << 8 if kind == 1 else 0)
    length = (tag >> 2 & 7) + 4 if kind == 1 else (tag >> 2) + 1
    if not 0 < offset <= len(made):
        raise ValueError("it repeats bytes that are not there")
    start = len(made) - offset
    pattern = bytes(made[start : start + length])
    made += (pattern * (length // len(pattern) + 1))[:length]
    return at + width
