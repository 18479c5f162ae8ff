"""The types of a model's inputs: what the file declares, overridden by what the user gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.types import Array, DType, TensorType
from dldt.frontends.input_spec import InputSpec
from dldt.frontends.onnx.element_types import element_type
from dldt.frontends.symbols import Symbols

_UNNAMED = re.compile(r"[\s?*\-\d]*")


def input_type(name: str, proto: Any, spec: InputSpec, symbols: Symbols, file: Path) -> TensorType:
    """The type of input ``name``: a TypeProto under ``spec``. Raises InputError, UnsupportedError, UsageError."""
    what = f"{file}: input {name!r}"
    if proto is None or not proto.HasField("tensor_type"):
        raise UnsupportedError(f"{what}: is not a tensor ({_kind(proto)}); only tensors are supported")
    declared = proto.tensor_type
    dtype = spec.dtype or element_type(declared.elem_type, what)
    if spec.shape is None:
        if not declared.HasField("shape"):
            raise InputError(f"{what}: the model does not tell its shape; give one: --input {name}[d,d,…]")
        dims = declared.shape.dim
        return TensorType(dtype, tuple(_declared(dim, f"{name}_{axis}", symbols) for axis, dim in enumerate(dims)))
    if declared.HasField("shape") and len(declared.shape.dim) != len(spec.shape):
        shown = ",".join(str(dim.dim_value or dim.dim_param or "?") for dim in declared.shape.dim)
        raise UsageError(f"{what}: rank {len(spec.shape)} is given, the model declares [{shown}]")
    return TensorType(dtype, spec.dims(name, symbols))


def frozen_array(name: str, dtype: DType, shape: tuple[Dim, ...] | None, spec: InputSpec) -> Array:
    """The constant that ``spec.value`` makes of an input of type ``dtype``. Raises UsageError."""
    given = np.asarray(spec.value)
    with np.errstate(all="ignore"):
        array = given.astype((spec.dtype or dtype).numpy)
    if not (spec.dtype or dtype).is_float and not np.array_equal(array, given):
        raise UsageError(f"input {name!r}: the value {spec.value} does not fit its element type {spec.dtype or dtype}")
    wanted = spec.shape if spec.shape is not None else shape
    static = tuple(dim for dim in wanted or () if isinstance(dim, int))
    if wanted is None or len(static) != len(wanted):
        return array
    if array.ndim == 0 or array.size == int(np.prod(static, dtype=object)):
        return np.ascontiguousarray(np.broadcast_to(array if array.ndim == 0 else array.reshape(static), static))
    raise UsageError(f"input {name!r}: {array.size} values are given, its shape {list(static)} needs others")


def _declared(dim: Any, hint: str, symbols: Symbols) -> Dim:
    if dim.HasField("dim_value") and dim.dim_value > 0:
        return int(dim.dim_value)
    if _UNNAMED.fullmatch(dim.dim_param):
        return symbols.fresh(hint)
    return symbols.named(dim.dim_param)


def _kind(proto: Any) -> str:
    return "no type" if proto is None else proto.WhichOneof("value") or "no type"
