"""Tensors computed from positions: shapes, ranges, one-hot rows."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index, Position
from dldt.codegen.loop.lower.access import Access, apply, cast, cast_dim, guard, inside, lowers, number
from dldt.codegen.loop.lower.join import removed
from dldt.codegen.loop.lower.known import dims_given, numbers_given
from dldt.compiler import ops
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.ShapeOf, kind="move", reads=())
def shape_of(op: ops.ShapeOf, types: Types, x: Access) -> Access:
    """y[i] = dim i of x."""

    def element(index: Index) -> Expr:
        chosen: Expr = number(types[0].dtype, 1)
        for axis, dim in reversed(list(enumerate(x.type.shape))):
            here = cast(cast_dim(dim), types[0].dtype)
            chosen = here if axis == x.type.rank - 1 else guard(inside(index[0], axis, axis + 1), here, chosen)
        return chosen

    return Access(types[0], element)


@lowers(ops.Range, kind="move", reads=())
def range_(op: ops.Range, types: Types, start: Access, stop: Access, step: Access) -> Access:
    """y[i] = start + step·i."""
    dtype = types[0].dtype
    if not any(x.dtype.is_float for x in (start, stop, step)):
        first, by = dims_given(op, 0, start)[0], dims_given(op, 2, step)[0]
        return Access(types[0], lambda index: Position(first + by * index[0], dtype))
    origin, stride = (number(DType.f64, numbers_given(op, port, x)[0]) for port, x in ((0, start), (2, step)))

    def element(index: Index) -> Expr:
        return cast(apply("add", origin, apply("mul", stride, Position(index[0], DType.f64))), dtype)

    return Access(types[0], element)


@lowers(ops.OneHot, kind="move", reads=(0, 2, 3))
def one_hot(op: ops.OneHot, types: Types, indices: Access, depth: Access, on: Access, off: Access) -> Access:
    """y = on where the position along the axis is the index, else off."""
    axis = op.axis % types[0].rank

    def element(index: Index) -> Expr:
        wanted = cast(indices(removed(index, axis)), DType.i64)
        hit = apply("eq", wanted, cast_dim(index[axis]), dtype=DType.boolean)
        return apply("select", hit, on((0,) * on.type.rank), off((0,) * off.type.rank), dtype=types[0].dtype)

    return Access(types[0], element)
