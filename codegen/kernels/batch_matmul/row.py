"""The arithmetic of a product of two computed matrices."""

from __future__ import annotations

from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32, F64, Arithmetic
from dldt.codegen.loop.integer_contraction import OTHER_BYTES, IntegerMatMul
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.types import DType


def product_row(op: ops.MatMul, types: tuple[DType, DType], target: Target) -> Arithmetic | None:
    """The first row of the table that multiplies matrices of these types; None where there is none. Bytes that the
    operation moves by 128 are multiplied as those of the other sign."""
    if not isinstance(op, IntegerMatMul):
        return {(DType.f32, DType.f32): F32, (DType.f64, DType.f64): F64}.get(types)
    data, weights = types
    data = OTHER_BYTES[data][0] if op.shift else data
    weights = OTHER_BYTES[weights][0] if op.shift_b else weights
    rows = (row for row in ARITHMETICS.values() if row.data is data and row.sums is DType.i32 and row.available(target))
    return next((row for row in rows if row.weights in (weights, DType.i16)), None)
