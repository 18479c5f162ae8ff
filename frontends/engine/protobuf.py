"""The wire format of protobuf, walked over without a schema: where each field of a message lies."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

BYTES = 2
"""The wire type of texts, bytes and messages."""


@attrs.frozen
class Field:
    """A field: where it begins, its number and wire type, where its content begins and ends."""

    at: int
    number: int
    wire: int
    begin: int
    end: int


class Fields:
    """The fields of the messages in ``data``; at most ``most`` are walked over in all."""

    def __init__(self, data: memoryview, most: int = 1 << 20) -> None:
        self._data = data
        self._left = most

    def walk(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message between two offsets. Raises ValueError on a message that is not sound."""
        at = start
        while at < end:
            self._left -= 1
            if not self._left:
                raise ValueError("too many fields")
            tag, body = self._number(at, end)
            wire = tag & 7
            if wire == BYTES:
                size, body = self._number(body, end)
                stop = body + size
            elif wire == 0:
                stop = self._number(body, end)[1]
            elif wire in (1, 5):
                stop = body + (8 if wire == 1 else 4)
            else:
                raise ValueError(f"wire type {wire}")
            if stop > end:
                raise ValueError("a field goes beyond its message")
            yield Field(at, tag >> 3, wire, body, stop)
            at = stop

    def _number(self, at: int, end: int) -> tuple[int, int]:
        """The varint at an offset, and where it ends."""
        value = 0
        for place, byte in enumerate(self._data[at : min(at + 10, end)]):
            value |= (byte & 127) << 7 * place
            if byte < 128:
                return value, at + place + 1
        raise ValueError("a number does not end")


def varint(value: int) -> bytes:
    """A number as it is written."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def field_head(number: int, size: int) -> bytes:
    """What stands before ``size`` bytes that are field ``number``."""
    return varint(number << 3 | BYTES) + varint(size)
