"""Large weights stay in the model file: they become external data of the file itself before protobuf copies them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

LARGE = 1 << 16
"""Bytes of raw data from which on a tensor's are lifted out of its message."""

_Parts = list[bytes | memoryview]

# The numbers of the fields that lead to a tensor; an empty table stands for the TensorProto itself.
_TENSOR: dict[int, Any] = {}
_MODEL: dict[int, Any] = {7: {1: {5: {5: _TENSOR}}, 5: _TENSOR}}  # graph: node: attribute: t; graph: initializer
_BYTES = 2
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14
# With any other field a tensor is not lifted: dims, data_type, name, doc_string.
_PLAIN = {1, 2, 8, 12}
_MOST_IN_TENSOR = 100
_MOST = 1 << 20


def lift_weights(model: memoryview, location: str) -> bytes:
    """A ModelProto, shorter: raw data of ``LARGE`` bytes and more in initialisers and constants becomes external data.

    ``model`` → the same message, in which such a tensor names its place in the file ``location``, as if it had always
    been there: offset and length. Everything else is copied as it is. So is all of a message that is not sound, or has
    more than 2**20 fields to walk over: what is wrong is for protobuf to find.
    """
    try:
        return b"".join(_Lift(model, location.encode()).message(0, len(model), _MODEL))
    except ValueError:
        return bytes(model)


class _Lift:
    def __init__(self, data: memoryview, location: bytes) -> None:
        self._data = data
        self._location = location
        self._left = _MOST

    def message(self, start: int, end: int, inner: dict[int, Any]) -> _Parts:
        """The message between two offsets; ``inner`` are the fields to look into. Its depth is that of the table."""
        if inner is _TENSOR:
            return self._tensor(start, end)
        parts: _Parts = []
        copied = start
        for at, number, wire, body, stop in self._fields(start, end):
            if number in inner and wire == _BYTES and stop - body >= LARGE:
                parts += [self._data[copied:at], *_field(number, self.message(body, stop, inner[number]))]
                copied = stop
        return [*parts, self._data[copied:end]]

    def _tensor(self, start: int, end: int) -> _Parts:
        fields = list(islice(self._fields(start, end), _MOST_IN_TENSOR))
        raw = [field for field in fields if field[1] == _RAW_DATA]
        others = {number for _, number, *_ in fields} - {_RAW_DATA}
        whole = bool(fields) and fields[-1][-1] == end
        if not whole or len(raw) != 1 or not others <= _PLAIN:
            return [self._data[start:end]]
        ((at, _, wire, body, stop),) = raw
        if wire != _BYTES or stop - body < LARGE:
            return [self._data[start:end]]
        entries = {b"location": self._location, b"offset": b"%d" % body, b"length": b"%d" % (stop - body)}
        parts: _Parts = [self._data[start:at], self._data[stop:end]]
        for key, value in entries.items():
            parts += _field(_EXTERNAL_DATA, [*_field(1, [key]), *_field(2, [value])])
        return [*parts, _varint(_DATA_LOCATION << 3), _varint(1)]

    def _fields(self, start: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
        """Where each field begins, its number and wire type, where its content begins and ends. Raises ValueError."""
        at = start
        while at < end:
            self._left -= 1
            if not self._left:
                raise ValueError("too many fields")
            tag, body = self._number(at, end)
            wire = tag & 7
            if wire == _BYTES:
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
            yield at, tag >> 3, wire, body, stop
            at = stop

    def _number(self, at: int, end: int) -> tuple[int, int]:
        """The varint at an offset, and where it ends."""
        value = 0
        for place, byte in enumerate(self._data[at : min(at + 10, end)]):
            value |= (byte & 127) << 7 * place
            if byte < 128:
                return value, at + place + 1
        raise ValueError("a number does not end")


def _field(number: int, content: _Parts) -> _Parts:
    return [_varint(number << 3 | _BYTES), _varint(sum(map(len, content))), *content]


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])
