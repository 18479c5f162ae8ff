"""Reshape taken apart where numbers of its shape are computed from data and may be -1 or 0."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.compiler import ops
from dldt.compiler.dims import DefinedDim, Dim
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.reshape import may_be_special
from dldt.compiler.types import DType


@expands(ops.Reshape)
def expand_reshape(node: Node) -> tuple[Value, ...] | None:
    """A Reshape to a shape without special numbers. None where no number can be special."""
    op, (x, shape) = node.op, node.inputs
    assert isinstance(op, ops.Reshape)
    assert x is not None
    assert shape is not None
    pattern = shape.type.value
    conditions, zero = node.graph.conditions, op.special_zero
    if pattern is None or not any(may_be_special(d, conditions, special_zero=zero) for d in pattern):
        return None
    wanted = ops.Convert(DType.i64)(shape)
    if op.special_zero:
        own = ops.Slice()(ops.ShapeOf()(x), np.array([0]), np.array([len(pattern)]), np.array([1]))
        missing = len(pattern) - x.type.rank
        if missing > 0:
            own = ops.Concat(0)(own, np.zeros(missing, np.int64))
        wanted = ops.Select()(ops.Equal()(wanted, np.array([0])), own, wanted)
    rest = ops.Equal()(wanted, np.array([-1]))
    sizes = ops.Select()(rest, np.array([1]), wanted)
    total = ops.ReduceProd(True)(ops.ShapeOf()(x), np.array([0]))
    given = ops.Maximum()(ops.ReduceProd(True)(sizes, np.array([0])), np.array([1]))
    found = ops.Select()(rest, ops.Divide()(total, given), wanted)
    node.graph.define(found, _elements(node, pattern))
    return (ops.Reshape(special_zero=False)(x, found),)


def _elements(node: Node, pattern: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """What the shape holds: the dims that the node finds, under their own names where they must be equal to others, as
    that is checked when they are known."""
    own = [DefinedDim(f"{node.graph.name}:{node.id}.dim{i}", 0) for i in range(len(pattern))]
    shape, known = node.types[0].shape, node.graph.known
    return tuple(name.dim if known(name.dim) == dim else dim for name, dim in zip(own, shape, strict=True))
