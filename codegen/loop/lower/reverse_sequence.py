"""Turning round the beginnings of sequences."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, cast, cast_dim, lowers, number
from dldt.codegen.loop.lower.bind import Binder
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.join import replaced
from dldt.compiler import ops
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.ReverseSequence, kind="move")
def reverse_sequence(op: ops.ReverseSequence, types: Types, x: Access, lengths: Access, *, fresh: Fresh) -> Access:
    """y[b, i] = x[b, length - 1 - i] where i < length, else x[b, i]. The length is cut to the axis, so that no data can
    make a kernel read outside."""
    batch, along = op.batch_axis % x.type.rank, op.seq_axis % x.type.rank
    size, binder = x.type.shape[along], Binder(fresh, negative=False, outside=False)

    def element(index: Index) -> Expr:
        here = cast_dim(index[along])
        length = apply("minimum", cast(lengths((index[batch],)), DType.i64), cast_dim(size))
        mirrored = apply("sub", apply("sub", length, number(DType.i64, 1)), here)
        inside = apply("lt", here, length, dtype=DType.boolean)
        place = apply("select", inside, mirrored, here, dtype=DType.i64)
        return binder.exactly(place, size, lambda at: x(replaced(index, along, at)))

    return Access(types[0], element)
