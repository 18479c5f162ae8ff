"""A BlobProto in the bytes of a file → a tensor: its shape, and its numbers in any of four forms."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.types import Array
from dldt.frontends.engine.protobuf import BYTES, Field, Fields
from dldt.frontends.engine.tensor_record import TensorRecord

_LEGACY = {1: 0, 2: 1, 3: 2, 4: 3}
_SHAPE, _DATA, _DOUBLE_DATA, _RAW_TYPE, _RAW_DATA = 7, 5, 8, 10, 12
_FIXED32, _FIXED64 = 5, 1
_RAW_TYPES = {0: "<f8", 1: "<f4", 2: "<f2"}
_MAX_RANK = 32
_MAX_CHUNKS = 1 << 10


@attrs.frozen(eq=False)
class Blob:
    """Shape and number type of a blob, and where its numbers lie."""

    shape: tuple[int, ...]
    legacy: bool
    """Whether the shape is one of the four old numbers."""
    chunks: tuple[Array, ...]

    @classmethod
    def of(cls, data: memoryview, start: int, end: int, most: int) -> Blob:
        """The blob between two offsets. Raises ValueError on one that is not sound."""
        old = [0, 0, 0, 0]
        shape: list[int] | None = None
        kind = 1
        chunks: list[Array] = []
        raw: list[tuple[int, int]] = []
        at = start
        while at < end:
            fields = Fields(data, most)
            for field in fields.walk(at, end):
                at = field.end
                if field.number in _LEGACY and field.wire == 0:
                    old[_LEGACY[field.number]] = _varint(data, field)
                elif field.number == _SHAPE and field.wire == BYTES:
                    shape = _dims(data, field)
                elif field.number in (_DATA, _DOUBLE_DATA):
                    chunks.append(_numbers(data, field, end))
                    if len(chunks) > _MAX_CHUNKS:
                        raise ValueError("the numbers of a blob lie in too many pieces")
                    at = field.end if field.wire == BYTES else field.at + chunks[-1].nbytes + chunks[-1].size
                    if at != field.end:
                        break  # walk on behind the run
                elif field.number == _RAW_TYPE and field.wire == 0:
                    kind = _varint(data, field)
                elif field.number == _RAW_DATA and field.wire == BYTES:
                    raw.append((field.begin, field.end))
        if raw and kind not in _RAW_TYPES:
            raise UnsupportedError(f"raw_data_type {kind} is not supported (half, float and double are)")
        chunks += [np.frombuffer(data[a:b], _RAW_TYPES[kind]) for a, b in raw]
        return cls(tuple(old if shape is None else shape), shape is None, tuple(chunks))

    @property
    def elements(self) -> int:
        """How many numbers are there."""
        return sum(chunk.size for chunk in self.chunks)

    def array(self, what: str) -> Array:
        """The numbers as f32 in the blob's shape. Raises InputError where they do not fit it."""
        wanted = math.prod(self.shape)
        if self.elements != wanted:
            raise InputError(f"{what} has {self.elements} numbers, its shape {list(self.shape)} needs {wanted}")
        whole = self.chunks[0] if len(self.chunks) == 1 else np.concatenate([np.zeros(0, np.float32), *self.chunks])
        return np.ascontiguousarray(whole, np.float32).reshape(self.shape)

    def record(self) -> TensorRecord:
        """The blob as an initialiser."""
        return TensorRecord(self.array)


def _numbers(data: memoryview, field: Field, end: int) -> Array:
    """The numbers of a packed field, or those of the run of single ones that begins with it."""
    kind, wire = ("<f4", _FIXED32) if field.number == _DATA else ("<f8", _FIXED64)
    if field.wire == BYTES:
        return np.frombuffer(data[field.begin : field.end], kind)
    if field.wire != wire or field.begin != field.at + 1:
        raise ValueError(f"field {field.number} has wire type {field.wire}")
    form: Any = np.dtype([("tag", "u1"), ("number", kind)])
    count = (end - field.at) // form.itemsize
    items = np.frombuffer(data[field.at : field.at + count * form.itemsize], form)
    others = np.flatnonzero(items["tag"] != data[field.at])
    return np.ascontiguousarray(items["number"][: others[0] if others.size else count])


def _dims(data: memoryview, field: Field) -> list[int]:
    """The repeated numbers of a BlobShape, packed or not."""
    dims: list[int] = []
    for inner in Fields(data, 4 * _MAX_RANK).walk(field.begin, field.end):
        if inner.number != 1:
            continue
        if inner.wire == 0:
            dims.append(_varint(data, inner))
        elif inner.wire == BYTES:
            dims += _packed(bytes(data[inner.begin : min(inner.end, inner.begin + 10 * _MAX_RANK)]))
    if len(dims) > _MAX_RANK or any(dim < 0 for dim in dims):
        raise ValueError(f"shape {dims[:_MAX_RANK]}")
    return dims


def _varint(data: memoryview, field: Field) -> int:
    (value,) = _packed(bytes(data[field.begin : field.end]))
    return value


def _packed(content: bytes) -> list[int]:
    """Varints one behind the other, as signed numbers of 64 bits."""
    found, value, place = [], 0, 0
    for byte in content:
        value |= (byte & 127) << place
        place += 7
        if byte < 128:
            value &= (1 << 64) - 1
            found.append(value - (1 << 64) if value >> 63 else value)
            value, place = 0, 0
    return found
