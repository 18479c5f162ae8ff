"""Roll taken apart: two slices where the shift is known, else a gather along each axis."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import converted, counted, given, number, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.axes import known_ints
from dldt.compiler.types import DType

_ONE = np.array([1])


@expands(ops.Roll)
def expand_roll(node: Node) -> tuple[Value, ...]:
    """Along one axis after the other."""
    x, shift, axes = given(node)
    along = known_ints(axes.type, "axes", "Roll")
    for place, axis in enumerate(along):
        at = axis % x.type.rank
        if shift.constant is not None:
            x = _joined(x, int(np.broadcast_to(shift.constant.ravel(), len(along))[place]), at)
            continue
        flat = ops.Reshape()(converted(shift, DType.i64), np.array([-1]))
        by = ops.Gather()(flat, number(place if shift.type.elements != 1 else 0), number(0))
        x = _gathered(x, by, at)
    return (x,)


def _joined(x: Value, shift: int, axis: int) -> Value:
    """x[-shift:] before x[:-shift]."""
    size = x.type.shape[axis]
    if not isinstance(size, int):
        return _gathered(x, x.graph.constant(number(shift)), axis)
    cut = -shift % max(size, 1)
    if cut == 0:
        return x
    at = np.array([axis])
    behind = ops.Slice()(x, np.array([cut]), np.array([size]), _ONE, at)
    return ops.Concat(axis)(behind, ops.Slice()(x, np.array([0]), np.array([cut]), _ONE, at))


def _gathered(x: Value, shift: Value, axis: int) -> Value:
    size = size_of(x, axis)
    places = ops.FloorMod()(ops.Subtract()(counted(size), shift), size)
    return ops.Gather()(x, places, number(axis))
