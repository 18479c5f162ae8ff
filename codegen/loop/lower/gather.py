"""Gathers. Positions outside the axis give 0, as the operations' definition says."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, lowers, number
from dldt.codegen.loop.lower.bind import Binder
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.join import replaced
from dldt.codegen.loop.lower.known import ints_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Gather, kind="move", reads=(0, 1))
def gather(op: ops.Gather, types: Types, x: Access, indices: Access, axis: Access, *, fresh: Fresh) -> Access:
    """y[b.., o.., j.., i..] = x[b.., o.., indices[b.., j..], i..]."""
    at = ints_given(op, 2, axis)[0] % x.type.rank
    batch = op.batch_dims % indices.type.rank if op.batch_dims else 0
    size = x.type.shape[at]
    span = indices.type.rank - batch
    binder = _binder(fresh, indices, size)

    def element(index: Index) -> Expr:
        picked = (*index[:batch], *index[at : at + span])
        known = _known(indices, size)
        if known is not None:
            return x((*index[:at], known, *index[at + span :]))
        return binder.at(
            indices(picked),
            size,
            lambda position: x((*index[:at], position, *index[at + span :])),
            number(x.dtype, 0),
        )

    return Access(types[0], element)


@lowers(ops.GatherElements, kind="move")
def gather_elements(op: ops.GatherElements, types: Types, x: Access, indices: Access, *, fresh: Fresh) -> Access:
    """y[i, j, ..] = x[.., indices[i, j, ..], ..]."""
    axis = op.axis % x.type.rank
    size = x.type.shape[axis]
    binder = _binder(fresh, indices, size)

    def element(index: Index) -> Expr:
        zero = number(x.dtype, 0)
        return binder.at(indices(index), size, lambda position: x(replaced(index, axis, position)), zero)

    return Access(types[0], element)


@lowers(ops.GatherND, kind="move")
def gather_nd(op: ops.GatherND, types: Types, x: Access, indices: Access, *, fresh: Fresh) -> Access:
    """y[b.., j.., i..] = x[b.., indices[b.., j.., 0], indices[b.., j.., 1], .., i..]."""
    batch, rows = op.batch_dims, indices.type.rank - 1
    depth = int(indices.type.shape[-1])
    binder = Binder(fresh)

    def element(index: Index) -> Expr:
        return pick(index, index[:batch])

    def pick(index: Index, found: Index) -> Expr:
        level = len(found) - batch
        if level == depth:
            return x((*found, *index[rows:]))
        value = indices((*index[:rows], level))
        size = x.type.shape[len(found)]
        return binder.at(value, size, lambda position: pick(index, (*found, position)), number(x.dtype, 0))

    return Access(types[0], element)


def _known(indices: Access, size: Dim) -> Dim | None:
    """The only possible position, where the type already determines it."""
    value = indices.type.value
    if value is None or len(value) != 1 or not isinstance(value[0], int):
        return None
    position = value[0] + size if value[0] < 0 else value[0]
    return position if isinstance(size, int) and isinstance(position, int) and 0 <= position < size else None


def _binder(fresh: Fresh, indices: Access, size: Dim) -> Binder:
    """A binder for the indices. Constant positions are checked here, once; all others are checked when the model
    runs."""
    constant = indices.constant if indices.constant is not None else indices.type.constant
    if constant is None or constant.size == 0 or not isinstance(size, int):
        return Binder(fresh)
    low, high = int(np.min(constant)), int(np.max(constant))
    return Binder(fresh, negative=low < 0, outside=low < -size or high >= size)
