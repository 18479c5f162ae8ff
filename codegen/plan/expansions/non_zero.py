"""NonZero taken apart: a kernel finds the places in C order, divisions make them indices."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.found_places import FoundPlaces
from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.in_memory import with_zero_behind
from dldt.compiler import ops
from dldt.compiler.dims import DefinedDim, Symbol
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


def count_of(node: Node) -> Symbol:
    """The dim that a node defines as ``count``."""
    return DefinedDim(f"{node.graph.name}:{node.id}.count", 0)


@expands(ops.NonZero)
def expand_non_zero(node: Node) -> tuple[Value, ...]:
    """The indices [rank, count]."""
    op, (x,) = node.op, node.inputs
    assert isinstance(op, ops.NonZero)
    assert x is not None
    flat = x if x.type.rank == 1 else ops.Reshape()(x, np.array([-1]))
    places = Prefix(count_of(node))(FoundPlaces()(with_zero_behind(flat), name=node.name))
    rows = [ops.Unsqueeze()(row, np.array([0])) for row in _indices(x, places)]
    made = rows[0] if len(rows) == 1 else ops.Concat(0)(*rows)
    return (made if op.output_type is DType.i64 else ops.Convert(op.output_type)(made),)


def _indices(x: Value, places: Value) -> list[Value]:
    """Places in C order as one index an axis."""
    rank = x.type.rank
    if rank <= 1:
        return [places]
    shape = ops.ShapeOf()(x)
    found: list[Value] = []
    rest = places
    for axis in reversed(range(rank)):
        if axis == 0:
            found.append(rest)
            break
        size = ops.Slice()(shape, np.array([axis]), np.array([axis + 1]), np.array([1]))
        found.append(ops.FloorMod()(rest, size))
        rest = ops.Divide()(rest, size)
    return found[::-1]
