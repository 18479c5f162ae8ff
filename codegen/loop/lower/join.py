"""Concatenation and splitting along an axis."""

from __future__ import annotations

from collections.abc import Callable

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, guard, inside, lowers
from dldt.codegen.loop.lower.known import ints_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Concat, kind="move")
def concat(op: ops.Concat, types: Types, *inputs: Access) -> Access:
    """y = the inputs one after the other."""
    axis = op.axis % types[0].rank
    offsets = concat_offsets(op, tuple(x.type for x in inputs))

    def element(index: Index) -> Expr:
        chosen: Expr | None = None
        for x, offset in zip(reversed(inputs), reversed(offsets), strict=True):
            here = x(shifted(index, axis, -1 * offset))
            end = offset + x.type.shape[axis]
            chosen = here if chosen is None else guard(inside(index[axis], 0, end), here, chosen)
        assert chosen is not None
        return chosen

    return Access(types[0], element)


def concat_offsets(op: ops.Concat, types: Types) -> tuple[Dim, ...]:
    """The offset of each input along the axis."""
    axis = op.axis % types[0].rank
    offsets: list[Dim] = [0]
    for t in types[:-1]:
        offsets.append(offsets[-1] + t.shape[axis])
    return tuple(offsets)


@lowers(ops.Split, kind="move", reads=(0,))
def split(op: ops.Split, types: Types, x: Access, axis: Access) -> tuple[Access, ...]:
    """y_k = part k of x, all of one length."""
    return _parts(types, x, ints_given(op, 1, axis)[0] % x.type.rank)


@lowers(ops.VariadicSplit, kind="move", reads=(0,))
def variadic_split(op: ops.VariadicSplit, types: Types, x: Access, axis: Access, lengths: Access) -> tuple[Access, ...]:
    """y_k = part k of x."""
    return _parts(types, x, ints_given(op, 1, axis)[0] % x.type.rank)


def _parts(types: Types, x: Access, axis: int) -> tuple[Access, ...]:
    parts: list[Access] = []
    offset: Dim = 0
    for t in types:
        parts.append(Access(t, _shift(x, axis, offset)))
        offset = offset + t.shape[axis]
    return tuple(parts)


def _shift(x: Access, axis: int, offset: Dim) -> Callable[[Index], Expr]:
    return lambda index: x(shifted(index, axis, offset))


def shifted(index: Index, axis: int, offset: Dim) -> Index:
    """``index`` moved by ``offset`` along ``axis``."""
    return replaced(index, axis, index[axis] + offset)


def replaced(index: Index, axis: int, dim: Dim) -> Index:
    """``index`` with ``dim`` at ``axis``."""
    return (*index[:axis], dim, *index[axis + 1 :])


def removed(index: Index, axis: int) -> Index:
    """``index`` without ``axis``."""
    return (*index[:axis], *index[axis + 1 :])
