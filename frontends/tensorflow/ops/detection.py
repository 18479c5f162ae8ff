"""Boxes: those that overlap dropped, parts of pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.dims import minimum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, FloorMod, Maximum, Minimum, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Greater
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.non_max_suppression import NonMaxSuppression
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.frontends.engine.known import required_int
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, integer, ints, joined, like, size, wide


@TENSORFLOW.imports("NonMaxSuppression")
def non_max_suppression(boxes: Value, scores: Value, max_output_size: Value, *, iou_threshold: float = 0.5) -> Value:
    """The places of the boxes that are kept, the best first."""
    return _kept(boxes, scores, max_output_size, like(scores, iou_threshold))[0]


@TENSORFLOW.imports("NonMaxSuppressionV2")
def non_max_suppression_v2(boxes: Value, scores: Value, max_output_size: Value, iou_threshold: Value) -> Value:
    """The same, the threshold as an input."""
    return _kept(boxes, scores, max_output_size, iou_threshold)[0]


@TENSORFLOW.imports("NonMaxSuppressionV3")
def non_max_suppression_v3(
    boxes: Value, scores: Value, max_output_size: Value, iou_threshold: Value, score_threshold: Value
) -> Value:
    """The same; the scores must be above a threshold, too."""
    return _kept(boxes, scores, max_output_size, iou_threshold, score_threshold)[0]


@TENSORFLOW.imports("NonMaxSuppressionV4")
def non_max_suppression_v4(
    boxes: Value,
    scores: Value,
    max_output_size: Value,
    iou_threshold: Value,
    score_threshold: Value,
    *,
    pad_to_max_output_size: bool = False,
) -> tuple[Value, ...]:
    """The same, and how many there are; zeros behind them where asked for."""
    places, _, count = _kept(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return (_filled(places, max_output_size) if pad_to_max_output_size else places), count


@TENSORFLOW.imports("NonMaxSuppressionV5")
def non_max_suppression_v5(
    boxes: Value,
    scores: Value,
    max_output_size: Value,
    iou_threshold: Value,
    score_threshold: Value,
    soft_nms_sigma: Value,
    *,
    pad_to_max_output_size: bool = False,
) -> tuple[Value, ...]:
    """The same with the scores; with a sigma above 0 overlaps make scores smaller."""
    places, best, count = _kept(boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma)
    if not pad_to_max_output_size:
        return places, best, count
    return _filled(places, max_output_size), _filled(best, max_output_size), count


@TENSORFLOW.imports("CombinedNonMaxSuppression")
def combined_non_max_suppression(
    boxes: Value,
    scores: Value,
    max_output_size_per_class: Value,
    max_total_size: Value,
    iou_threshold: Value,
    score_threshold: Value,
    *,
    pad_per_class: bool = False,
    clip_boxes: bool = True,
) -> tuple[Value, ...]:
    """The best boxes of all classes for each picture, zeros behind them: boxes, scores, classes, how many."""
    if boxes.type.rank != 4 or scores.type.rank != 3:
        raise ShapeError(f"boxes of rank 4 and scores of rank 3 are needed, not {boxes.type} and {scores.type}")
    shared = boxes.type.shape[2] == 1
    kinds = scores.type.shape[2]
    if not isinstance(kinds, int):
        raise ShapeError(f"the number of classes must be fixed, not {scores.type}")
    each, most = (
        required_int(x, f"the input {shown(name)}")
        for x, name in (
            (max_output_size_per_class, "max_output_size_per_class"),
            (max_total_size, "max_total_size"),
        )
    )
    count = size(scores, 1)
    of_each = Reshape()(count, ints(1))
    corners = Reshape()(Transpose()(boxes, ints(0, 2, 1, 3)), joined(ints(-1), of_each, ints(4)))
    rows = Transpose()(scores, ints(0, 2, 1))
    if not shared:
        rows = Reshape()(rows, joined(ints(-1, 1), of_each))
    found = NonMaxSuppression("corner", sort_result_descending=False).all(
        corners, rows, integer(each), iou_threshold, score_threshold
    )
    kept = Gather()(found[1], integer(2), integer(1))
    nothing = Broadcast()(scores.graph.constant(like(scores, -np.inf)), ShapeOf()(rows))
    total_kinds = Multiply()(count, integer(kinds))
    flat = Reshape()(ScatterNDUpdate()(nothing, found[0], kept), joined(ints(-1), Reshape()(total_kinds, ints(1))))
    total = min(most, each * kinds) if pad_per_class else most
    least = minimum_of(flat.type.shape[1])
    if least < total:  # so that there are enough of them
        flat = Pad("constant")(flat, ints(0, 0), ints(0, total - int(least)), like(flat, -np.inf))
    best, place = TopK(1, "max", "value", DType.i64).all(flat, integer(total))
    valid = Greater()(best, like(best, -np.inf))
    place = Select()(valid, place, integer(0))
    everything = corners
    if not shared:
        everything = Reshape()(corners, joined(ints(-1), Reshape()(total_kinds, ints(1)), ints(4)))
    chosen = Gather(1)(everything, FloorMod()(place, count) if shared else place, integer(1))
    if clip_boxes:
        chosen = Minimum()(Maximum()(chosen, like(chosen, 0)), like(chosen, 1))
    zero = like(best, 0)
    return (
        Select()(Unsqueeze()(valid, ints(2)), chosen, zero),
        Select()(valid, best, zero),
        Select()(valid, cast(Divide()(place, count), DType.f32), zero),
        ReduceSum()(cast(valid, DType.i32), ints(1)),
    )


def _kept(boxes: Value, scores: Value, most: Value, *limits: Any) -> tuple[Value, Value, Value]:
    """Places, scores, and how many there are."""
    if boxes.type.rank != 2 or scores.type.rank != 1:
        raise ShapeError(f"boxes of rank 2 and scores of rank 1 are needed, not {boxes.type} and {scores.type}")
    cornered, rows = Unsqueeze()(boxes, ints(0)), Unsqueeze()(scores, ints(0, 1))
    op = NonMaxSuppression("corner", sort_result_descending=False)
    given = [cast(limit, scores.type.dtype) if isinstance(limit, Value) else limit for limit in limits]
    found, scored, count = op.all(cornered, rows, wide(most), *given)
    places = cast(Gather()(found, integer(2), integer(1)), DType.i32)
    return places, Gather()(scored, integer(2), integer(1)), cast(Squeeze()(count, ints(0)), DType.i32)


def _filled(x: Value, most: Value) -> Value:
    """Zeros behind, as many as are missing."""
    missing = Subtract()(wide(most), size(x, 0))
    zeros = Broadcast()(x.graph.constant(like(x, 0)), Reshape()(missing, ints(1)))
    full = Concat(0)(x, zeros)
    return Reshape()(full, Reshape()(wide(most), ints(1)))
