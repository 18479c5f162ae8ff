"""The types of a model's inputs: what the file declares, overridden by what the user gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType, TensorType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.symbols import Symbols


def input_type(name: str, declared: DeclaredType, spec: InputSpec, symbols: Symbols, file: Path) -> TensorType:
    """The type of input ``name``: the declared one under ``spec``. Raises InputError, UnsupportedError, UsageError."""
    what = f"{file}: input {shown(name)}"
    dtype = spec.dtype or declared.dtype
    if isinstance(dtype, Fault):
        raise dtype.error(f"{what}:")
    if spec.shape is None and declared.shape is None:
        raise InputError(f"{what}: the model does not tell its shape; give one: --input {printable(name)}[d,d,…]")
    if dtype is None:
        raise InputError(
            f"{what}: the model does not tell its element type; give one: --input {printable(name)}[d,d,…]{{f32}}"
        )
    if spec.shape is None:
        dims = [_dim(dim, f"{name}_{axis}", symbols) for axis, dim in enumerate(declared.shape or ())]
        return TensorType(dtype, tuple(dims))
    if declared.shape is not None and len(declared.shape) != len(spec.shape):
        raise UsageError(f"{what}: rank {len(spec.shape)} is given, the model declares {declared}")
    return TensorType(dtype, spec.dims(name, symbols))


def frozen_array(name: str, dtype: DType, shape: tuple[Dim, ...] | None, spec: InputSpec) -> Array:
    """The constant that ``spec.value`` makes of an input of type ``dtype``. Raises UsageError."""
    given = np.asarray(spec.value)
    with np.errstate(all="ignore"):
        array = given.astype((spec.dtype or dtype).numpy)
    if not (spec.dtype or dtype).is_float and not np.array_equal(array, given):
        raise UsageError(
            f"input {shown(name)}: the value {spec.value} does not fit its element type {spec.dtype or dtype}"
        )
    wanted = spec.shape if spec.shape is not None else shape
    static = tuple(dim for dim in wanted or () if isinstance(dim, int))
    if wanted is None or len(static) != len(wanted):
        return array
    if array.ndim == 0 or array.size == int(np.prod(static, dtype=object)):
        return np.ascontiguousarray(np.broadcast_to(array if array.ndim == 0 else array.reshape(static), static))
    raise UsageError(f"input {shown(name)}: {array.size} values are given, its shape {list(static)} needs others")


def _dim(dim: int | str | None, hint: str, symbols: Symbols) -> Dim:
    if isinstance(dim, int):
        return dim
    return symbols.fresh(hint) if dim is None else symbols.named(dim)
