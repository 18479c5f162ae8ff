"""DetectionOutput taken apart: boxes are decoded, a kernel keeps some, the best are put in order."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.plan.best_kept import best_kept
from dldt.codegen.plan.decoded_boxes import clipped, decoded_boxes
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.kept_candidates import KeptCandidates, Suppression, kept_candidates, upright
from dldt.codegen.plan.shape_parts import shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.detection_output import DetectionBase
from dldt.compiler.types import DType

_ZERO, _ONE = np.array(0), np.array([1])
_NOTHING, _NO_SCORE = np.array(0, np.float32), np.array(-np.inf, np.float32)


@attrs.frozen
class _Candidates:
    """Boxes [B, Q, 4] and their scores [B, classes / B, Q]; what is asked of them."""

    boxes: Value
    scores: Value
    least: float
    limit: int | None


@attrs.frozen
class _Answers:
    """Rows of the result in order: the row of scores (picture · classes + class) and the place of each, how many."""

    row: Value
    place: Value
    number: Value


@expands(ops.DetectionOutput, ops.DetectionOutput8)
def expand_detection_output(node: Node) -> tuple[Value, ...]:
    """The rows of the result."""
    op = node.op
    assert isinstance(op, DetectionBase)
    logits, scores, proposals, *aux = (_wide(value) for value in node.inputs if value is not None)
    size = op.prior_size
    classes = op.classes(scores.type.shape[1], proposals.type.shape[2] // size)
    labels = op.labels(classes) or [0]
    table = ops.Reshape(special_zero=True)(scores, np.array([0, -1, classes]))
    table = _without_nothing(op, table, classes, *aux[:1])
    boxes = decoded_boxes(op, logits, proposals, 1 if op.share_location else classes, *aux[1:])
    found = _best_class(op, boxes, table, labels) if op.decrease_label_id else _each_class(op, boxes, table, labels)
    if not op.labels(classes) or op.top_k == 0 or op.keep_top_k[0] == 0:
        found = attrs.evolve(found, least=np.inf, limit=1)
    rule = Suppression(op.nms_threshold, found.least, found.limit)
    kept = kept_candidates(upright(found.boxes), found.scores, rule)
    answers = _Answers(kept.row, kept.place, kept.number)
    if op.keep_top_k[0] > 0:
        answers = _best(kept, size_of(logits, 0), len(labels), found, op.keep_top_k[0])
    made = _rows(op, node, found, answers, labels)
    kind = node.types[0].dtype
    return (made if kind is DType.f32 else ops.Convert(kind)(made),)


def _wide(value: Value) -> Value:
    return value if value.type.dtype is DType.f32 else ops.Convert(DType.f32)(value)


def _without_nothing(op: DetectionBase, scores: Value, classes: int, objects: Value | None = None) -> Value:
    """Priors where there is nothing are background."""
    if objects is None:
        return scores
    pairs = ops.Reshape(special_zero=True)(objects, np.array([0, -1, 2]))
    seen = ops.Slice()(pairs, _ONE, np.array([2]), _ONE, np.array([2]))
    background = scores.graph.constant((np.arange(classes) == op.background_label_id).astype(np.float32))
    return ops.Select()(ops.Less()(seen, op.objectness_score), background, scores)


def _each_class(op: DetectionBase, boxes: Value, scores: Value, labels: list[int]) -> _Candidates:
    """Every class has candidates of its own."""
    own = ops.Transpose()(ops.Gather()(scores, np.array(labels), np.array(2)), np.array([0, 2, 1]))
    limit = op.top_k if op.top_k >= 0 else None
    if op.share_location:
        return _Candidates(ops.Squeeze()(boxes, np.array([2])), own, op.confidence_threshold, limit)
    each = ops.Transpose()(ops.Gather()(boxes, np.array(labels), np.array(2)), np.array([0, 2, 1, 3]))
    count = size_of(boxes, 1)
    rows = ops.Reshape()(each, shape_of(-1, count, 4))
    return _Candidates(rows, ops.Reshape()(own, shape_of(-1, 1, count)), op.confidence_threshold, limit)


def _best_class(op: DetectionBase, boxes: Value, scores: Value, labels: list[int]) -> _Candidates:
    """Every prior is a candidate of its best class alone."""
    own = ops.Gather()(scores, np.array(labels), np.array(2))
    values, kinds = (ops.Squeeze()(x, np.array([2])) for x in ops.TopK(2, "max", "value", DType.i64).all(own, _ONE[0]))
    good = ops.LogicalAnd()(ops.GreaterEqual()(values, op.confidence_threshold), ops.Greater()(values, -1.0))
    masked = ops.Select()(good, values, _NO_SCORE)
    count = size_of(boxes, 1)
    if op.top_k > 0:
        count = ops.Minimum()(count, np.array(op.top_k))
    values, places = ops.TopK(1, "max", "value", DType.i64).all(masked, count)
    kinds = ops.GatherElements(1)(kinds, places)
    if op.share_location:
        chosen = ops.Gather(1)(ops.Squeeze()(boxes, np.array([2])), places, np.array(1))
    else:
        label = ops.Gather()(boxes.graph.constant(np.array(labels)), kinds, _ZERO)
        at = ops.Add()(ops.Multiply()(places, size_of(boxes, 2)), label)
        chosen = ops.Gather(1)(ops.Reshape(special_zero=True)(boxes, np.array([0, -1, 4])), at, np.array(1))
    each = ops.Equal()(ops.Unsqueeze()(kinds, _ONE), np.arange(len(labels)).reshape(1, -1, 1))
    return _Candidates(chosen, ops.Select()(each, ops.Unsqueeze()(values, _ONE), _NO_SCORE), -np.inf, None)


def _best(kept: KeptCandidates, images: Value, classes: int, found: _Candidates, most: int) -> _Answers:
    """Of each picture the ``most`` best, class by class."""
    best = best_kept(kept, images, classes, size_of(found.scores, 2), most)
    row = ops.Select()(best.here, best.row, ops.Multiply()(images, np.array(classes)))
    row, place, here = (ops.Reshape()(x, np.array([-1])) for x in (row, best.place, best.here))
    row, order = ops.TopK(0, "min", "value", DType.i64).all(row, size_of(row, 0))
    number = ops.ReduceSum(True)(ops.Convert(DType.i64)(here), np.array([0]))
    return _Answers(row, ops.Gather()(place, order, _ZERO), number)


def _rows(op: DetectionBase, node: Node, found: _Candidates, kept: _Answers, labels: list[int]) -> Value:
    """The result: behind the last answer a row of picture -1, then zeros."""
    priors = size_of(found.scores, 2)
    number = ops.Range(DType.i64)(np.array(0), _asked(op, node), np.array(1))
    here = ops.Less()(number, kept.number)
    source = ops.Minimum()(number, ops.Subtract()(size_of(kept.row, 0), 1))
    row, place = (ops.Select()(here, ops.Gather()(x, source, _ZERO), _ZERO) for x in (kept.row, kept.place))
    image, kind = ops.Divide()(row, np.array(len(labels))), ops.FloorMod()(row, np.array(len(labels)))
    names = np.array(labels, np.float32) - np.float32(op.decrease_label_id)
    scores = ops.Reshape()(found.scores, np.array([-1]))
    score = ops.Gather()(scores, ops.Add()(ops.Multiply()(row, priors), place), _ZERO)
    group = image if op.share_location or op.decrease_label_id else row
    boxes = ops.Reshape()(found.boxes, np.array([-1, 4]))
    box = ops.Gather()(boxes, ops.Add()(ops.Multiply()(group, priors), place), _ZERO)
    box = clipped(box) if op.clip_after_nms else box
    label = ops.Gather()(row.graph.constant(names), kind, _ZERO)
    columns = [ops.Unsqueeze()(x, _ONE) for x in (ops.Convert(DType.f32)(image), label, score)]
    made = ops.Select()(ops.Unsqueeze()(here, _ONE), ops.Concat(1)(*columns, box), _NOTHING)
    end = ops.Unsqueeze()(ops.Equal()(number, kept.number), _ONE)
    sign = ops.Select()(end, np.array([[-1.0, 0, 0, 0, 0, 0, 0]], np.float32), made)
    return ops.Reshape()(sign, np.array([1, 1, -1, 7]))


def _asked(op: DetectionBase, node: Node) -> Value:
    """The rows of the result."""
    logits, scores, proposals = node.inputs[:3]
    assert logits is not None
    assert scores is not None
    assert proposals is not None
    fixed = op.fixed_rows(op.classes(scores.type.shape[1], proposals.type.shape[2] // op.prior_size))
    return ops.Multiply()(size_of(logits, 0), size_of(scores, 1) if fixed is None else np.array(fixed))
