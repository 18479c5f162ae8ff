"""Largest elements of large windows, one axis after another."""

from __future__ import annotations

from dldt.codegen.plan.expansion_table import expands
from dldt.compiler import ops
from dldt.compiler.dims import Dim, product
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.window import Window

MOST_POINTS = 9
"""Elements of a window that is taken at once."""


@expands(ops.MaxPool)
def expand_max_pool(node: Node) -> tuple[Value, ...] | None:
    """The window of the last axis first, then that of the others: so many elements are compared as the lengths of
    the window's sides add up to, and not as it holds.

    ::

        MaxPool(5×5)   →   MaxPool(5×1) ← MaxPool(1×5)

    None where the window is small, has one axis, or its padding is not known.
    """
    op, (data,) = node.op, node.inputs
    assert isinstance(op, ops.MaxPool)
    assert data is not None
    where = op.window(data.type.shape[2:])
    long = [axis for axis, size in enumerate(op.kernel) if size > 1]
    pads = (*where.pads_begin, *where.pads_end)
    if product(op.kernel) <= MOST_POINTS or len(long) < 2 or not all(isinstance(pad, int) for pad in pads):
        return None
    last = {long[-1]}
    across = _along(op, where, last)(data)
    return (_along(op, where, {*range(len(op.kernel))} - last)(across, name=node.name),)


def _along(op: ops.MaxPool, where: Window, axes: set[int]) -> ops.MaxPool:
    """The pooling over some of its axes."""

    def only(numbers: tuple[Dim, ...], other: int) -> tuple[int, ...]:
        return tuple(n if axis in axes and isinstance(n, int) else other for axis, n in enumerate(numbers))

    begins, ends = only(where.pads_begin, 0), only(where.pads_end, 0)
    return ops.MaxPool(only(op.strides, 1), begins, ends, only(op.kernel, 1), op.rounding_type)
