"""A tensor of a .tflite file: type, shape, quantisation and content."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tflite.element_types import PACKED, element_type
from dldt.frontends.tflite.flatbuffer import Table
from dldt.frontends.tflite.sparse import densified

_MAX_ELEMENTS = 1 << 40
_MAX_RANK = 64


@attrs.frozen
class TensorQuantization:
    """Numbers that are ``(integer - zero) * scale``, with one of each or one a place along ``axis``."""

    scale: tuple[float, ...]
    zero: tuple[int, ...]
    axis: int
    fault: Fault | None = None
    """Why it cannot be applied."""

    @property
    def alike(self) -> tuple[object, ...]:
        """What tensors have in common whose integers stand for the same numbers."""
        axis = self.axis if len(self.scale) > 1 else 0
        return (tuple(np.float32(s) for s in self.scale), self.zero, axis)


@attrs.frozen(eq=False)
class FileTensor:
    """A tensor as the file describes it; ``data``: its bytes, where it is a constant."""

    label: str
    dtype: DType | Fault
    shape: tuple[int, ...]
    signature: tuple[int | None, ...] | None
    """The shape with None for a free dim; None at all where the file does not tell the rank."""
    quantization: TensorQuantization | None
    data: memoryview | None
    sparsity: Table | None
    is_variable: bool

    @classmethod
    def of(cls, table: Table, data: memoryview | None) -> FileTensor:
        """The tensor that a table describes."""
        shape, given = table["shape"], table["shape_signature"]
        signature: tuple[int | None, ...] | None = tuple(shape)
        if given and len(given) == len(shape):
            signature = tuple(None if dim < 0 else dim for dim in given)
        return cls(
            label=table["type"],
            dtype=element_type(table["type"]),
            shape=shape,
            signature=signature,
            quantization=_quantization(table["quantization"]),
            data=data,
            sparsity=table["sparsity"],
            is_variable=table["is_variable"],
        )

    @property
    def declared(self) -> DeclaredType:
        """Its type, as the engine takes it."""
        return DeclaredType(self.dtype, self.signature)

    @property
    def is_quantized(self) -> bool:
        """Whether its integers stand for other numbers."""
        return self.quantization is not None and self.dtype in (DType.i8, DType.u8, DType.i16, DType.u16)

    @property
    def record(self) -> TensorRecord:
        """Its content, read where an importer needs it."""
        return TensorRecord(self.read)

    def read(self, what: str) -> Array:
        """Its content. Raises InputError, UnsupportedError."""
        if isinstance(self.dtype, Fault):
            raise self.dtype.error(f"{what}")
        if self.data is None:
            raise InputError(f"{what}: the file holds no content for it")
        count = 1
        for dim in self.shape:
            count *= dim
        if len(self.shape) > _MAX_RANK or any(dim < 0 for dim in self.shape) or count > _MAX_ELEMENTS:
            raise InputError(f"{what}: no constant has the shape {list(self.shape)}")
        if self.sparsity is not None:
            return densified(self._elements(None, what), self.shape, self.sparsity, what)
        return self._elements(count, what).reshape(self.shape)

    def _elements(self, count: int | None, what: str) -> Array:
        """The stored elements; ``count``: how many there must be."""
        assert self.data is not None
        assert isinstance(self.dtype, DType)
        if self.label in PACKED:
            return _unpacked(self.data, PACKED[self.label], self.dtype, count, what)
        size = self.dtype.size
        if len(self.data) % size or count not in (None, len(self.data) // size):
            raise InputError(f"{what}: {len(self.data)} bytes are stored, shape {list(self.shape)} needs others")
        if self.dtype is not DType.boolean:
            return np.frombuffer(self.data, self.dtype.numpy)
        return np.frombuffer(self.data, np.uint8).astype(np.bool_)


def _quantization(table: Table | None) -> TensorQuantization | None:
    if table is None:
        return None
    scale, zero = table["scale"], table["zero_point"]
    if table["details_type"]:
        return TensorQuantization(
            (1.0,), (0,), 0, Fault(UnsupportedError, "is quantised in blocks, which is not supported")
        )
    if not scale:
        return None
    fault = None
    if len(zero) not in (0, 1, len(scale)) or not all(0 < s < np.inf for s in scale):
        fault = Fault(InputError, f"is quantised by {len(scale)} scales and {len(zero)} zero points that do not fit")
    return TensorQuantization(scale, zero or (0,), table["quantized_dimension"], fault)


def _unpacked(data: memoryview, width: int, dtype: DType, count: int | None, what: str) -> Array:
    """Elements of less than 8 bits, the first of a byte in its lowest bits."""
    each = 8 // width
    total = len(data) * each if count is None else count
    if len(data) != -(-total // each):
        raise InputError(f"{what}: {len(data)} bytes are stored, {total} elements of {width} bits need another number")
    stored = np.frombuffer(data, np.uint8)
    codes = np.stack([stored >> (width * i) & ((1 << width) - 1) for i in range(each)], -1).ravel()[:total]
    if dtype is DType.u8:
        return codes.astype(np.uint8)
    half = 1 << (width - 1)
    return ((codes.astype(np.int16) + half) % (2 * half) - half).astype(np.int8)
