"""A file of parameters (.params, .nd): a list of arrays, then their names."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.safe_open import map_regular
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.sniff import looks_like
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.mxnet.element_types import ELEMENT_TYPES
from dldt.frontends.mxnet.list_magic import LIST_MAGIC

_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_MAX_BYTES = 1 << 40
_MAX_RANK = 32
_MAX_NAME = 4096
_SPARSE = {1: ("row_sparse", 1), 2: ("csr", 2)}
"""Storage types by number: what they are called, and how many arrays of positions they have."""
_DENSE = (-1, 0)


def read_params(path: Path) -> dict[str, TensorRecord]:
    """The arrays of a file by their names, without ``arg:`` and ``aux:``; their elements are views of the file.

    Sparse ones are told when they are read. Raises InputError.
    """
    data = map_regular(path, max_bytes=_MAX_BYTES)
    cursor = _Cursor(path, data)
    if len(data) < 16 or cursor.number("<Q") != LIST_MAGIC:
        kind = looks_like(bytes(data[:512]))
        about = f"it looks like {kind}" if kind else "it does not begin with the number of a list of arrays"
        raise InputError(f"{path}: not a file of MXNet's parameters: {about}")
    cursor.number("<Q")  # reserved
    readers = [_array(cursor) for _ in range(cursor.count("arrays", 4))]
    names = [cursor.text() for _ in range(cursor.count("names", 8))]
    if len(names) != len(readers):
        raise InputError(f"{path}: there are {len(readers)} arrays and {len(names)} names")
    found: dict[str, TensorRecord] = {}
    for name, read in zip(names, readers, strict=True):
        plain = name.removeprefix("arg:") if name.startswith("arg:") else name.removeprefix("aux:")
        if plain in found:
            raise InputError(f"{path}: there are two arrays named {shown(plain)}")
        found[plain] = TensorRecord(_told(path, plain, read))
    return found


def _told(path: Path, name: str, read: Callable[[], Array]) -> Callable[[str], Array]:
    def told(_: str) -> Array:
        try:
            return read()
        except (InputError, UnsupportedError) as error:
            raise type(error)(f"{path}: parameter {shown(name)}: {error}") from error

    return told


@attrs.define
class _Cursor:
    """A place in the file that goes forward. Nothing is read beyond the end."""

    path: Path
    data: memoryview
    at: int = 0

    def number(self, format: str) -> int:
        size = struct.calcsize(format)
        return int(struct.unpack(format, self.take(size))[0])

    def take(self, size: int) -> memoryview:
        if size > len(self.data) - self.at:
            raise InputError(
                f"{self.path}: the file is truncated or damaged: {size:,} bytes are needed at {self.at:,}, "
                f"{len(self.data) - self.at:,} are left"
            )
        self.at += size
        return self.data[self.at - size : self.at]

    def count(self, what: str, least: int) -> int:
        """A number of items of at least so many bytes."""
        found = self.number("<Q")
        if found > (len(self.data) - self.at) // least:
            raise InputError(f"{self.path}: the file is truncated or damaged: it says that it has {found:,} {what}")
        return found

    def text(self) -> str:
        size = self.number("<Q")
        if size > _MAX_NAME:
            raise InputError(f"{self.path}: the name of an array has {size:,} bytes, {_MAX_NAME} are allowed")
        try:
            return bytes(self.take(size)).decode()
        except UnicodeDecodeError as error:
            raise InputError(f"{self.path}: the name of an array is not UTF-8") from error

    def shape(self, rank: int, format: str) -> tuple[int, ...]:
        if not 0 <= rank <= _MAX_RANK:
            raise InputError(f"{self.path}: an array at {self.at:,} has rank {rank}, {_MAX_RANK} are allowed")
        size = struct.calcsize(format)
        return struct.unpack(f"<{rank}{format}", self.take(rank * size))


def _array(cursor: _Cursor) -> Callable[[], Array]:
    """What makes the next array; the cursor is behind it afterwards."""
    magic = cursor.number("<I")
    if magic not in (_V1, _V2, _V3):
        # before versions: its rank stands here, and an array without one has nothing behind it
        return _dense(cursor, cursor.shape(magic, "I")) if magic else _nothing
    positions = 0
    if magic in (_V2, _V3):
        storage = cursor.number("<i")
        if storage not in (*_DENSE, *_SPARSE):
            raise InputError(f"{cursor.path}: an array at {cursor.at:,} has the unknown storage type {storage}")
        positions = _SPARSE[storage][1] if storage in _SPARSE else 0
        if positions:
            stored = cursor.shape(cursor.number("<i"), "q")
            return _sparse(cursor, _SPARSE[storage][0], positions, stored)
    rank = cursor.number("<i")
    if rank < 0 if magic == _V3 else rank == 0:
        return _nothing
    return _dense(cursor, cursor.shape(rank, "q"))


def _nothing() -> Array:
    raise InputError("it has neither shape nor elements")


def _element_type(cursor: _Cursor) -> tuple[DType, int]:
    code = cursor.number("<i")
    if code not in ELEMENT_TYPES:
        raise InputError(f"{cursor.path}: an array at {cursor.at:,} has the unknown element type {code}")
    return ELEMENT_TYPES[code], code


def _size(cursor: _Cursor, shape: tuple[int, ...], dtype: DType) -> int:
    if any(dim < 0 for dim in shape):
        raise InputError(f"{cursor.path}: an array at {cursor.at:,} has the shape {list(shape)}, which is none")
    return math.prod(shape) * dtype.size


def _dense(cursor: _Cursor, shape: tuple[int, ...]) -> Callable[[], Array]:
    cursor.take(8)  # the device
    dtype, _ = _element_type(cursor)
    data = cursor.take(_size(cursor, shape, dtype))

    def read() -> Array:
        stored = np.uint8 if dtype is DType.boolean else dtype.numpy
        array = np.frombuffer(data, stored).reshape(shape)
        return array.astype(np.bool_) if dtype is DType.boolean else np.require(array, requirements="A")

    return read


def _sparse(cursor: _Cursor, kind: str, positions: int, stored: tuple[int, ...]) -> Callable[[], Array]:
    """Passes over a sparse array: its shape, types, elements and positions."""
    cursor.shape(cursor.number("<i"), "q")
    cursor.take(8)
    sizes = [_size(cursor, stored, _element_type(cursor)[0])]
    for _ in range(positions):
        dtype, _ = _element_type(cursor)
        sizes.append(_size(cursor, cursor.shape(cursor.number("<i"), "q"), dtype))
    for size in sizes:
        cursor.take(size)

    def read() -> Array:
        raise UnsupportedError(
            f"it is stored as {kind}; store it dense: array.tostype('default') for each array, then mx.nd.save"
        )

    return read
