"""Boxes of detectors: decoded, compared, and of those that overlap the best."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Greater, GreaterEqual, Less, NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceMax
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.ops.unary import Exp
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.box_rows import best, in_front, places_of, rows_at
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.greedy import kept_first, side
from dldt.frontends.mxnet.literal import clipped, ints, number, size
from dldt.frontends.mxnet.new_shape import dims, reshaped_to

_FORMATS = ("corner", "center")
_LEAST = -np.inf
_END = np.iinfo(np.int64).max


@MXNET.imports("_contrib_box_nms")
def box_nms(
    data: Value,
    *,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: str = "corner",
    out_format: str = "corner",
) -> Value:
    """Rows [..., N, numbers of a box]: those that stay, by their scores, then rows of -1."""
    for what, word in (("in_format", in_format), ("out_format", out_format)):
        one_of(what, word, _FORMATS)
    width = data.type.shape[-1]
    if data.type.rank < 2 or not isinstance(width, int) or not _within(width, coord_start + 3, score_index, id_index):
        raise ShapeError(f"rows {data.type} do not have the numbers that are asked for")
    rows = data if data.type.rank == 3 else reshaped_to(data, [-1, *dims(data)[-2:]])
    scores = side(rows, score_index)
    valid = Greater()(scores, number(valid_thresh, data))
    if id_index >= 0 and background_id >= 0:
        valid = LogicalAnd()(valid, NotEqual()(side(rows, id_index), number(background_id, data)))
    order, alive = best(scores, valid, topk)
    chosen = rows_at(rows, order)
    boxes = _coordinates(chosen, coord_start)
    corners = _corners(boxes) if in_format == "center" else boxes
    classes = side(chosen, id_index) if id_index >= 0 and not force_suppress else None
    kept = kept_first(corners, classes, alive, overlap_thresh, equal=False)
    if in_format != out_format:
        chosen = _with_coordinates(chosen, corners if out_format == "corner" else _centers(boxes), coord_start)
    return Reshape()(_filled(in_front(chosen, kept), rows), ShapeOf()(data))


def _within(width: int, *positions: int) -> bool:
    return all(position < width for position in positions) and positions[0] >= 3


def _coordinates(rows: Value, start: int) -> Value:
    return Slice()(rows, ints(start), ints(start + 4), ints(1), ints(2))


def _with_coordinates(rows: Value, boxes: Value, start: int) -> Value:
    before = Slice()(rows, ints(0), ints(start), ints(1), ints(2)) if start else None
    width = rows.type.shape[2]
    behind = Slice()(rows, ints(start + 4), ints(_END), ints(1), ints(2)) if width != start + 4 else None
    return Concat(2)(*(part for part in (before, boxes, behind) if part is not None))


def _filled(rows: Value, like: Value) -> Value:
    """Rows of -1 behind, as many as ``like`` has more."""
    if rows.type.shape[1] == like.type.shape[1]:
        return rows
    missing = Subtract()(size(like, 1), size(rows, 1))
    ends = Concat(0)(rows.graph.constant(ints(0)), missing, rows.graph.constant(ints(0)))
    return Pad()(rows, ints(0, 0, 0), ends, number(-1, rows))


def _corners(boxes: Value) -> Value:
    """Of centres and sizes."""
    x, y, wide, high = (Unsqueeze()(side(boxes, k), ints(-1)) for k in range(4))
    half_wide, half_high = (Multiply()(value, number(0.5, value)) for value in (wide, high))
    sides = (Subtract()(x, half_wide), Subtract()(y, half_high), Add()(x, half_wide), Add()(y, half_high))
    return Concat(boxes.type.rank - 1)(*sides)


def _centers(boxes: Value) -> Value:
    """Centres and sizes, of corners."""
    left, top, right, bottom = (Unsqueeze()(side(boxes, k), ints(-1)) for k in range(4))
    half = number(0.5, boxes)
    middles = (Multiply()(Add()(left, right), half), Multiply()(Add()(top, bottom), half))
    return Concat(boxes.type.rank - 1)(*middles, Subtract()(right, left), Subtract()(bottom, top))


@MXNET.imports("_contrib_box_iou")
def box_iou(lhs: Value, rhs: Value, *, format: str = "corner") -> Value:
    """The part that each two boxes share, of what both cover."""
    first, second = (_corners(x) if one_of("format", format, _FORMATS) == "center" else x for x in (lhs, rhs))
    left = Reshape()(first, ints(-1, 1, 4))
    right = Reshape()(second, ints(1, -1, 4))
    zero = number(0, lhs)
    extents = []
    for axis in (0, 1):
        low = Maximum()(side(left, axis), side(right, axis))
        extents.append(Maximum()(Subtract()(Minimum()(side(left, axis + 2), side(right, axis + 2)), low), zero))
    shared = Multiply()(*extents)
    union = Subtract()(Add()(_area(left), _area(right)), shared)
    made = Select()(Greater()(shared, zero), Divide()(shared, union), zero)
    return reshaped_to(made, [*dims(lhs)[:-1], *dims(rhs)[:-1]])


def _area(boxes: Value) -> Value:
    wide, high = (Maximum()(Subtract()(side(boxes, k + 2), side(boxes, k)), number(0, boxes)) for k in (0, 1))
    return Multiply()(wide, high)


@MXNET.imports("_contrib_box_decode")
def box_decode(
    data: Value,
    anchors: Value,
    *,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: str = "center",
) -> Value:
    """Boxes by their corners, of offsets from anchors; sizes grow by at most exp(`clip`)."""
    given = anchors if one_of("format", format, _FORMATS) == "center" else _centers(anchors)
    return _decoded(data, given, (std0, std1, std2, std3), clip)


def _decoded(offsets: Value, anchors: Value, deviations: tuple[float, ...], clip: float) -> Value:
    x, y, wide, high = (Unsqueeze()(side(anchors, k), ints(-1)) for k in range(4))
    scaled = [
        Multiply()(Unsqueeze()(side(offsets, k), ints(-1)), number(by, offsets)) for k, by in enumerate(deviations)
    ]
    middles = [Add()(Multiply()(scaled[k], extent), middle) for k, extent, middle in ((0, wide, x), (1, high, y))]
    halves = []
    for growth, extent in ((scaled[2], wide), (scaled[3], high)):
        bounded = clipped(growth, None, clip) if clip > 0 else growth
        halves.append(Multiply()(Multiply()(Exp()(bounded), extent), number(0.5, offsets)))
    lows = [Subtract()(middle, half) for middle, half in zip(middles, halves, strict=True)]
    highs = [Add()(middle, half) for middle, half in zip(middles, halves, strict=True)]
    return Concat(offsets.type.rank - 1)(*lows, *highs)


@MXNET.imports("_contrib_MultiBoxPrior")
def multi_box_prior(
    data: Value,
    *,
    sizes: tuple[float, ...] = (1.0,),
    ratios: tuple[float, ...] = (1.0,),
    clip: bool = False,
    steps: tuple[float, ...] = (-1.0, -1.0),
    offsets: tuple[float, ...] = (0.5, 0.5),
) -> Value:
    """Boxes round each pixel, as parts of the picture [1, H · W · boxes, 4]: every size with the first ratio, then the
    first size with every other ratio."""
    if not sizes or not ratios or len(steps) != 2 or len(offsets) != 2 or data.type.rank != 4 or min(ratios) <= 0:
        raise InputError("sizes, positive ratios, two steps and two offsets are needed, and data with height and width")
    graph = data.graph
    high, wide = (Convert(DType.f32)(size(data, axis)) for axis in (2, 3))
    roots = np.sqrt(np.array(ratios, np.float32))
    extents = np.array([*sizes, *[sizes[0]] * (len(ratios) - 1)], np.float32)
    stretch = np.concatenate([np.full(len(sizes), roots[0]), roots[1:]]).astype(np.float32)
    shape = Divide()(high, wide)
    half_wide = Multiply()(
        Multiply()(Multiply()(graph.constant(extents), shape), graph.constant(stretch)), np.array(0.5, np.float32)
    )
    half_high = graph.constant((extents / stretch * np.float32(0.5)).astype(np.float32))
    middles = []
    for axis, count, step, offset in ((2, high, steps[0], offsets[0]), (3, wide, steps[1], offsets[1])):
        number_of = Squeeze()(size(data, axis), ints(0))
        cells = Convert(DType.f32)(
            Range(DType.i64)(graph.constant(np.array(0, np.int64)), number_of, np.array(1, np.int64))
        )
        by = Divide()(graph.constant(np.ones(1, np.float32)), count) if step <= 0 else np.array([step], np.float32)
        middles.append(Multiply()(Add()(cells, np.array(offset, np.float32)), by))
    rows, columns = Unsqueeze()(middles[0], ints(1, 2)), Unsqueeze()(middles[1], ints(0, 2))
    zero = Multiply()(Multiply()(rows, columns), np.array(0, np.float32))
    sides = [Subtract()(columns, half_wide), Subtract()(rows, half_high)]
    sides += [Add()(columns, half_wide), Add()(rows, half_high)]
    whole = Concat(3)(*(Unsqueeze()(Add()(value, zero), ints(3)) for value in sides))
    boxes = Reshape()(whole, ints(1, -1, 4))
    return clipped(boxes, 0.0, 1.0) if clip else boxes


@MXNET.imports("_contrib_MultiBoxDetection")
def multi_box_detection(
    cls_prob: Value,
    loc_pred: Value,
    anchor: Value,
    *,
    clip: bool = True,
    threshold: float = 0.01,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: tuple[float, ...] = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
) -> Value:
    """Rows [N, anchors, (class, score, box)] by their scores; the class of boxes that go for an overlap is -1, and so
    are whole rows behind the last box. Of more than `nms_topk` boxes the others follow without a class, those with
    these places in the order of anchors."""
    if len(variances) != 4 or cls_prob.type.rank != 3:
        raise InputError(f"four variances are needed, and scores [N, classes, anchors], not {cls_prob.type}")
    real = Slice()(cls_prob, ints(1), ints(_END), ints(1), ints(1))
    scores = ReduceMax(False)(real, ints(1))
    _, labels = TopK(1, "max", "value", DType.i64).all(real, np.array(1, np.int64))
    offsets = Reshape(special_zero=True)(loc_pred, ints(0, -1, 4))
    boxes = _decoded(offsets, _centers(anchor), variances, -1.0)
    boxes = clipped(boxes, 0.0, 1.0) if clip else boxes
    valid = GreaterEqual()(scores, number(threshold, scores))
    order, alive = best(scores, valid, -1)
    numbers = Convert(scores.type.dtype)(Squeeze()(labels, ints(1)))
    table = Concat(2)(Unsqueeze()(numbers, ints(2)), Unsqueeze()(scores, ints(2)), boxes)
    rows = rows_at(table, order)
    known = alive
    if nms_topk > 0:
        first = Unsqueeze()(Less()(places_of(rows), np.array(nms_topk, np.int64)), ints(0))
        rows = Select()(Unsqueeze()(first, ints(2)), rows, in_front(table, valid))
        alive = LogicalAnd()(alive, first)
    classes = None if force_suppress else side(rows, 0)
    kept = kept_first(_coordinates(rows, 2), classes, alive, nms_threshold, equal=True)
    own, rest = (Slice()(rows, ints(start), ints(end), ints(1), ints(2)) for start, end in ((0, 1), (1, _END)))
    label = Select()(Unsqueeze()(kept, ints(2)), own, number(-1, rows))
    return Select()(Unsqueeze()(known, ints(2)), Concat(2)(label, rest), number(-1, rows))
