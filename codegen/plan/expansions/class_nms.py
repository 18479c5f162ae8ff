"""MulticlassNms and MatrixNms taken apart: a kernel keeps boxes, or overlaps make scores smaller; sorting follows."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.found_places import FoundPlaces
from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.plan.best_kept import BestKept, best_kept
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.expansions.non_zero import count_of
from dldt.codegen.plan.in_memory import with_zero_behind
from dldt.codegen.plan.kept_candidates import Suppression, kept_candidates, upright
from dldt.codegen.plan.region_cells import as_type, f32
from dldt.codegen.plan.shape_parts import shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.class_nms import ClassNms, MulticlassBase
from dldt.compiler.types import DType

_ZERO, _ONE, _NO_SCORE = np.array(0), np.array([1]), np.array(-np.inf, np.float32)


@attrs.frozen
class _Boxes:
    """Boxes as rows, and how the place of a box in them and its number follow from picture, class and place."""

    rows: Value
    places: Value
    classes: int | None = None
    """Where each class has boxes of its own: how many classes there are."""

    def at(self, picture: Value, label: Value, place: Value) -> tuple[Value, Value]:
        """The row and the number of a box."""
        if self.classes is None:
            row = ops.Add()(ops.Multiply()(picture, self.places), place)
            return row, row
        row = ops.Add()(ops.Multiply()(label, self.places), place)
        return row, ops.Add()(ops.Multiply()(place, np.array(self.classes)), label)


@expands(ops.MulticlassNms, ops.MulticlassNms9)
def expand_multiclass_nms(node: Node) -> tuple[Value, ...]:
    """A kernel keeps boxes of each class."""
    op = node.op
    assert isinstance(op, MulticlassBase)
    given, *more = (value for value in node.inputs if value is not None)
    boxes, scores = f32(given), f32(more[0])
    classes = scores.type.shape[0 if len(more) > 1 else 1]
    assert isinstance(classes, int)
    labels = op.labels(classes) or [0]
    least = np.nextafter(np.float32(op.score_threshold if op.labels(classes) and op.nms_top_k else np.inf), _NO_SCORE)
    top = None if op.nms_top_k < 0 else max(op.nms_top_k, 1)
    rule = Suppression(op.iou_threshold, float(least), top, None, 0.0, inclusive=True, eta=op.nms_eta)
    own = boxes if op.normalized else ops.Add()(boxes, np.array([0, 0, op.extra, op.extra], np.float32))
    if len(more) > 1:
        images, places = size_of(more[1], 0), size_of(boxes, 1)
        parts = ops.Gather()(_of_pictures(scores, more[1]), np.array(labels), _ZERO)
        kept = kept_candidates(upright(ops.Gather()(own, np.array(labels), _ZERO)), parts, rule)
        kind, picture = ops.Divide()(kept.row, images), ops.FloorMod()(kept.row, images)
        kept = attrs.evolve(kept, row=ops.Add()(ops.Multiply()(picture, np.array(len(labels))), kind))
        memory = _Boxes(ops.Reshape()(boxes, np.array([-1, 4])), places, classes)
    else:
        images, places = size_of(boxes, 0), size_of(boxes, 1)
        kept = kept_candidates(upright(own), ops.Gather()(scores, np.array(labels), np.array(1)), rule)
        memory = _Boxes(ops.Reshape()(boxes, np.array([-1, 4])), places)
    most = None if op.keep_top_k < 0 else max(op.keep_top_k, 1)
    best = best_kept(kept, images, len(labels), places, most, class_first=True)
    return _results(op, node, best, memory, labels)


def _of_pictures(scores: Value, numbers: Value) -> Value:
    """[C, N, M] of [C, M]: the scores of the boxes of other pictures are the least."""
    counts = ops.Maximum()(as_type(numbers, DType.i64), 0)
    start = ops.Unsqueeze()(ops.CumSum(exclusive=True)(counts, _ZERO), _ONE)
    end = ops.Add()(start, ops.Unsqueeze()(counts, _ONE))
    place = ops.Unsqueeze()(ops.Range(DType.i64)(np.array(0), size_of(scores, 1), np.array(1)), np.array([0]))
    own = ops.LogicalAnd()(ops.GreaterEqual()(place, start), ops.Less()(place, end))
    return ops.Select()(own, ops.Unsqueeze()(scores, _ONE), _NO_SCORE)


@expands(ops.MatrixNms)
def expand_matrix_nms(node: Node) -> tuple[Value, ...]:
    """Two reductions over all pairs of the best boxes of a class."""
    op = node.op
    assert isinstance(op, ops.MatrixNms)
    boxes, scores = (f32(value) for value in node.inputs if value is not None)
    classes = scores.type.shape[1]
    assert isinstance(classes, int)
    labels = op.labels(classes) or [0]
    own = ops.Gather()(scores, np.array(labels), np.array(1))
    count = size_of(boxes, 1)
    top = count if op.nms_top_k < 0 else ops.Minimum()(count, np.array(max(op.nms_top_k, 1)))
    best, places = ops.TopK(2, "max", "value", DType.i64).all(own, top)
    width = size_of(best, 2)
    flat = ops.Reshape(special_zero=True)(places, np.array([0, -1]))
    chosen = ops.Reshape()(ops.Gather(1)(boxes, flat, np.array(1)), shape_of(-1, len(labels), width, 4))
    decayed = ops.Multiply()(best, _decays(op, chosen))
    nothing = not op.labels(classes) or op.nms_top_k == 0
    least = float("inf") if nothing else op.score_threshold
    good = ops.LogicalAnd()(ops.Greater()(best, least), ops.Greater()(decayed, op.post_threshold))
    table = ops.Reshape(special_zero=True)(ops.Select()(good, decayed, _NO_SCORE), np.array([0, -1]))
    limit = size_of(table, 1)
    limit = limit if op.keep_top_k < 0 else ops.Minimum()(limit, np.array(max(op.keep_top_k, 1)))
    score, at = ops.TopK(1, "max", "value", DType.i64).all(table, limit)
    kind, place = ops.Divide()(at, width), ops.GatherElements(1)(flat, at)
    picture = ops.Unsqueeze()(ops.Range(DType.i64)(np.array(0), size_of(boxes, 0), np.array(1)), _ONE)
    row = ops.Add()(ops.Multiply()(picture, np.array(len(labels))), kind)
    found = BestKept(row, kind, place, score, ops.Greater()(score, -np.inf))
    return _results(op, node, found, _Boxes(ops.Reshape()(boxes, np.array([-1, 4])), count), labels)


def _decays(op: ops.MatrixNms, boxes: Value) -> Value:
    """By how much each score is made smaller: [N, classes, n]. Overlaps are worked out in each reduction, so that no
    tensor holds all pairs."""
    largest = ops.ReduceMax(False)(_before(_overlaps(op, boxes), boxes, 0.0), np.array([3]))
    shared, most = _overlaps(op, boxes), ops.Unsqueeze()(largest, np.array([2]))
    if op.decay_function == "gaussian":
        squares = ops.Subtract()(ops.Multiply()(most, most), ops.Multiply()(shared, shared))
        decay = ops.Exp()(ops.Multiply()(squares, op.gaussian_sigma))
    else:
        one = boxes.graph.constant(np.array(1, np.float32))
        free = ops.Add()(ops.Subtract()(one, most), 1e-10)
        decay = ops.Divide()(ops.Subtract()(one, shared), free)
    return ops.ReduceMin(False)(_before(decay, boxes, 1.0), np.array([3]))


def _before(x: Value, boxes: Value, otherwise: float) -> Value:
    """The numbers for pairs of a box and a better one; ``otherwise`` for the others."""
    number = ops.Range(DType.i64)(np.array(0), size_of(boxes, 2), np.array(1))
    earlier = ops.Less()(number, ops.Unsqueeze()(number, _ONE))
    limit = ops.Minimum()(x, otherwise) if otherwise else x
    return ops.Select()(earlier, limit, np.array(otherwise, np.float32))


def _overlaps(op: ops.MatrixNms, boxes: Value) -> Value:
    """[N, classes, n, n]: the intersection over the union of each pair."""
    zero = np.array(0, np.float32)
    left, top, right, bottom = (ops.Gather()(boxes, np.array(k), np.array(3)) for k in range(4))
    sides, touch, areas = [], None, None
    for low, high in ((left, right), (top, bottom)):
        ends = [ops.Unsqueeze()(v, np.array([axis])) for v in (low, high) for axis in (3, 2)]
        raw = ops.Subtract()(ops.Minimum()(ends[2], ends[3]), ops.Maximum()(ends[0], ends[1]))
        own = ops.GreaterEqual()(raw, 0.0)
        touch = own if touch is None else ops.LogicalAnd()(touch, own)
        sides.append(ops.Add()(raw, op.extra) if op.extra else raw)
        side = ops.Maximum()(ops.Add()(ops.Subtract()(high, low), op.extra), 0.0)
        areas = side if areas is None else ops.Multiply()(areas, side)
    assert touch is not None
    assert areas is not None
    shared = ops.Select()(touch, ops.Multiply()(*sides), zero)
    both = ops.Add()(ops.Unsqueeze()(areas, np.array([3])), ops.Unsqueeze()(areas, np.array([2])))
    whole = ops.Subtract()(both, shared)
    real = ops.LogicalAnd()(ops.Greater()(shared, 0.0), ops.Greater()(whole, 0.0))
    return ops.Select()(real, ops.Divide()(shared, whole), zero)


def _results(op: ClassNms, node: Node, best: BestKept, boxes: _Boxes, labels: list[int]) -> tuple[Value, ...]:
    """What is found in the order that is wanted, and how many each picture has."""
    here = best.here if op.keep_top_k else ops.LogicalAnd()(best.here, np.array(False))
    counts = ops.ReduceSum(False)(ops.Convert(DType.i64)(here), _ONE)
    picture = ops.Divide()(best.row, np.array(len(labels)))
    flat = [ops.Reshape()(v, np.array([-1])) for v in (picture, best.kind, best.place, best.score, here)]
    order = _order(op, flat, len(labels))
    flat = flat if order is None else [ops.Gather()(v, order, _ZERO) for v in flat]
    found = Prefix(count_of(node))(FoundPlaces()(with_zero_behind(flat[4]), name=node.name))
    picture, kind, place, score = (ops.Gather()(v, found, _ZERO) for v in flat[:4])
    label = ops.Gather()(node.graph.constant(np.array(labels)), kind, _ZERO)
    row, number = boxes.at(picture, label, place)
    columns = [ops.Unsqueeze()(v, _ONE) for v in (ops.Convert(DType.f32)(label), score)]
    made = ops.Concat(1)(*columns, ops.Gather()(boxes.rows, row, _ZERO))
    types = [t.dtype for t in node.types]
    return as_type(made, types[0]), as_type(ops.Unsqueeze()(number, _ONE), types[1]), as_type(counts, types[2])


def _order(op: ClassNms, flat: list[Value], classes: int) -> Value | None:
    """The order of the boxes of all pictures, which are sorted by picture and score; None: this one."""
    picture, kind, _, score, here = flat
    size = size_of(score, 0)
    if op.by_class:
        keys = ops.Add()(ops.Multiply()(picture, np.array(classes)), kind)
    elif op.sort_result_across_batch and op.sort_result_type == "classid":
        keys = kind
    elif op.sort_result_across_batch and op.sort_result_type == "score":
        masked = ops.Select()(here, score, _NO_SCORE)
        return ops.TopK(0, "max", "value", DType.i64).all(masked, size)[1]
    else:
        return None
    return ops.TopK(0, "min", "value", DType.i64).all(keys, size)[1]
