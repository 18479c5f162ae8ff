"""Writes a file of parameters as MXNet 1.x does: dense arrays, then their names."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from dldt.compiler.errors import UsageError
from dldt.compiler.types import Array, DType
from dldt.frontends.mxnet.element_types import ELEMENT_TYPES
from dldt.frontends.mxnet.list_magic import LIST_MAGIC

_MAGIC = 0xF993FAC9
_CPU = (1, 0)


def write_params(path: Path, arrays: Mapping[str, Array]) -> None:
    """A file that is there is not written over. Raises UsageError."""
    parts = [struct.pack("<QQQ", LIST_MAGIC, 0, len(arrays))]
    for array in arrays.values():
        parts += [_array_header(array), array.tobytes()]
    parts.append(struct.pack("<Q", len(arrays)))
    for name in arrays:
        encoded = name.encode()
        parts.append(struct.pack("<Q", len(encoded)) + encoded)
    try:
        with path.open("xb") as file:
            file.write(b"".join(parts))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _array_header(array: Array) -> bytes:
    code = next(code for code, dtype in ELEMENT_TYPES.items() if dtype is DType.of(array.dtype))
    shape = struct.pack(f"<i{array.ndim}q", array.ndim, *array.shape)
    return struct.pack("<Ii", _MAGIC, 0) + shape + struct.pack("<iii", *_CPU, code)
