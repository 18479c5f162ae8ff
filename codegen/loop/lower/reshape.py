"""Changes of shape that keep the order of the elements, and transpositions."""

from __future__ import annotations

from dldt.codegen.loop.ir import Index
from dldt.codegen.loop.lower.access import Access, flatten, lowers, unflatten
from dldt.codegen.loop.lower.known import ints_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim, product
from dldt.compiler.op import Op
from dldt.compiler.types import Shape, TensorType

Types = tuple[TensorType, ...]
MOVEMENTS: tuple[type[Op], ...] = (ops.Reshape, ops.Squeeze, ops.Unsqueeze, ops.Transpose)
"""Operations that put every element of their first input at exactly one place of the output."""


@lowers(ops.Reshape, ops.Squeeze, ops.Unsqueeze, kind="move", reads=(0,))
def reshape(op: Op, types: Types, x: Access, *_: Access | None) -> Access:
    """y[i] = the element of x at the same C-order position."""
    return Access(types[0], lambda index: x(reindex(x.type.shape, types[0].shape, index)))


@lowers(ops.Transpose, kind="move", reads=(0,))
def transpose(op: Op, types: Types, x: Access, order: Access) -> Access:
    """y[i_order[0], ...] = x[i_0, ...]."""
    axes = _order(op, x.type.rank, order)
    inverse = [axes.index(axis) for axis in range(len(axes))]
    return Access(types[0], lambda index: x(tuple(index[i] for i in inverse)))


def moved(op: Op, types: Types, index: Index, x: Access, *given: Access) -> Index:
    """The index in the output of the element at ``index`` of the input."""
    if isinstance(op, ops.Transpose):
        return tuple(index[axis] for axis in _order(op, x.type.rank, given[0]))
    return reindex(types[0].shape, x.type.shape, index)


def _order(op: Op, rank: int, order: Access) -> tuple[int, ...]:
    return ints_given(op, 1, order) or tuple(reversed(range(rank)))


def reindex(source: Shape, target: Shape, index: Index) -> Index:
    """The index into ``source`` of the element at ``index`` of its reshape to ``target``. Runs of dims with equal
    products are handled separately, so that an unchanged dim keeps its plain index."""
    if 0 in source:
        return (0,) * len(source)
    found: list[Dim] = []
    i = j = 0
    while i < len(source) or j < len(target):
        a, b = _run(source[i:], target[j:])
        position = flatten(target[j : j + b], index[j : j + b])
        found += unflatten(source[i : i + a], position)
        i, j = i + a, j + b
    return tuple(found)


def _run(source: Shape, target: Shape) -> tuple[int, int]:
    """The lengths of the shortest leading runs of dims, one in each shape, with equal products."""
    candidates = [(a, b) for a in range(len(source) + 1) for b in range(len(target) + 1) if a + b]
    for a, b in sorted(candidates, key=sum):
        if product(source[:a]) == product(target[:b]):
            return a, b
    return len(source), len(target)
