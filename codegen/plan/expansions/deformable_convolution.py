"""Deformable convolution taken apart: samples for each tap, then one product of matrices."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.region_cells import as_type, widened
from dldt.codegen.plan.shape_parts import shape_of, size_of, sizes_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.deformable_convolution import DeformableBase
from dldt.compiler.ops.window import Window
from dldt.compiler.types import Array, DType
from dldt.passes.sampling import Tap, bounded, linear_taps, sampled


@expands(ops.DeformableConvolution, ops.DeformableConvolution8)
def expand_deformable_convolution(node: Node) -> tuple[Value, ...]:
    """[N, outputs, H', W']."""
    op = node.op
    assert isinstance(op, DeformableBase)
    data, offsets, filters, *more = (widened(value) for value in node.inputs if value is not None)
    where = op.window(data.type.shape[2:], filters.type.shape[2:])
    outputs, channels = node.types[0].shape[1], data.type.shape[1]
    assert isinstance(outputs, int)
    assert isinstance(channels, int)
    own, taps = op.deformable_group, where.kernel[0] * where.kernel[1]
    high, wide = size_of(data, 2), size_of(data, 3)
    pixels = ops.Reshape()(data, shape_of(-1, channels // own, ops.Multiply()(high, wide)))
    places = sizes_of(offsets, 2, 4)
    moved = ops.Reshape()(offsets, shape_of(-1, taps, 2, places))
    axes = [
        [_within(op, tap, at, size) for tap in linear_taps(at)]
        for at, size in ((_positions(where, moved, axis), size) for axis, size in ((0, high), (1, wide)))
    ]
    found = sampled(pixels, (high, wide), axes)
    if more:
        found = ops.Multiply()(found, ops.Reshape()(more[0], shape_of(-1, 1, ops.Multiply()(_area(offsets), taps))))
    columns = ops.Reshape()(found, shape_of(-1, op.group, channels // op.group * taps, _area(offsets)))
    shape = np.array([1, op.group, outputs // op.group, channels // op.group * taps])
    known = filters.constant
    weights = ops.Reshape()(filters, shape) if known is None else node.graph.constant(known.reshape(shape))
    made = ops.Reshape()(ops.MatMul()(weights, columns), shape_of(-1, outputs, places))
    return (as_type(made, node.types[0].dtype),)


def _area(offsets: Value) -> Value:
    return ops.Multiply()(size_of(offsets, 2), size_of(offsets, 3))


def _positions(where: Window, moved: Value, axis: int) -> Value:
    """[N · groups, taps · H' · W']: where each tap lies along an axis."""
    kind = moved.type.dtype
    tap: Array = (np.indices(where.kernel)[axis].reshape(1, -1, 1, 1) * where.dilations[axis]).astype(kind.numpy)
    start = where.origin(axis)
    assert isinstance(start, int)
    size = size_of(moved, 3 + axis)
    walk = ops.Multiply()(ops.Range(DType.i64)(np.array(0), size, np.array(1)), np.array(where.strides[axis]))
    walk = ops.Convert(kind)(ops.Add()(walk, np.array(start)))
    line = ops.Reshape()(walk, np.array([1, 1, -1, 1] if axis == 0 else [1, 1, 1, -1]))
    own = ops.Gather()(moved, np.array(axis), np.array(2))
    return ops.Reshape(special_zero=True)(ops.Add()(ops.Add()(own, tap), line), np.array([0, -1]))


def _within(op: DeformableBase, tap: Tap, at: Value, size: Value) -> Tap:
    """The tap inside of an axis; an element outside of the picture is 0, or only pixels outside are."""
    if op.fades:
        return bounded(tap, size, "zeros")
    extent = ops.Convert(at.type.dtype)(size)
    inside = ops.LogicalAnd()(ops.GreaterEqual()(at, 0.0), ops.Less()(at, extent))
    return attrs.evolve(bounded(tap, size, "border"), inside=inside)
