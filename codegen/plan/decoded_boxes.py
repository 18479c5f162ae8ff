"""The boxes that a single-shot detector means: its answers, counted from priors."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.shape_parts import shape_of, sizes_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.ops.detection_output import CENTER_SIZE, CORNER_SIZE, DetectionBase


def decoded_boxes(
    op: DetectionBase, logits: Value, proposals: Value, locations: int, moves: Value | None = None
) -> Value:
    """[pictures, priors, locations, 4] of (left, top, right, bottom). ``moves`` move the priors before."""
    places = _priors(op, proposals)
    spread = None if op.variance_encoded_in_target else _variances(op, proposals)
    if moves is not None:
        places = _decoded(op, _table(moves, locations), places, spread)
    return _decoded(op, _table(logits, locations), places, spread)


def clipped(boxes: Value) -> Value:
    """The boxes inside of the picture."""
    return ops.Clamp(0.0, 1.0)(boxes)


def _table(x: Value, locations: int) -> Value:
    return ops.Reshape(special_zero=True)(x, np.array([0, -1, locations, 4]))


def _row(proposals: Value, number: int) -> Value:
    return ops.Slice()(proposals, np.array([number]), np.array([number + 1]), np.array([1]), np.array([1]))


def _priors(op: DetectionBase, proposals: Value) -> Value:
    rows = ops.Reshape(special_zero=True)(_row(proposals, 0), np.array([0, -1, 1, op.prior_size]))
    if op.normalized:
        return rows
    sides = ops.Slice()(rows, np.array([1]), np.array([5]), np.array([1]), np.array([3]))
    return ops.Divide()(sides, np.array([op.input_width, op.input_height] * 2, np.float32))


def _variances(op: DetectionBase, proposals: Value) -> Value:
    row = _row(proposals, 1)
    if op.prior_size != 4:
        count = ops.Divide()(sizes_of(proposals, 2, 3), np.array([op.prior_size]))
        end = ops.Multiply()(count, np.array([4]))
        row = ops.Slice()(row, np.array([0]), shape_of(end), np.array([1]), np.array([2]))
    return ops.Reshape(special_zero=True)(row, np.array([0, -1, 1, 4]))


def _decoded(op: DetectionBase, x: Value, places: Value, spread: Value | None) -> Value:
    moved = x if spread is None else ops.Multiply()(x, spread)
    low, high, first, last = *_halves(places), *_halves(moved)
    if op.code_type == CENTER_SIZE:
        size, two = ops.Subtract()(high, low), 2.0
        center = ops.Add()(ops.Multiply()(first, size), ops.Divide()(ops.Add()(low, high), two))
        half = ops.Divide()(ops.Multiply()(ops.Exp()(last), size), two)
        low, high = ops.Subtract()(center, half), ops.Add()(center, half)
    else:
        if op.code_type == CORNER_SIZE:
            size = ops.Subtract()(high, low)
            first, last = ops.Multiply()(first, size), ops.Multiply()(last, size)
        low, high = ops.Add()(low, first), ops.Add()(high, last)
    made = ops.Concat(3)(low, high)
    return clipped(made) if op.clip_before_nms else made


def _halves(boxes: Value) -> tuple[Value, Value]:
    """The two first and the two last numbers of each box."""
    low, high = (ops.Slice()(boxes, np.array([k]), np.array([k + 2]), np.array([1]), np.array([3])) for k in (0, 2))
    return low, high
