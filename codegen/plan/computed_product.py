"""Products of two computed matrices of bytes, summed as integers."""

from __future__ import annotations

import numpy as np

from dldt.codegen.llvm.arithmetic import ARITHMETICS
from dldt.codegen.loop.integer_contraction import OTHER_BYTES, SUMS, IntegerMatMul
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array, DType
from dldt.passes.integers import LARGEST, bytes_of

_MOST = 2**31 - 1


def computed_product(node: Node, target: Target) -> Value | None:
    """The product's sums as integers; None where they may be beyond i32, or the inner dim is free.

    ::

        Σ (a - za) (b - zb)   =   Σ a' b'  -  zb' Σ a'  -  za' Σ (b - zb)

    for bytes a' and b' that the target multiplies, which are a and b or differ from them by 128, as do za' and zb'.
    """
    op = node.op
    x, y = (v for v in node.inputs[:2] if v is not None)
    a, b = bytes_of(x), bytes_of(y)
    if type(op) is not ops.MatMul or a is None or b is None or min(x.type.rank, y.type.rank) < 2:
        return None
    axis, axis_b = x.type.rank - (2 if op.transpose_a else 1), y.type.rank - (1 if op.transpose_b else 2)
    depth = x.type.shape[axis]
    if not isinstance(depth, int) or depth * LARGEST**2 > _MOST:
        return None
    shift, shift_b = _shifts(a.data.type.dtype, b.data.type.dtype, target)
    fields = {"transpose_a": op.transpose_a, "transpose_b": op.transpose_b, "shift": shift, "shift_b": shift_b}
    total: Value = IntegerMatMul(**fields)(a.data, b.data, name=node.name)
    zero_a, zero_b = _moved(a.zero, shift), _moved(b.zero, shift_b)
    if zero_b is not None:
        sums = _plus(_sums(a.data, axis, -1), depth * shift)
        total = ops.Subtract()(total, ops.Multiply()(sums, zero_b))
    if zero_a is not None:
        sums = _sums(b.data, axis_b, -2)
        if isinstance(b.zero, Value):
            sums = ops.Subtract()(sums, ops.Multiply()(ops.Convert(SUMS)(b.zero), np.asarray(depth, np.int32)))
        else:
            sums = _plus(sums, -depth * b.zero)
        total = ops.Subtract()(total, ops.Multiply()(sums, zero_a))
    return total


def _shifts(a: DType, b: DType, target: Target) -> tuple[int, int]:
    """What is added to the bytes of either matrix for the target to multiply them best."""
    found = []
    for number, row in enumerate(ARITHMETICS.values()):
        if row.is_integer and row.sums is SUMS and row.available(target):
            wide = row.weights is DType.i16
            shift = 0 if row.data is a else OTHER_BYTES[a][1]
            shift_b = 0 if wide or row.weights is b else OTHER_BYTES[b][1]
            found.append((wide, bool(shift) + bool(shift_b), number, (shift, shift_b)))
    return min(found)[-1]


def _moved(zero: Value | int, shift: int) -> Value | Array | None:
    """A zero point as i32, moved like its bytes; None where it is 0."""
    if isinstance(zero, Value):
        return _plus(ops.Convert(SUMS)(zero), shift)
    return np.asarray(zero + shift, np.int32) if zero + shift else None


def _plus(value: Value, number: int) -> Value:
    return ops.Add()(value, np.asarray(number, np.int32)) if number else value


def _sums(value: Value, axis: int, kept: int) -> Value:
    """The sums of bytes along an axis, with a dim of 1 in the place ``kept``."""
    total = ops.ReduceSum(False)(ops.Convert(SUMS)(value), np.array([axis]))
    made: Value = ops.Unsqueeze()(total, np.array([kept]))
    return made
