"""A TensorProto → an array."""

from __future__ import annotations

import math
from typing import Any

import ml_dtypes
import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.types import Array
from dldt.frontends.engine.fault import Fault
from dldt.frontends.tensorflow.element_types import element_type

_MAX_BYTES = 1 << 33
_FIELDS = ("float", "double", "int", "int64", "bool", "uint32", "uint64")


def tensor_shape(proto: Any) -> tuple[int | None, ...] | None:
    """The dims of a TensorShapeProto, None for a free one; None where the rank is not known."""
    if proto.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in proto.dim)


def read_tensor(proto: Any, what: str) -> Array:
    """The content; an element that is not written is as the last one that is. Raises InputError, UnsupportedError;
    their messages begin with ``what``."""
    dtype = element_type(proto.dtype)
    if isinstance(dtype, Fault):
        raise dtype.error(what)
    shape = tensor_shape(proto.tensor_shape)
    if shape is None or None in shape:
        raise InputError(f"{what} has no fixed shape")
    dims = tuple(dim for dim in shape if dim is not None)
    count = math.prod(dims)
    if len(dims) > 64 or count * dtype.size > _MAX_BYTES:
        raise UnsupportedError(f"{what} has the shape {list(dims)}, which is too large")
    budget().tick()
    if proto.tensor_content:
        if len(proto.tensor_content) != count * dtype.size:
            raise InputError(f"{what} holds {len(proto.tensor_content)} bytes, {count * dtype.size} are its size")
        return np.frombuffer(proto.tensor_content, dtype.numpy).reshape(dims)
    given = tensor_elements(proto, dtype.numpy)
    if given.size > count:
        raise InputError(f"{what} holds {given.size} elements, {count} are its size")
    made = np.full(count, given[-1] if given.size else 0, dtype.numpy)
    made[: given.size] = given
    return made.reshape(dims)


def tensor_elements(proto: Any, dtype: np.dtype[Any]) -> Array:
    """The elements that are written one by one."""
    if proto.half_val:
        bits = np.array(proto.half_val, np.int64).astype(np.uint16)
        return bits.view(ml_dtypes.bfloat16 if dtype == ml_dtypes.bfloat16 else np.float16)
    values = next((v for name in _FIELDS if (v := getattr(proto, f"{name}_val"))), ())
    return np.array(values).astype(dtype) if len(values) else np.zeros(0, dtype)
