"""Proposal taken apart: anchors are moved, a kernel keeps some, each picture gets its rows."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.kept_candidates import Suppression, kept_candidates
from dldt.codegen.plan.kept_rows import kept_rows
from dldt.codegen.plan.region_cells import as_type, f32, picture_sizes
from dldt.codegen.plan.shape_parts import size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.proposal import ProposalBase
from dldt.compiler.types import DType

_ZERO = np.array(0, np.float32)


@expands(ops.Proposal, ops.Proposal4)
def expand_proposal(node: Node) -> tuple[Value, ...]:
    """The regions, and their scores where these are wanted."""
    op = node.op
    assert isinstance(op, ProposalBase)
    probs, deltas, image = (f32(value) for value in node.inputs if value is not None)
    numbers = ops.Reshape()(image, np.array([-1]))
    picture = ops.Gather()(numbers, np.array([0, 1] if op.turned else [1, 0]), np.array(0))
    count = len(op.ratio) * len(op.scale)
    boxes = _moved(op, _moves(deltas, count), _placed(op, probs, count), picture)
    objects = ops.Slice()(probs, np.array([count]), np.array([2 * count]), np.array([1]), np.array([1]))
    scores = ops.Reshape(special_zero=True)(ops.Transpose()(objects, np.array([0, 2, 3, 1])), np.array([0, -1]))
    low, last = _halves(boxes, 2)
    edge = ops.Add()(last, op.extra) if op.extra else last
    least = ops.Multiply()(ops.Gather()(numbers, np.array([-1, 2]), np.array(0)), float(op.min_size))
    large = ops.ReduceLogicalAnd(False)(ops.GreaterEqual()(ops.Subtract()(edge, low), least), np.array([2]))
    scores = ops.Multiply()(scores, ops.Convert(DType.f32)(large))
    wide = ops.Concat(2)(low, edge)
    rule = Suppression(op.nms_thresh, -np.inf, op.pre_nms_topn, op.post_nms_topn, least_side=op.extra)
    kept = kept_candidates(wide, ops.Unsqueeze()(scores, np.array([1])), rule)
    rows = kept_rows(kept, size_of(probs, 0), op.post_nms_topn)
    chosen = ops.Gather(1)(boxes, rows.place, np.array(1))
    chosen = _finished(op, chosen, picture)
    made = ops.Select()(ops.Unsqueeze()(rows.here, np.array([2])), chosen, _ZERO)
    names = ops.Select()(rows.first_free, np.array(-1, np.float32), rows.number_where_here)
    regions = ops.Reshape()(ops.Concat(2)(ops.Unsqueeze()(names, np.array([2])), made), np.array([-1, 5]))
    own = ops.Gather(1)(scores, rows.place, np.array(1))
    found = ops.Reshape()(ops.Select()(rows.here, own, _ZERO), np.array([-1]))
    return tuple(as_type(x, t.dtype) for x, t in zip((regions, found), node.types, strict=False))


def _halves(boxes: Value, axis: int) -> tuple[Value, Value]:
    low, high = (ops.Slice()(boxes, np.array([k]), np.array([k + 2]), np.array([1]), np.array([axis])) for k in (0, 2))
    return low, high


def _moves(deltas: Value, count: int) -> Value:
    """[pictures, cells · anchors, 4]."""
    parts = ops.Reshape(special_zero=True)(deltas, np.array([0, count, 4, -1]))
    turned = ops.Transpose()(parts, np.array([0, 3, 1, 2]))
    return ops.Reshape(special_zero=True)(turned, np.array([0, -1, 4]))


def _placed(op: ProposalBase, probs: Value, count: int) -> Value:
    """The anchors of all cells [cells · anchors, 4]."""
    high, wide = picture_sizes(probs)
    cell = ops.Range(DType.i64)(np.array(0), ops.Multiply()(high, wide), np.array(1))
    row, line = ops.Divide()(cell, wide), ops.FloorMod()(cell, wide)
    first, second = (row, line) if op.turned else (line, row)
    pair = [ops.Unsqueeze()(ops.Multiply()(at, np.array(op.feat_stride)), np.array([1, 2])) for at in (first, second)]
    shift = ops.Convert(DType.f32)(ops.Concat(2)(*pair, *pair))
    return ops.Reshape()(ops.Add()(shift, op.anchors().reshape(1, count, 4)), np.array([-1, 4]))


def _moved(op: ProposalBase, moves: Value, anchors: Value, picture: Value) -> Value:
    low, last = _halves(anchors, 1)
    if op.turned:
        low, last = (_cut(x, picture) for x in (low, last))
    size = ops.Subtract()(last, low)
    size = ops.Add()(size, op.extra) if op.extra else size
    place, scale = _halves(moves, 2)
    middle = ops.Add()(low, ops.Multiply()(size, 0.5))
    center = ops.Add()(ops.Multiply()(ops.Divide()(place, op.box_coordinate_scale), size), middle)
    grown = ops.Exp()(ops.Divide()(scale, op.box_size_scale))
    half = ops.Multiply()(ops.Multiply()(grown, 0.5), size)
    ends = [ops.Subtract()(center, half), ops.Add()(center, half)]
    if op.clip_before_nms:
        ends = [_cut(end, ops.Subtract()(picture, op.extra)) for end in ends]
    return ops.Concat(2)(*ends)


def _cut(x: Value, most: Value) -> Value:
    return ops.Maximum()(ops.Minimum()(x, most), 0.0)


def _finished(op: ProposalBase, boxes: Value, picture: Value) -> Value:
    limits = ops.Concat(0)(picture, picture)
    made = _cut(boxes, limits) if op.clip_after_nms else boxes
    return ops.Divide()(made, limits) if op.normalize else made
