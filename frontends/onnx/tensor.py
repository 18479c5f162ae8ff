"""Tensors of a model file as arrays: every size is checked before anything is allocated."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.stored import StorageType
from dldt.frontends.onnx.element_types import STORAGE_CODES, TYPED_FIELDS, element_type, storage_field
from dldt.frontends.onnx.external import ExternalFiles

_MAX_ELEMENTS = 1 << 40
_MAX_RANK = 64
_MAX_DENSE = 1 << 28


def read_tensor(proto: Any, files: ExternalFiles, what: str = "") -> Array:
    """A TensorProto as an array: a view of the raw bytes, or of the mapped external file, where there are such.

    Refuses negative dims, more than 2**40 elements, and storage that is shorter or longer than type and shape say.
    ``what`` begins the messages. Raises InputError, UnsupportedError.
    """
    what = what or f"tensor {shown(proto.name)}"
    shape, count = _shape(proto.dims, what)
    stored_kind = STORAGE_CODES.get(proto.data_type)
    if stored_kind is not None:
        return _packed(proto, stored_kind, count, files, what).reshape(shape)
    dtype = element_type(proto.data_type, what)
    if proto.HasField("segment"):
        raise InputError(f"{what}: tensors stored in segments are not valid in a model")
    external = proto.data_location == TensorProto.EXTERNAL
    stored = [name for name in TYPED_FIELDS if len(getattr(proto, name))]
    stored += ["raw_data"] if proto.HasField("raw_data") and (count or proto.raw_data) else []
    if external and stored:
        raise InputError(f"{what}: has external data and {stored[0]}, only one may be there")
    lifted = files.lifted(proto, what) if external else None
    if lifted is not None:
        return _raw(lifted, dtype, count, what).reshape(shape)
    if external:
        return _booleans(files.read(proto, _bits(dtype), count, what), dtype, what).reshape(shape)
    if len(proto.external_data):
        raise InputError(f"{what}: names external data, but says that its data is in the model file")
    if len(stored) > 1:
        raise InputError(f"{what}: has both {stored[0]} and {stored[1]}, only one may be there")
    if stored == ["raw_data"]:
        return _raw(proto.raw_data, dtype, count, what).reshape(shape)
    return _typed(proto, dtype, count, stored, what).reshape(shape)


def read_sparse(proto: Any, files: ExternalFiles, what: str) -> Array:
    """A SparseTensorProto as a dense array. Raises InputError, UnsupportedError."""
    shape, count = _shape(proto.dims, what)
    if count > _MAX_DENSE:
        raise InputError(f"{what}: a sparse tensor of {count} elements is too large (2**28 are allowed)")
    values = read_tensor(proto.values, files, f"{what}, values")
    indices = read_tensor(proto.indices, files, f"{what}, indices")
    if values.ndim != 1 or indices.dtype != np.int64:
        raise InputError(f"{what}: values must be of rank 1 and indices of type int64")
    if indices.shape == (values.size, len(shape)):
        indices = _linear(indices, shape, what)
    if indices.shape != values.shape:
        raise InputError(f"{what}: {values.size} values do not fit indices of shape {list(indices.shape)}")
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        raise InputError(f"{what}: an index is outside the tensor of {count} elements")
    if np.any(np.diff(indices) <= 0):
        raise InputError(f"{what}: the indices are not in ascending order, or one is there twice")
    dense = np.zeros(count, dtype=values.dtype)
    dense[indices] = values
    return dense.reshape(shape)


def _packed(proto: Any, kind: StorageType, count: int, files: ExternalFiles, what: str) -> Array:
    """Elements of at most 8 bits, the first of a byte in its lowest bits."""
    each = 8 // kind.width
    size = -(-count // each)
    if proto.data_location == TensorProto.EXTERNAL:
        lifted = files.lifted(proto, what)
        data = np.frombuffer(lifted, np.uint8) if lifted is not None else files.read(proto, np.dtype("u1"), size, what)
    elif len(proto.int32_data):
        data = _narrow(np.array(proto.int32_data), np.dtype("u1"), what)
    else:
        data = np.frombuffer(proto.raw_data, np.uint8)
    if len(data) != size:
        raise InputError(f"{what}: {len(data)} bytes are stored, {count} elements of type {kind.name} need {size}")
    codes = np.stack([data >> (kind.width * i) & ((1 << kind.width) - 1) for i in range(each)], -1).ravel()[:count]
    if kind.is_float:
        return codes.astype(np.uint8).view(kind.numpy)
    low = kind.bounds[0]
    return ((codes.astype(np.int64) - low) % (1 << kind.width) + low).astype(kind.numpy)


def _shape(dims: Any, what: str) -> tuple[tuple[int, ...], int]:
    shape = tuple(int(dim) for dim in dims)
    if len(shape) > _MAX_RANK:
        raise InputError(f"{what}: rank {len(shape)} is more than {_MAX_RANK}")
    count = 1
    for dim in shape:
        if dim < 0:
            raise InputError(f"{what}: shape {list(shape)} has a negative dimension")
        count *= dim
    if count > _MAX_ELEMENTS:
        raise InputError(f"{what}: shape {list(shape)} has {count} elements, more than 2**40")
    return shape, count


def _bits(dtype: DType) -> np.dtype[Any]:
    """The numpy dtype to read the bytes with; booleans as bytes, to see those that are neither 0 nor 1."""
    return np.dtype("u1") if dtype is DType.boolean else dtype.numpy


def _booleans(array: Array, dtype: DType, what: str) -> Array:
    if dtype is not DType.boolean:
        return array
    if array.size and int(array.max()) > 1:
        raise InputError(f"{what}: a boolean is neither 0 nor 1")
    return array.view(np.bool_)


def _raw(data: bytes | memoryview, dtype: DType, count: int, what: str) -> Array:
    needed = count * dtype.size
    if len(data) != needed:
        word = "shorter" if len(data) < needed else "longer"
        raise InputError(
            f"{what}: its data is {word} than its shape: {len(data)} bytes stored, {count} × {dtype} need {needed}"
        )
    return _booleans(np.frombuffer(data, dtype=_bits(dtype), count=count), dtype, what)


def _typed(proto: Any, dtype: DType, count: int, stored: list[str], what: str) -> Array:
    field = storage_field(proto.data_type, what)
    if stored and stored != [field]:
        raise InputError(f"{what}: is of type {dtype} but its data is in {stored[0]}; {field} or raw_data is needed")
    items = getattr(proto, field)
    if len(items) != count:
        word = "shorter" if len(items) < count else "longer"
        raise InputError(f"{what}: its data is {word} than its shape: {len(items)} elements stored, {count} needed")
    wide = np.array(items, dtype={"float_data": "<f4", "double_data": "<f8"}.get(field, object if not count else None))
    if field in ("float_data", "double_data"):
        return wide
    if dtype in (DType.f16, DType.bf16):
        return _narrow(wide, np.dtype("<u2"), what).view(dtype.numpy)
    return _booleans(_narrow(wide, _bits(dtype), what), dtype, what)


def _narrow(wide: Array, dtype: np.dtype[Any], what: str) -> Array:
    limits = np.iinfo(dtype)
    if wide.size and (int(wide.min()) < limits.min or int(wide.max()) > limits.max):
        raise InputError(f"{what}: a stored element does not fit its type")
    return wide.astype(dtype)


def _linear(indices: Array, shape: tuple[int, ...], what: str) -> Array:
    """Coordinates [count, rank] as positions in the flattened tensor."""
    if indices.size and (np.any(indices < 0) or np.any(indices >= np.array(shape))):
        raise InputError(f"{what}: an index is outside shape {list(shape)}")
    position = np.zeros(len(indices), dtype=np.int64)
    for axis, dim in enumerate(shape):
        position = position * dim + indices[:, axis].astype(np.int64)
    return position
