"""The proposals of the Detectron family taken apart: anchors are moved, a kernel keeps some."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.found_places import FoundPlaces
from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.expansions.non_zero import count_of
from dldt.codegen.plan.in_memory import with_zero_behind
from dldt.codegen.plan.kept_candidates import Suppression, kept_candidates, upright
from dldt.codegen.plan.kept_rows import kept_rows
from dldt.codegen.plan.region_cells import as_type, f32
from dldt.codegen.plan.shape_parts import size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.generate_proposals import LARGEST_GROWTH
from dldt.compiler.types import DType

_NOTHING, _NO_SCORE, _ZERO, _ONE = np.array(0, np.float32), np.array(-np.inf, np.float32), np.array(0), np.array([1])


@expands(ops.ExperimentalDetectronGenerateProposalsSingleImage)
def expand_proposals_of_one(node: Node) -> tuple[Value, ...]:
    """Regions and scores of a picture, then zeros."""
    op = node.op
    assert isinstance(op, ops.ExperimentalDetectronGenerateProposalsSingleImage)
    image, anchors, deltas, scores = (f32(value) for value in node.inputs if value is not None)
    batch = [ops.Unsqueeze()(value, np.array([0])) for value in (image, deltas, scores)]
    boxes, own = _moved(anchors, batch[1], batch[0], 1.0), _table(batch[2], 1)
    large = _large(boxes, 1.0, node.graph.constant(np.array(op.min_size, np.float32)))
    own = ops.Multiply()(own, ops.Convert(DType.f32)(large))
    rule = Suppression(op.nms_threshold, -np.inf, op.pre_nms_count, op.post_nms_count)
    kept = kept_candidates(upright(boxes), ops.Unsqueeze()(own, _ONE), rule)
    rows = kept_rows(kept, size_of(own, 0), op.post_nms_count)
    chosen = ops.Gather(1)(boxes, rows.place, np.array(1))
    regions = ops.Select()(ops.Unsqueeze()(rows.here, np.array([2])), chosen, _NOTHING)
    found = ops.Select()(rows.here, ops.Gather(1)(own, rows.place, np.array(1)), _NOTHING)
    kind = node.types[0].dtype
    return tuple(as_type(ops.Squeeze()(x, np.array([0])), kind) for x in (regions, found))


@expands(ops.GenerateProposals)
def expand_proposals(node: Node) -> tuple[Value, ...]:
    """Regions and scores of all pictures, as many as there are, and the number of each picture."""
    op = node.op
    assert isinstance(op, ops.GenerateProposals)
    image, anchors, deltas, scores = (f32(value) for value in node.inputs if value is not None)
    boxes = _moved(ops.Reshape()(anchors, np.array([-1, 4])), deltas, image, op.extra)
    own = _table(scores, 1)
    columns = np.array([image.type.static_shape[1] - 1 if image.type.is_static else -1, 2])
    scale = ops.Unsqueeze()(ops.Gather()(image, columns, np.array(1)), _ONE)
    large = _large(boxes, op.extra, ops.Multiply()(scale, op.min_size))
    count = ops.Minimum()(size_of(own, 1), np.array(op.pre_nms_count))
    best, places = ops.TopK(1, "max", "value", DType.i64).all(own, count)
    chosen = ops.Gather(1)(boxes, places, np.array(1))
    good = ops.Select()(ops.GatherElements(1)(large, places), best, _NO_SCORE)
    edges = np.array([0, 0, op.extra, op.extra], np.float32)
    wide = upright(ops.Add()(chosen, edges) if op.extra else chosen)
    rule = Suppression(op.nms_threshold, -np.inf, None, op.post_nms_count, least_side=op.extra)
    kept = kept_candidates(wide, ops.Unsqueeze()(good, _ONE), rule)
    rows = kept_rows(kept, size_of(own, 0), op.post_nms_count)
    found = Prefix(count_of(node))(FoundPlaces()(with_zero_behind(kept.here), name=node.name))
    row, place = (ops.Gather()(x, found, _ZERO) for x in (kept.row, kept.place))
    at = ops.Add()(ops.Multiply()(row, size_of(best, 1)), place)
    regions = ops.Gather()(ops.Reshape()(chosen, np.array([-1, 4])), at, _ZERO)
    values = ops.Gather()(ops.Reshape()(best, np.array([-1])), at, _ZERO)
    kind = node.types[0].dtype
    numbers = ops.Reshape()(rows.count, np.array([-1]))
    return as_type(regions, kind), as_type(values, kind), as_type(numbers, node.types[2].dtype)


def _table(scores: Value, numbers: int) -> Value:
    """[pictures, n · numbers, H, W] as [pictures, H · W · n]; with ``numbers`` each: [pictures, H · W · n, numbers]."""
    turned = ops.Transpose()(scores, np.array([0, 2, 3, 1]))
    return ops.Reshape(special_zero=True)(turned, np.array([0, -1] if numbers == 1 else [0, -1, numbers]))


def _halves(boxes: Value, axis: int) -> tuple[Value, Value]:
    low, high = (ops.Slice()(boxes, np.array([k]), np.array([k + 2]), _ONE, np.array([axis])) for k in (0, 2))
    return low, high


def _large(boxes: Value, extra: float, least: Value) -> Value:
    """Whether no side is below ``least``."""
    low, high = _halves(boxes, 2)
    size = ops.Subtract()(high, low)
    size = ops.Add()(size, extra) if extra else size
    return ops.ReduceLogicalAnd(False)(ops.GreaterEqual()(size, least), np.array([2]))


def _moved(anchors: Value, deltas: Value, image: Value, extra: float) -> Value:
    """[pictures, H · W · n, 4]: anchors [H · W · n, 4] moved and cut."""
    (low, high), (place, scale) = _halves(anchors, 1), _halves(_table(deltas, 4), 2)
    size = ops.Subtract()(high, low)
    size = ops.Add()(size, extra) if extra else size
    center = ops.Add()(ops.Multiply()(place, size), ops.Add()(low, ops.Multiply()(size, 0.5)))
    half = ops.Multiply()(ops.Multiply()(ops.Exp()(ops.Minimum()(scale, LARGEST_GROWTH)), size), 0.5)
    last = ops.Add()(center, half)
    ends = ops.Subtract()(center, half), ops.Subtract()(last, extra) if extra else last
    picture = ops.Unsqueeze()(ops.Gather()(image, np.array([1, 0]), np.array(1)), _ONE)
    limit = ops.Subtract()(picture, extra)
    return ops.Concat(2)(*(ops.Maximum()(ops.Minimum()(end, limit), 0.0) for end in ends))
