"""Repetition: broadcast and tile."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, lowers
from dldt.codegen.loop.lower.known import ints_given
from dldt.compiler import ops
from dldt.compiler.dims import floordiv
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Broadcast, kind="move", reads=(0,))
def broadcast(op: ops.Broadcast, types: Types, x: Access, target: Access, mapping: Access | None = None) -> Access:
    """y[i] = x[i], with dims of 1 repeated. In explicit mode, the axes of x are at ``axes_mapping`` in y."""
    if op.mode != "explicit" or mapping is None:
        return Access(types[0], lambda index: x.broadcast(index, types[0].shape))
    axes = tuple(axis % types[0].rank for axis in ints_given(op, 2, mapping))

    def element(index: Index) -> Expr:
        return x(tuple(0 if dim == 1 else index[axis] for dim, axis in zip(x.type.shape, axes, strict=True)))

    return Access(types[0], element)


@lowers(ops.Tile, kind="move", reads=(0,))
def tile(op: ops.Tile, types: Types, x: Access, repeats: Access) -> Access:
    """y[i] = x[i mod the dim]."""
    front = types[0].rank - x.type.rank
    shape = tuple(zip(x.type.shape, types[0].shape[front:], strict=True))

    def element(index: Index) -> Expr:
        pairs = zip(index[front:], shape, strict=True)
        return x(tuple(i if dim == whole else i - floordiv(i, dim) * dim for i, (dim, whole) in pairs))

    return Access(types[0], element)
