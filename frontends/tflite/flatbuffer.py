"""Reads a flatbuffer by a schema: every offset is checked, and the work is bounded by the size of the file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from dldt.compiler.errors import InputError
from dldt.frontends.tflite.schema import LABELS, SCHEMA, UNIONS, SchemaField

_NAMES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float", "double")
_SCALARS = dict(zip(_NAMES, "?bBhHiIqQfd", strict=True))
_WIDE_ENUMS = {"BuiltinOperator": "i", "StablehloPrecisionConfig": "I", "StablehloComparisonDirection": "I"}
_WIDE_ENUMS |= {"StablehloComparisonType": "I", "ReduceWindowFunction": "i"}
_SPARE = 1 << 16
_SHARED = 8
"""How often, on average, bytes may be read that several tables share."""


class Flatbuffer:
    """The bytes of a file. ``left``: bytes that may still be read; a file whose tables point to each other again and
    again would else ask for any amount of work."""

    def __init__(self, data: memoryview, what: str) -> None:
        self.data = data
        self.what = what
        self._left = _SHARED * len(data) + _SPARE

    def root(self, kind: str) -> Table:
        """The table of that kind with which the file begins."""
        return self.table(self.offset(0), kind)

    def table(self, at: int, kind: str) -> Table:
        """The table at a place."""
        return Table(self, at, kind)

    def unpack(self, code: str, at: int) -> Any:
        """A number of a type of ``struct`` at a place."""
        size = struct.calcsize(code)
        self.claim(at, size)
        return struct.unpack_from(f"<{code}", self.data, at)[0]

    def offset(self, at: int) -> int:
        """The place to which the offset at a place leads."""
        return at + int(self.unpack("I", at))

    def claim(self, at: int, size: int) -> None:
        """Raise InputError where the bytes are not there, or too many were read already."""
        if at < 0 or at + size > len(self.data):
            raise self.damaged(f"{size} bytes at {at} are outside the file of {len(self.data)} bytes")
        self._left -= size
        if self._left < 0:
            raise self.damaged("its tables refer to each other so often that reading it would have no end")

    def damaged(self, why: str) -> InputError:
        """The error to raise."""
        return InputError(f"{self.what}: not a sound TensorFlow Lite model: {why}")


class Table:
    """A table of the file: fields by name, read when they are asked for."""

    def __init__(self, file: Flatbuffer, at: int, kind: str) -> None:
        self.kind = kind
        self._file = file
        self._at = at
        self._fields = {field.name: field for field in SCHEMA[kind]}
        vtable = at - int(file.unpack("i", at))
        size = int(file.unpack("H", vtable))
        if size < 4 or size % 2:
            raise file.damaged(f"a {kind} has a list of fields of {size} bytes")
        file.claim(vtable, size)
        self._slots = struct.unpack_from(f"<{size // 2 - 2}H", file.data, vtable + 4)

    def has(self, name: str) -> bool:
        """Whether the file has the field."""
        return self._place(self._fields[name]) is not None

    def items(self) -> Iterator[tuple[str, Any]]:
        """The fields that the file has, with their values."""
        for name in self._fields:
            if self.has(name):
                yield name, self[name]

    def __getitem__(self, name: str) -> Any:
        field = self._fields[name]
        at = self._place(field)
        if at is None:
            return field.default
        if field.vector:
            return self._vector(field, self._file.offset(at))
        if field.kind in UNIONS:
            return self._union(field, at)
        return self._single(field, at)

    def _place(self, field: SchemaField) -> int | None:
        slot = self._slots[field.slot] if field.slot < len(self._slots) else 0
        return self._at + slot if slot else None

    def _single(self, field: SchemaField, at: int) -> Any:
        if field.kind == "string":
            return self._string(self._file.offset(at))
        code = _code(field.kind)
        if code is None:
            return self._file.table(self._file.offset(at), field.kind)
        number = self._file.unpack(code, at)
        return _label(field, number) if field.kind in LABELS else number

    def _union(self, field: SchemaField, at: int) -> Table | None:
        number = int(self[f"{field.name}_type"])
        kind = LABELS[field.kind].get(number)
        if kind is None:
            raise self._file.damaged(f"{self.kind} has a table of the unknown kind {number} of {field.kind}")
        return None if number == 0 else self._file.table(self._file.offset(at), kind)

    def _string(self, at: int) -> str:
        return bytes(self._bytes(at, 1)).decode("utf-8", "backslashreplace")

    def _bytes(self, at: int, size: int) -> memoryview:
        """The elements, of ``size`` bytes each, of a vector."""
        count = int(self._file.unpack("I", at))
        self._file.claim(at + 4, count * size)
        return self._file.data[at + 4 : at + 4 + count * size]

    def _vector(self, field: SchemaField, at: int) -> Any:
        code = _code(field.kind)
        if field.kind == "uint8":
            return self._bytes(at, 1)
        if code is not None:
            numbers = np.frombuffer(self._bytes(at, struct.calcsize(code)), np.dtype(f"<{code}")).tolist()
            return tuple(_label(field, n) for n in numbers) if field.kind in LABELS else tuple(numbers)
        count = len(self._bytes(at, 4)) // 4
        places = [self._file.offset(at + 4 + 4 * i) for i in range(count)]
        if field.kind == "string":
            return tuple(self._string(place) for place in places)
        return tuple(self._file.table(place, field.kind) for place in places)


def _code(kind: str) -> str | None:
    """How a number of that kind is packed; None where it is none."""
    if kind in LABELS:
        return _WIDE_ENUMS.get(kind, "b")
    return _SCALARS.get(kind)


def _label(field: SchemaField, number: int) -> str:
    return LABELS[field.kind].get(number, f"{field.kind} {number}")
