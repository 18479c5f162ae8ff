"""What detectors of the Detectron family are made of, taken apart."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.best_kept import best_kept
from dldt.codegen.plan.between_pixels import Pixels, pixel_rows
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.kept_candidates import Suppression, kept_candidates, upright
from dldt.codegen.plan.region_cells import as_type, column, f32
from dldt.codegen.plan.region_samples import RegionAxis, RegionSamples
from dldt.codegen.plan.shape_parts import numbered, shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.detectron import CANONICAL_SIDE
from dldt.compiler.types import DType

_NOTHING, _ZERO, _ONE = np.array(0, np.float32), np.array(0), np.array([1])


@expands(ops.ExperimentalDetectronPriorGridGenerator)
def expand_prior_grid(node: Node) -> tuple[Value, ...]:
    """The priors at the middle of each cell."""
    op, (priors, features, picture) = node.op, node.inputs
    assert isinstance(op, ops.ExperimentalDetectronPriorGridGenerator)
    assert priors is not None
    assert features is not None
    assert picture is not None
    at, counts = [], []
    for axis, given, stride in ((2, op.h, op.stride_y), (3, op.w, op.stride_x)):
        count = node.graph.constant(np.array(given)) if given else size_of(features, axis)
        extent, size = (ops.Convert(DType.f32)(x) for x in (size_of(picture, axis), count))
        step = node.graph.constant(np.array(stride, np.float32)) if stride else ops.Divide()(extent, size)
        walk = ops.Convert(DType.f32)(ops.Range(DType.i64)(np.array(0), count, np.array(1)))
        at.append(ops.Multiply()(ops.Add()(walk, 0.5), step))
        counts.append(count)
    grid = shape_of(*counts, 1, 1)
    y = ops.Broadcast()(ops.Unsqueeze()(at[0], np.array([1, 2, 3])), grid)
    x = ops.Broadcast()(ops.Unsqueeze()(at[1], np.array([0, 2, 3])), grid)
    made = ops.Add()(ops.Concat(3)(x, y, x, y), f32(priors))
    flat = ops.Reshape()(made, np.array([-1, 4])) if op.flatten else made
    return (as_type(flat, node.types[0].dtype),)


@expands(ops.ExperimentalDetectronTopKROIs)
def expand_top_rois(node: Node) -> tuple[Value, ...]:
    """The regions of the largest probabilities, then zeros."""
    op, (rois, probs) = node.op, node.inputs
    assert isinstance(op, ops.ExperimentalDetectronTopKROIs)
    assert rois is not None
    assert probs is not None
    count = size_of(probs, 0)
    best = ops.TopK(0, "max", "value", DType.i64).all(probs, ops.Minimum()(count, np.array(op.max_rois)))[1]
    number = numbered(node.graph, op.max_rois)
    source = ops.Gather()(best, ops.Minimum()(number, ops.Subtract()(size_of(best, 0), 1)), _ZERO)
    chosen = ops.Gather()(rois, source, _ZERO)
    here = ops.Unsqueeze()(ops.Less()(number, count), _ONE)
    return (ops.Select()(here, chosen, np.array(0, rois.type.dtype.numpy)),)


@expands(ops.ExperimentalDetectronROIFeatureExtractor)
def expand_roi_features(node: Node) -> tuple[Value, ...]:
    """The pixels of all levels lie behind one another; each region reads those of its own."""
    op = node.op
    assert isinstance(op, ops.ExperimentalDetectronROIFeatureExtractor)
    rois, *levels = (f32(value) for value in node.inputs if value is not None)
    sides = [column(rois, k) for k in range(4)]
    area = ops.Multiply()(ops.Subtract()(sides[2], sides[0]), ops.Subtract()(sides[3], sides[1]))
    real = ops.Greater()(area, 0.0)
    size = ops.Add()(ops.Divide()(ops.Sqrt()(ops.Maximum()(area, 0.0)), CANONICAL_SIDE), 1e-6)
    above = ops.Convert(DType.i64)(ops.GreaterEqual()(size, op.thresholds().reshape(1, -1)))
    where = ops.ReduceSum(True)(above, _ONE) if len(levels) > 1 else ops.Multiply()(ops.Convert(DType.i64)(real), 0)
    high, wide = ([size_of(level, axis) for level in levels] for axis in (2, 3))
    areas = [ops.Multiply()(h, w) for h, w in zip(high, wide, strict=True)]
    starts = ops.CumSum(exclusive=True)(_vector(areas), _ZERO)
    own_high, own_wide, own_start = (ops.Gather()(v, where, _ZERO) for v in (_vector(high), _vector(wide), starts))
    scale = (np.float32(1) / np.array(op.pyramid_scales, np.float32)).astype(np.float32)
    own_scale = ops.Gather()(node.graph.constant(scale), where, _ZERO)
    axes = tuple(_axis(op, sides[k], sides[k + 2], own_scale) for k in (1, 0))
    memory = ops.Concat(0)(*(pixel_rows(level).memory for level in levels))
    pixels = Pixels(memory, channels=True, start=ops.Unsqueeze()(own_start, np.array([2])))
    sizes = [ops.Unsqueeze()(v, np.array([2])) for v in (own_high, own_wide)]
    plane = ops.Multiply()(ops.Unsqueeze()(where, np.array([2])), 0)
    cells = RegionSamples(pixels, plane, (axes[0], axes[1]), sizes, op.sampling_ratio, "avg")
    found = cells.cells(f"{node.graph.name}/{node.name}/samples")
    made = ops.Select()(ops.Unsqueeze()(real, np.array([2, 3])), found, _NOTHING)
    kind = node.types[0].dtype
    given = node.inputs[0]
    assert given is not None
    return as_type(ops.Transpose()(made, np.array([0, 3, 1, 2])), kind), given


def _vector(numbers: list[Value]) -> Value:
    made = shape_of(*numbers)
    assert isinstance(made, Value)
    return made


def _axis(op: ops.ExperimentalDetectronROIFeatureExtractor, low: Value, high: Value, scale: Value) -> RegionAxis:
    ends = [ops.Multiply()(side, scale) for side in (low, high)]
    ends = [ops.Subtract()(end, 0.5) for end in ends] if op.aligned else ends
    extent = ops.Maximum()(ops.Subtract()(ends[1], ends[0]), 1.0)
    return RegionAxis(ends[0], ops.Divide()(extent, float(op.output_size)), op.output_size)


@expands(ops.ExperimentalDetectronDetectionOutput)
def expand_detectron_output(node: Node) -> tuple[Value, ...]:
    """Boxes, classes and scores."""
    op = node.op
    assert isinstance(op, ops.ExperimentalDetectronDetectionOutput)
    rois, deltas, scores, _ = (f32(value) for value in node.inputs if value is not None)
    low, high = (ops.Slice()(rois, np.array([k]), np.array([k + 2]), _ONE, _ONE) for k in (0, 2))
    real = ops.ReduceLogicalAnd(True)(ops.Greater()(high, low), _ONE)
    classes, most = op.num_classes - 1, op.max_detections_per_image
    boxes = _moved(op, ops.Unsqueeze()(low, _ONE), ops.Unsqueeze()(high, _ONE), deltas)
    each = ops.Slice()(scores, _ONE, np.array([op.num_classes]), _ONE, _ONE)
    own = ops.Transpose()(ops.Select()(real, each, _NOTHING), np.array([1, 0]))
    by_class = ops.Transpose()(boxes, np.array([1, 0, 2]))
    edges = np.array([0, 0, 1, 1], np.float32)
    limit = None if op.post_nms_count == -1 else op.post_nms_count
    wide = upright(ops.Add()(by_class, edges))
    rule = Suppression(op.nms_threshold, op.score_threshold, None, limit, least_side=1.0)
    kept = kept_candidates(wide, ops.Unsqueeze()(own, _ONE), rule)
    best = best_kept(kept, node.graph.constant(np.array(1)), classes, size_of(rois, 0), most)
    number = numbered(node.graph, most)
    many = ops.Greater()(kept.number, most)
    here = ops.Less()(number, kept.number)
    row, place = (
        ops.Select()(many, _at(ops.Reshape()(a, np.array([-1])), number), _at(b, number))
        for a, b in ((best.row, kept.row), (best.place, kept.place))
    )
    row, place = (ops.Select()(here, x, _ZERO) for x in (row, place))
    at = ops.Add()(ops.Multiply()(row, size_of(rois, 0)), place)
    chosen = ops.Gather()(ops.Reshape()(by_class, np.array([-1, 4])), at, _ZERO)
    score = ops.Gather()(ops.Reshape()(own, np.array([-1])), at, _ZERO)
    kind = node.types[0].dtype
    names = ops.Convert(DType.i32)(ops.Add()(row, 1))
    return (
        as_type(ops.Select()(ops.Unsqueeze()(here, _ONE), chosen, _NOTHING), kind),
        ops.Select()(here, names, np.array(0, np.int32)),
        as_type(ops.Select()(here, score, _NOTHING), kind),
    )


def _at(x: Value, number: Value) -> Value:
    """The elements at numbers, the last one behind the end."""
    return ops.Gather()(x, ops.Minimum()(number, ops.Subtract()(size_of(x, 0), 1)), _ZERO)


def _moved(op: ops.ExperimentalDetectronDetectionOutput, low: Value, high: Value, deltas: Value) -> Value:
    """The boxes of each class but the first: [regions, classes, 4]."""
    moves = ops.Reshape(special_zero=True)(deltas, np.array([0, op.num_classes, 4]))
    own = ops.Slice()(moves, _ONE, np.array([op.num_classes]), _ONE, _ONE)
    own = ops.Divide()(own, np.array(op.deltas_weights, np.float32))
    place, scale = (ops.Slice()(own, np.array([k]), np.array([k + 2]), _ONE, np.array([2])) for k in (0, 2))
    size = ops.Add()(ops.Subtract()(high, low), 1.0)
    center = ops.Add()(ops.Multiply()(place, size), ops.Add()(low, ops.Multiply()(size, 0.5)))
    grown = ops.Exp()(ops.Minimum()(scale, op.max_delta_log_wh))
    half = ops.Multiply()(ops.Multiply()(grown, size), 0.5)
    ends = ops.Subtract()(center, half), ops.Subtract()(ops.Add()(center, half), 1.0)
    return ops.Maximum()(ops.Concat(2)(*ends), 0.0)
