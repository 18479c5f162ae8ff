"""Resizing by several taps, one axis after another."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.axes import known_ints
from dldt.compiler.types import DType


@expands(ops.Interpolate)
def expand_interpolate(node: Node) -> tuple[Value, ...] | None:
    """Each axis by itself: so many elements are mixed as the axes' taps add up to, and not as their product is. What
    shrinks most, or grows least, comes first; the last axis before others, whose rows are then mixed side by side.

    ::

        Interpolate(rows, pixels)   →   Interpolate(rows) ← Interpolate(pixels)

    None where one axis is resized, its size is not known, or each result is one element.
    """
    op, data = node.op, node.inputs[0]
    assert isinstance(op, ops.Interpolate)
    assert data is not None
    if op.mode == "nearest" or op.antialias or any((*op.pads_begin, *op.pads_end)):
        return None
    along, shape, made = _axes(node), data.type.shape, node.types[0].shape
    sizes = [(shape[axis], made[axis]) for axis in along]
    if data.type.dtype not in (DType.f32, DType.f64) or not all(isinstance(n, int) for pair in sizes for n in pair):
        return None
    moved = [k for k, (size, out) in enumerate(sizes) if size != out]
    if len(moved) < 2:
        return None
    found, scales = data, node.inputs[2]
    for k in sorted(moved, key=lambda k: (_growth(*sizes[k]), -along[k])):
        given = np.ones(1, np.float32) if scales is None or scales.constant is None else scales.constant.ravel()[[k]]
        out = np.array([sizes[k][1]])
        found = op(found, out, given, np.array([along[k]]), name=node.name)
    return (found,)


def _axes(node: Node) -> list[int]:
    axes, rank = node.inputs[3] if len(node.inputs) > 3 else None, node.types[0].rank
    if axes is None:
        return list(range(rank))
    return [axis % rank for axis in known_ints(axes.type, "axes", node.op.type)]


def _growth(size: object, out: object) -> Fraction:
    assert isinstance(size, int)
    assert isinstance(out, int)
    return Fraction(out, size)
