"""Element types and tensor types."""

from __future__ import annotations

import enum
from typing import Any, TypeAlias

import attrs
import ml_dtypes
import numpy as np

from dldt.compiler.dims import MAX_COEFFICIENT, Dim, product
from dldt.compiler.errors import ShapeError, UnsupportedError

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[Any]]
Shape: TypeAlias = tuple[Dim, ...]

MAX_VALUE_ELEMENTS = 64


class DType(enum.Enum):
    """An element type; the value is its name in the OpenVINO IR."""

    f64 = "f64"
    f32 = "f32"
    f16 = "f16"
    bf16 = "bf16"
    i64 = "i64"
    i32 = "i32"
    i16 = "i16"
    i8 = "i8"
    u64 = "u64"
    u32 = "u32"
    u16 = "u16"
    u8 = "u8"
    boolean = "boolean"

    @property
    def numpy(self) -> np.dtype[np.generic]:
        """The numpy dtype, little-endian."""
        return _NUMPY[self]

    @property
    def size(self) -> int:
        """Bytes an element."""
        return _NUMPY[self].itemsize

    @property
    def mantissa(self) -> int:
        """The bits of a floating-point number's mantissa, the hidden one included; 0 for other types."""
        return _MANTISSA.get(self, 0)

    @property
    def is_float(self) -> bool:
        """Whether it is one of the floating-point types."""
        return self in (DType.f64, DType.f32, DType.f16, DType.bf16)

    @property
    def is_integer(self) -> bool:
        """Whether it is an integer type (boolean is not)."""
        return not self.is_float and self is not DType.boolean

    @property
    def is_signed(self) -> bool:
        """Whether it can hold negative numbers."""
        return self.is_float or self.value.startswith("i")

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest number of an integer type."""
        bits = 8 * self.size
        return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if self.is_signed else (0, (1 << bits) - 1)

    @classmethod
    def of(cls, dtype: object) -> DType:
        """The DType of a numpy dtype (or of what ``np.dtype`` takes); UnsupportedError for any other."""
        wanted = np.dtype(dtype)  # type: ignore[call-overload]  # it takes anything, or raises
        for member, candidate in _NUMPY.items():
            if candidate == wanted:
                return member
        raise UnsupportedError(f"tensors of element type {wanted} are not supported")

    def __str__(self) -> str:
        return self.value


_MANTISSA = {DType.f64: 53, DType.f32: 24, DType.f16: 11, DType.bf16: 8}
_NUMPY: dict[DType, np.dtype[np.generic]] = {
    DType.f64: np.dtype("<f8"),
    DType.f32: np.dtype("<f4"),
    DType.f16: np.dtype("<f2"),
    DType.bf16: np.dtype(ml_dtypes.bfloat16),
    DType.i64: np.dtype("<i8"),
    DType.i32: np.dtype("<i4"),
    DType.i16: np.dtype("<i2"),
    DType.i8: np.dtype("i1"),
    DType.u64: np.dtype("<u8"),
    DType.u32: np.dtype("<u4"),
    DType.u16: np.dtype("<u2"),
    DType.u8: np.dtype("u1"),
    DType.boolean: np.dtype("?"),
}


@attrs.frozen
class TensorType:
    """Element type and shape.

    ``value`` is the content of a small integer tensor in C order, where it is known; its items are dims, which may be
    symbolic. Through it shapes that a model computes are known. ``constant`` is the array of a Constant. Two types
    are equal whatever these two are."""

    dtype: DType
    shape: Shape
    value: tuple[Dim, ...] | None = attrs.field(default=None, eq=False, repr=False)
    constant: Array | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def rank(self) -> int:
        """The number of dims."""
        return len(self.shape)

    @property
    def elements(self) -> Dim:
        """The number of elements."""
        return product(self.shape)

    @property
    def is_static(self) -> bool:
        """Whether every dim is an int."""
        return all(isinstance(dim, int) for dim in self.shape)

    @property
    def static_shape(self) -> tuple[int, ...]:
        """The shape as ints; ShapeError where a dim is symbolic."""
        if not self.is_static:
            raise ShapeError(f"shape {self} is not static")
        return tuple(int(dim) for dim in self.shape)

    @property
    def content(self) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]] | None:
        """``value`` as an object array of this shape, or None where it is not known."""
        if self.value is None:
            return None
        array = np.empty(len(self.value), dtype=object)
        array[:] = self.value
        return array.reshape(self.static_shape)

    def with_value(self, value: object) -> TensorType:
        """The same type with a known content (an array-like of ints or dims), dropped where it is too large, or where a
        number is none of the element type: it is another one when the model runs."""
        array = np.asarray(value, dtype=object)
        if array.size > MAX_VALUE_ELEMENTS or self.dtype.is_float:
            return self
        least, most = self.dtype.bounds
        least, most = max(least, -MAX_COEFFICIENT), min(most, MAX_COEFFICIENT)
        if any(isinstance(item, int) and not least <= item <= most for item in array.ravel()):
            return self
        return attrs.evolve(self, value=tuple(_dim(item) for item in array.ravel()))

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


def _dim(item: object) -> Dim:
    return int(item) if isinstance(item, int | np.integer | np.bool_) else item  # type: ignore[return-value]  # a Poly
