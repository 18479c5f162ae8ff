"""Large weights stay in the model file: they become external data of the file itself before protobuf copies them."""

from __future__ import annotations

from itertools import islice
from typing import Any

from dldt.frontends.engine.protobuf import BYTES, Fields, field_head, varint

LARGE = 1 << 16
"""Bytes of raw data from which on a tensor's are lifted out of its message."""

_Parts = list[bytes | memoryview]

# The numbers of the fields that lead to a tensor; an empty table stands for the TensorProto itself.
_TENSOR: dict[int, Any] = {}
_MODEL: dict[int, Any] = {7: {1: {5: {5: _TENSOR}}, 5: _TENSOR}}  # graph: node: attribute: t; graph: initializer
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14
# With any other field a tensor is not lifted: dims, data_type, name, doc_string.
_PLAIN = {1, 2, 8, 12}
_MOST_IN_TENSOR = 100


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
        self._fields = Fields(data)

    def message(self, start: int, end: int, inner: dict[int, Any]) -> _Parts:
        """The message between two offsets; ``inner`` are the fields to look into. Its depth is that of the table."""
        if inner is _TENSOR:
            return self._tensor(start, end)
        parts: _Parts = []
        copied = start
        for field in self._fields.walk(start, end):
            if field.number in inner and field.wire == BYTES and field.end - field.begin >= LARGE:
                changed = self.message(field.begin, field.end, inner[field.number])
                parts += [self._data[copied : field.at], *_field(field.number, changed)]
                copied = field.end
        return [*parts, self._data[copied:end]]

    def _tensor(self, start: int, end: int) -> _Parts:
        fields = list(islice(self._fields.walk(start, end), _MOST_IN_TENSOR))
        raw = [field for field in fields if field.number == _RAW_DATA]
        others = {field.number for field in fields} - {_RAW_DATA}
        whole = bool(fields) and fields[-1].end == end
        if not whole or len(raw) != 1 or not others <= _PLAIN:
            return [self._data[start:end]]
        size = raw[0].end - raw[0].begin
        if raw[0].wire != BYTES or size < LARGE:
            return [self._data[start:end]]
        entries = {b"location": self._location, b"offset": b"%d" % raw[0].begin, b"length": b"%d" % size}
        parts: _Parts = [self._data[start : raw[0].at], self._data[raw[0].end : end]]
        for key, value in entries.items():
            parts += _field(_EXTERNAL_DATA, [*_field(1, [key]), *_field(2, [value])])
        return [*parts, varint(_DATA_LOCATION << 3), varint(1)]


def _field(number: int, content: _Parts) -> _Parts:
    return [field_head(number, sum(map(len, content))), *content]
