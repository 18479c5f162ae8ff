"""The layers of YOLO taken apart: activations of parts of the channels, and a transposition."""

from __future__ import annotations

import itertools

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.shape_parts import shape_of, sizes_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value


@expands(ops.RegionYolo)
def expand_region_yolo(node: Node) -> tuple[Value, ...]:
    """The channels of a box are split, each part gets its activation, and they are put together again."""
    op, (x,) = node.op, node.inputs
    assert isinstance(op, ops.RegionYolo)
    assert x is not None
    boxes = ops.Reshape(special_zero=True)(x, np.array([0, op.boxes, op.entries, -1]))
    ends = [0, 2, op.coords, op.coords + 1, op.entries]
    parts = [
        ops.Slice()(boxes, np.array([low]), np.array([high]), np.array([1]), np.array([2]))
        for low, high in itertools.pairwise(ends)
        if low < high
    ]
    place, seen, *classes = parts[0], parts[-2], parts[-1]
    made = [ops.Sigmoid()(place), *parts[1:-2], ops.Sigmoid()(seen)]
    made += [ops.Softmax8(2)(c) if op.do_softmax else ops.Sigmoid()(c) for c in classes]
    whole = ops.Concat(2)(*made)
    if not op.do_softmax:
        return (ops.Reshape()(whole, ops.ShapeOf()(x)),)
    first, last = op.axis % 4, op.end_axis % 4
    return (ops.Reshape()(whole, shape_of(sizes_of(x, 0, first), -1, sizes_of(x, last + 1, 4))),)


@expands(ops.ReorgYolo)
def expand_reorg_yolo(node: Node) -> tuple[Value, ...]:
    """x seen as [N, C/s², H, s, W, s], whose s x s become the outer part of the channels."""
    op, (x,) = node.op, node.inputs
    assert isinstance(op, ops.ReorgYolo)
    assert x is not None
    s = op.factor
    batch, channels, high, wide = (sizes_of(x, axis, axis + 1) for axis in range(4))
    inner = ops.Divide()(channels, np.array([s * s]))
    blocks = ops.Reshape()(x, shape_of(batch, inner, high, s, wide, s))
    outer = ops.Transpose()(blocks, np.array([0, 3, 5, 1, 2, 4]))
    space = (ops.Divide()(dim, np.array([s])) for dim in (high, wide))
    return (ops.Reshape()(outer, shape_of(batch, ops.Multiply()(channels, np.array([s * s])), *space)),)
