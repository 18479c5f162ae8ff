"""Element types in which numbers are only stored: 8-bit floats, and integers and floats of fewer bits."""

from __future__ import annotations

from typing import Any

import attrs
import ml_dtypes
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.types import Array, DType


@attrs.frozen
class StorageType:
    """An element type of ml_dtypes. An element lies in one of type ``bits``: an integer as it is, a float by its
    code."""

    name: str
    numpy: np.dtype[Any]
    bits: DType
    width: int

    @property
    def is_float(self) -> bool:
        """Whether its numbers are floating-point numbers."""
        return "float" in self.name

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest number of an integer type."""
        low = -(1 << (self.width - 1)) if self.bits is DType.i8 else 0
        return low, low + (1 << self.width) - 1

    @property
    def values(self) -> Array:
        """The number of every code, in f32."""
        codes = np.arange(1 << self.width, dtype=np.uint8)
        return codes.view(self.numpy).astype(np.float32)

    def raw(self, array: Array) -> Array:
        """An array of this type as one of ``bits``."""
        return array.view(np.uint8) if self.is_float else array.astype(self.bits.numpy)


_WIDTHS = {
    "float8_e4m3fn": 8,
    "float8_e4m3fnuz": 8,
    "float8_e5m2": 8,
    "float8_e5m2fnuz": 8,
    "float8_e8m0fnu": 8,
    "float4_e2m1fn": 4,
    "int4": 4,
    "uint4": 4,
    "int2": 2,
    "uint2": 2,
}
STORAGE_TYPES = tuple(
    StorageType(name, np.dtype(getattr(ml_dtypes, name)), DType.i8 if name[0] == "i" else DType.u8, width)
    for name, width in _WIDTHS.items()
)
"""All of them."""


@attrs.frozen
class StoredTensor:
    """A tensor of such a type, by its bits; it exists while a model is imported."""

    bits: Value
    kind: StorageType


def storage_type(dtype: np.dtype[Any]) -> StorageType | None:
    """The storage type of a numpy dtype, None for any other."""
    return next((each for each in STORAGE_TYPES if each.numpy == dtype), None)
