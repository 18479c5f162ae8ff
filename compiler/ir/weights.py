"""The ``.bin`` of an IR: tensors at aligned offsets, each distinct one once; read as a map of the file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.file_map import content_of
from dldt.compiler.ir.limits import MAX_BIN_BYTES, MAX_RANK, MAX_TENSOR_ELEMENTS
from dldt.compiler.safe_open import open_regular
from dldt.compiler.types import Array, DType

ALIGNMENT = 64
STEP = 16 << 20


class WeightsWriter:
    """Appends tensors to an open file; the offset and the size of each, in bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = 0
        self._known: dict[tuple[bytes, int], int] = {}

    def add(self, array: Array) -> tuple[int, int]:
        """Where the bytes of ``array`` (C order, little-endian) are: written now, or found among those written."""
        content = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        key = (hashlib.blake2b(content).digest(), len(content))
        if key not in self._known:
            self._known[key] = self._append(content)
        return self._known[key], len(content)

    def _append(self, content: memoryview) -> int:
        offset = -(-self._end // ALIGNMENT) * ALIGNMENT
        self._file.write(bytes(offset - self._end))
        for start in range(0, len(content), STEP):
            self._file.write(content[start : start + STEP])
        self._end = offset + len(content)
        return offset


class Weights:
    """The weights file of an IR, mapped read-only where it is large: tensors are views."""

    def __init__(self, path: Path, *, required: bool) -> None:
        self.path = path
        self._buffer = self._map() if required or path.exists() else None

    def _map(self) -> Array:
        with open_regular(self.path, max_bytes=MAX_BIN_BYTES) as file:
            return np.frombuffer(content_of(file, str(self.path)), np.uint8)

    def tensor(self, dtype: DType, shape: Sequence[int], offset: int, size: int) -> Array:
        """The tensor of ``size`` bytes at ``offset``. Raises InputError where it does not fit its shape or the file."""
        needed = checked_size(dtype, shape)
        if size != needed and not (needed == 0 and size == 1):  # OpenVINO gives an empty tensor one byte
            text = "x".join(map(str, shape)) or "scalar"
            raise InputError(f"its size is {size} bytes, but {dtype} {text} has {needed}; the file is damaged")
        if needed == 0:
            return np.empty(tuple(shape), dtype.numpy)
        if self._buffer is None:
            raise InputError(f"its data is in {self.path}, and there is no such file; put the .bin beside the .xml")
        if offset < 0 or offset + size > len(self._buffer):
            raise InputError(
                f"its data (bytes {offset} to {offset + size}) lies outside {self.path}, "
                f"which has {len(self._buffer)} bytes; the .bin is truncated or belongs to another model"
            )
        raw = self._buffer[offset : offset + size]
        if dtype is DType.boolean and raw.max() > 1:
            raise InputError("a boolean tensor has bytes other than 0 and 1; the .bin is damaged")
        return raw.view(dtype.numpy).reshape(tuple(shape))


def checked_size(dtype: DType, shape: Sequence[int]) -> int:
    """The bytes of a tensor. Raises InputError for a shape that no sound file has."""
    if len(shape) > MAX_RANK:
        raise InputError(f"its rank is {len(shape)}, more than {MAX_RANK}")
    if any(dim < 0 for dim in shape):
        raise InputError(f"its shape {list(shape)} has a negative dimension")
    elements = math.prod(shape)
    if elements > MAX_TENSOR_ELEMENTS or max(shape, default=0) > MAX_TENSOR_ELEMENTS:
        raise InputError(f"its shape {list(shape)} has too many elements")
    return elements * dtype.size
