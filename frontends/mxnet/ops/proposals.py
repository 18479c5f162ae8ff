"""Regions that a detector proposes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import GreaterEqual, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import LogicalOr
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Floor
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Exp
from dldt.compiler.types import Array, DType
from dldt.frontends.mxnet.box_rows import in_front, rows_at
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.greedy import kept_first, side
from dldt.frontends.mxnet.literal import ints, number, size

_I64 = np.int64
_NAMES = ("_contrib_Proposal", "_contrib_MultiProposal")


def _importer(
    cls_prob: Value,
    bbox_pred: Value,
    im_info: Value,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: tuple[float, ...] = (4.0, 8.0, 16.0, 32.0),
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
) -> tuple[Value, ...]:
    """Rows (picture, left, top, right, bottom), as many of each picture, and their scores. Where fewer are found, these
    come again and again."""
    if iou_loss:
        raise UnsupportedError("iou_loss=True is not supported")
    positive = all(0 < number < np.inf for number in (*scales, *ratios, rpn_post_nms_top_n, feature_stride))
    if not positive or cls_prob.type.rank != 4 or not scales or not ratios:
        raise InputError(f"scores {cls_prob.type} [N, 2 · anchors, H, W], scales, ratios and counts do not fit")
    anchors = _anchors(feature_stride, ratios, scales)
    if cls_prob.type.shape[1] != 2 * len(anchors):
        raise ShapeError(f"scores {cls_prob.type} are not those of {len(anchors)} anchors")
    front = Slice()(cls_prob, ints(len(anchors)), ints(2 * len(anchors)), ints(1), ints(1))
    scores = Reshape(special_zero=True)(Transpose()(front, ints(0, 2, 3, 1)), ints(0, -1))
    info = [Slice()(im_info, ints(k), ints(k + 1), ints(1), ints(1)) for k in range(3)]
    boxes = _moved(bbox_pred, _placed(cls_prob, anchors, feature_stride), info)
    outside = _outside(cls_prob, info, feature_stride, len(anchors))
    least = Multiply()(info[2], number(rpn_min_size, info[2]))
    sides = [side(boxes, k) for k in range(4)]
    small = LogicalOr()(*(Less()(_extent(sides, k), least) for k in (0, 1)))
    half = Multiply()(least, number(0.5, least))
    grown = [(Subtract() if k < 2 else Add())(value, half) for k, value in enumerate(sides)]
    table = Concat(2)(*(Unsqueeze()(Select()(small, g, s), ints(2)) for g, s in zip(grown, sides, strict=True)))
    bad = LogicalOr()(small, outside)
    ranked = Select()(bad, number(-1, scores), scores)
    count = scores.type.shape[1]
    first = rpn_pre_nms_top_n if rpn_pre_nms_top_n > 0 else None
    wanted: Value | Array
    if isinstance(count, int):
        wanted = np.array(count if first is None else min(first, count), _I64)
    elif first is None:
        wanted = Squeeze()(size(scores, 1), ints(0))
    else:
        wanted = Squeeze()(Minimum()(size(scores, 1), ints(first)), ints(0))
    values, order = TopK(1, "max", "value", DType.i64).all(ranked, wanted)
    chosen = rows_at(table, order)
    return _answer(chosen, values, threshold, rpn_post_nms_top_n)


for _name in _NAMES:
    MXNET.imports(_name)(_importer)


def _answer(boxes: Value, scores: Value, threshold: float, count: int) -> tuple[Value, ...]:
    behind = np.array([0, 0, 1, 1], boxes.type.dtype.numpy)
    alive = GreaterEqual()(scores, scores)
    kept = kept_first(Add()(boxes, behind), None, alive, threshold, equal=False)
    rows = in_front(Concat(2)(boxes, Unsqueeze()(scores, ints(2))), kept)
    found = Minimum()(ReduceSum(True)(Convert(DType.i64)(kept), ints(1)), np.array(count, _I64))
    places = FloorMod()(boxes.graph.constant(np.arange(count, dtype=_I64)[None]), found)
    picked = rows_at(rows, places)
    zero = boxes.graph.constant(np.array(0, _I64))
    pictures = Range(DType.i64)(zero, Squeeze()(size(boxes, 0), ints(0)), np.array(1, _I64))
    numbers = Convert(boxes.type.dtype)(Unsqueeze()(pictures, ints(1, 2)))
    own = Slice()(picked, ints(0), ints(1), ints(1), ints(2))
    whole = Concat(2)(Broadcast()(numbers, ShapeOf()(own)), picked)
    flat = Reshape()(whole, ints(-1, 6))
    return tuple(Slice()(flat, ints(start), ints(end), ints(1), ints(1)) for start, end in ((0, 5), (5, 6)))


def _anchors(stride: int, ratios: Sequence[float], scales: Sequence[float]) -> Array:
    """[ratios · scales, 4] round the first cell."""
    made = []
    center = 0.5 * (stride - 1.0)
    for ratio in ratios:
        wide = np.floor(np.sqrt(np.float32(stride * stride) / np.float32(ratio)) + 0.5)
        high = np.floor(wide * ratio + 0.5)
        for scale in scales:
            half = 0.5 * (wide * scale - 1.0), 0.5 * (high * scale - 1.0)
            made.append([center - half[0], center - half[1], center + half[0], center + half[1]])
    return np.array(made, np.float32)


def _cells(x: Value, axis: int) -> Value:
    zero = x.graph.constant(np.array(0, _I64))
    numbers = Range(DType.i64)(zero, Squeeze()(size(x, axis), ints(0)), np.array(1, _I64))
    others = [0, 2] if axis == 3 else [1, 2]
    return Convert(x.type.dtype)(Unsqueeze()(numbers, ints(*others)))


def _placed(scores: Value, anchors: Array, stride: int) -> list[Value]:
    """The sides of the anchors of all cells, each [1, H · W · anchors]."""
    columns, rows = (Multiply()(_cells(scores, axis), number(stride, scores)) for axis in (3, 2))
    nothing = Multiply()(Add()(columns, rows), number(0, scores))
    made = []
    for k in range(4):
        start = Add()(columns if k % 2 == 0 else rows, anchors[:, k].astype(scores.type.dtype.numpy))
        made.append(Reshape()(Add()(start, nothing), ints(1, -1)))
    return made


def _moved(offsets: Value, anchors: list[Value], info: list[Value]) -> Value:
    """Boxes [N, H · W · anchors, 4] by their sides, cut at the picture."""
    moves = Reshape(special_zero=True)(Transpose()(offsets, ints(0, 2, 3, 1)), ints(0, -1, 4))
    one, half = number(1, offsets), number(0.5, offsets)
    low: list[Value] = []
    high: list[Value] = []
    for k in (0, 1):
        extent = Add()(Subtract()(anchors[k + 2], anchors[k]), one)
        middle = Add()(anchors[k], Multiply()(Subtract()(extent, one), half))
        center = Add()(Multiply()(side(moves, k), extent), middle)
        reach = Multiply()(Subtract()(Multiply()(Exp()(side(moves, k + 2)), extent), one), half)
        last = Subtract()(info[1 - k], one)
        for sides, value in ((low, Subtract()(center, reach)), (high, Add()(center, reach))):
            sides.append(Maximum()(Minimum()(value, last), number(0, offsets)))
    made: Value = Concat(2)(*(Unsqueeze()(value, ints(2)) for value in (*low, *high)))
    return made


def _outside(scores: Value, info: list[Value], stride: int, anchors: int) -> Value:
    """Which anchors stand at cells that are outside of the picture."""
    by = number(stride, scores)
    tests = []
    for axis, extent in ((3, info[1]), (2, info[0])):
        limit = Unsqueeze()(Floor()(Divide()(extent, by)), ints(2, 3))
        tests.append(GreaterEqual()(Unsqueeze()(_cells(scores, axis), ints(0)), limit))
    return _repeated(LogicalOr()(*tests), anchors)


def _extent(sides: list[Value], k: int) -> Value:
    return Add()(Subtract()(sides[k + 2], sides[k]), number(1, sides[0]))


def _repeated(flags: Value, anchors: int) -> Value:
    """[N, H, W, 1] → [N, H · W · anchors]"""
    wide = Select()(flags, np.ones(anchors, np.int32), np.zeros(anchors, np.int32))
    return GreaterEqual()(Reshape(special_zero=True)(wide, ints(0, -1)), np.array(1, np.int32))
