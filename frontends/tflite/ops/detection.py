"""Boxes: suppression of those that overlap, and the detections of an SSD."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.non_max_suppression import NonMaxSuppression
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Exp
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import required_int
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.framework import CUSTOM, TFLITE
from dldt.frontends.tflite.padding import check_rank


@TFLITE.imports("NON_MAX_SUPPRESSION_V4")
def non_max_suppression_v4(
    boxes: Value, scores: Value, max_output_size: Value, iou_threshold: Value, score_threshold: Value
) -> tuple[Value, ...]:
    """The boxes that are kept, zeros up to ``max_output_size``, and how many they are."""
    most = required_int(max_output_size, "input 'max_output_size'")
    limits = (np.array(most, np.int64), reshaped(iou_threshold, ()), reshaped(score_threshold, ()))
    found, _, count = _suppressed(boxes, scores, *limits)
    kept = Convert(DType.i32)(Gather()(found, np.array(2, np.int64), np.array(1, np.int64)))
    return _filled(kept, most), Convert(DType.i32)(reshaped(count, ()))


@TFLITE.imports("NON_MAX_SUPPRESSION_V5")
def non_max_suppression_v5(
    boxes: Value,
    scores: Value,
    max_output_size: Value,
    iou_threshold: Value,
    score_threshold: Value,
    soft_nms_sigma: Value,
) -> tuple[Value, ...]:
    """The boxes that are kept, their scores, and how many they are; overlaps may lower scores instead."""
    most = required_int(max_output_size, "input 'max_output_size'")
    numbers = (reshaped(value, ()) for value in (iou_threshold, score_threshold, soft_nms_sigma))
    found, rated, count = _suppressed(boxes, scores, np.array(most, np.int64), *numbers)
    kept = Convert(DType.i32)(Gather()(found, np.array(2, np.int64), np.array(1, np.int64)))
    values = Gather()(rated, np.array(2, np.int64), np.array(1, np.int64))
    return _filled(kept, most), _filled(values, most), Convert(DType.i32)(reshaped(count, ()))


@TFLITE.imports("TFLite_Detection_PostProcess", domain=CUSTOM)
def detection_post_process(
    box_encodings: Value,
    class_predictions: Value,
    anchors: Value,
    *,
    max_detections: int,
    max_classes_per_detection: int = 1,
    detections_per_class: int = 100,
    use_regular_nms: bool = False,
    nms_score_threshold: float,
    nms_iou_threshold: float,
    num_classes: int,
    y_scale: float,
    x_scale: float,
    h_scale: float,
    w_scale: float,
) -> tuple[Value, ...]:
    """Boxes relative to anchors are decoded and suppressed, all classes together or each by itself: boxes, classes and
    scores, zeros up to ``max_detections``, and how many they are."""
    if max_classes_per_detection < 1 or max_detections < 1 or num_classes < 1:
        raise InputError("max_detections, max_classes_per_detection and num_classes must be above 0")
    for value, rank in ((box_encodings, 3), (class_predictions, 3), (anchors, 2)):
        check_rank(value, rank)
    boxes = _decoded(box_encodings, anchors, (y_scale, x_scale, h_scale, w_scale))
    width = class_predictions.type.shape[2]
    if not isinstance(width, int) or width < num_classes:
        raise InputError(f"class predictions {class_predictions.type} are of fewer than {num_classes} classes")
    own = np.arange(width - num_classes, width, dtype=np.int64)
    scores = Gather()(class_predictions, own, np.array(2, np.int64))
    threshold = np.nextafter(np.float32(nms_score_threshold), np.float32(-np.inf))
    overlap = np.array(nms_iou_threshold, np.float32)
    if use_regular_nms:
        if max_classes_per_detection != 1:
            raise UnsupportedError("use_regular_nms with several classes per detection is not supported")
        each = Transpose()(scores, np.array([0, 2, 1], np.int64))
        limit = np.array(min(detections_per_class, max_detections), np.int64)
        found, rated, _ = NonMaxSuppression().all(boxes, each, limit, overlap, threshold)
        picked = Gather()(found, np.array(2, np.int64), np.array(1, np.int64))
        classes = Gather()(found, np.array(1, np.int64), np.array(1, np.int64))
        values = Gather()(rated, np.array(2, np.int64), np.array(1, np.int64))
        return _detections(boxes, picked, Convert(DType.f32)(classes), values, max_detections)
    best = Transpose()(ReduceMax(True)(scores, np.array([2], np.int64)), np.array([0, 2, 1], np.int64))
    limit = np.array(max_detections, np.int64)
    found, _, _ = NonMaxSuppression().all(boxes, best, limit, overlap, threshold)
    picked = Gather()(found, np.array(2, np.int64), np.array(1, np.int64))
    rows = Gather()(Squeeze()(scores, np.array([0], np.int64)), picked, np.array(0, np.int64))
    count = min(max_classes_per_detection, num_classes)
    values, classes = TopK(1, "max", "value", DType.i32).all(rows, np.array(count, np.int64))
    if count == 1:
        flat = [Squeeze()(v, np.array([1], np.int64)) for v in (classes, values)]
        return _detections(boxes, picked, Convert(DType.f32)(flat[0]), flat[1], max_detections)
    raise UnsupportedError("several classes per detection are not supported; export with max_classes_per_detection = 1")


def _suppressed(boxes: Value, scores: Value, *limits: Value | Array) -> tuple[Value, ...]:
    one = np.array([0], np.int64)
    each = Unsqueeze()(Unsqueeze()(scores, one), one)
    return NonMaxSuppression().all(Unsqueeze()(boxes, one), each, *limits)


def _filled(found: Value, most: int) -> Value:
    """As many elements as ``most``: those that were found, then zeros."""
    rest = (int(dim) for dim in found.type.shape[1:] if isinstance(dim, int))
    both = Concat(0)(found, np.zeros((most, *rest), found.type.dtype.numpy))
    one = np.array([1], np.int64)
    return Slice()(both, np.array([0], np.int64), np.array([most], np.int64), one, np.array([0], np.int64))


def _decoded(encodings: Value, anchors: Value, scales: tuple[float, float, float, float]) -> Value:
    """[1, boxes, (y1, x1, y2, x2)] of centres and sizes relative to anchors."""
    y, x, h, w = Split(4).all(_boxes_of(encodings), np.array(2, np.int64))
    ay, ax, ah, aw = (Unsqueeze()(v, np.array([0], np.int64)) for v in Split(4).all(anchors, np.array(1, np.int64)))
    y_scale, x_scale, h_scale, w_scale = (np.array(scale, np.float32) for scale in scales)
    middle_y = Add()(Multiply()(Divide()(y, y_scale), ah), ay)
    middle_x = Add()(Multiply()(Divide()(x, x_scale), aw), ax)
    half = np.array(0.5, np.float32)
    half_h = Multiply()(Multiply()(Exp()(Divide()(h, h_scale)), ah), half)
    half_w = Multiply()(Multiply()(Exp()(Divide()(w, w_scale)), aw), half)
    first, last = ((op(middle_y, half_h), op(middle_x, half_w)) for op in (Subtract(), Add()))
    return Concat(2)(*first, *last)


def _boxes_of(encodings: Value) -> Value:
    """The box of an encoding, which may be followed by key points."""
    return Gather()(encodings, np.arange(4, dtype=np.int64), np.array(2, np.int64))


def _detections(boxes: Value, picked: Value, classes: Value, scores: Value, most: int) -> tuple[Value, ...]:
    places = Gather()(Squeeze()(boxes, np.array([0], np.int64)), picked, np.array(0, np.int64))
    made = [Unsqueeze()(_filled(value, most), np.array([0], np.int64)) for value in (places, classes, scores)]
    ones = Convert(DType.f32)(Less()(scores, np.array(np.inf, np.float32)))
    return *made, ReduceSum(True)(_filled(ones, most), np.array([0], np.int64))
