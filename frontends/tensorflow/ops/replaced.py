"""What takes the place of sub-graphs (``frontends/tensorflow/replacement``): operations that no file of TensorFlow can
hold. Sides of boxes come in TensorFlow's order, rows before columns; the toolkit's operations take columns first."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import Divide, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.detection_output import CENTER_SIZE, CORNER_SIZE, DetectionOutput
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.proposal import Proposal
from dldt.compiler.ops.psroi_pooling import PSROIPooling
from dldt.compiler.ops.reduce import ReduceMean
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.roi_pooling import ROIPooling
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.softmax import SoftMax
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.yolo import RegionYolo
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, count_up, integer, ints, joined, like, size, sizes

_DETECTION_OUTPUT: Any = DetectionOutput
"""Its attributes are those of a base class, which type checkers do not see."""
_CHANNELS_FIRST = ints(0, 3, 1, 2)


@TENSORFLOW.imports("Replaced>RegionYolo")
def region_yolo(
    x: Value,
    *,
    coords: int,
    classes: int,
    num: int,
    do_softmax: bool,
    mask: tuple[int, ...] = (),
    anchors: tuple[float, ...] = (),
) -> Value:
    """Of pictures, channels last: the region of the picture, channels first."""
    op = RegionYolo(1, coords, classes, -1, num, do_softmax, mask, anchors)
    made: Value = op(Transpose()(x, _CHANNELS_FIRST))
    return made


@TENSORFLOW.imports("Replaced>SSDDetections")
def ssd_detections(
    codes: Value,
    scores: Value,
    anchors: Value,
    *,
    score_converter: str,
    num_classes: int,
    background_label_id: int,
    variances: tuple[float, ...],
    nms_threshold: float,
    confidence_threshold: float,
    top_k: int,
    keep_top_k: int,
    clip_before_nms: bool,
    clip_after_nms: bool,
) -> Value:
    """Codes [pictures, boxes, 4], numbers of the classes [pictures, boxes, classes], corners of the anchors."""
    op = _DETECTION_OUTPUT(
        (keep_top_k,),
        nms_threshold,
        background_label_id,
        top_k,
        code_type=CENTER_SIZE,
        confidence_threshold=confidence_threshold,
        clip_after_nms=clip_after_nms,
        clip_before_nms=clip_before_nms,
        normalized=True,
        num_classes=num_classes,
    )
    numbers = Reshape()(scores, joined(sizes(scores, [0]), ints(-1, num_classes)))
    priors = _with_variances(_columns_first(Reshape()(anchors, ints(-1, 4))), variances)
    boxes = _columns_first(Reshape()(codes, joined(sizes(codes, [0]), ints(-1, 4))))
    made: Value = op(_flat(boxes), _flat(_converted(numbers, score_converter)), priors)
    return made


@TENSORFLOW.imports("Replaced>RetinaDetections")
def retina_detections(
    codes: Value,
    scores: Value,
    anchors: Value,
    image: Value,
    *,
    variances: tuple[float, ...],
    nms_threshold: float,
    confidence_threshold: float,
    top_k: int,
    keep_top_k: int,
) -> Value:
    """The same of corners that are moved; anchors are in pixels of the image, columns first; scores are finished."""
    high_wide = cast(sizes(image, [1, 2]), codes.type.dtype)
    extent = Gather()(high_wide, ints(1, 0, 1, 0), integer(0))
    places = Divide()(Reshape()(anchors, ints(-1, 4)), extent)
    classes = scores.type.shape[-1] if scores.type.rank else 0
    if not isinstance(classes, int):
        raise ShapeError(f"the number of classes must be fixed, the scores are {scores.type}")
    op = _DETECTION_OUTPUT(
        (keep_top_k,),
        nms_threshold,
        -1,
        top_k,
        code_type=CORNER_SIZE,
        confidence_threshold=confidence_threshold,
        normalized=True,
        num_classes=classes,
    )
    made: Value = op(_flat(codes), _flat(scores), _with_variances(places, variances))
    return made


@TENSORFLOW.imports("Replaced>Detections")
def detections(
    boxes: Value, scores: Value, priors: Value, *, nms_threshold: float, confidence_threshold: float, keep_top_k: int
) -> Value:
    """What the model itself makes as DetectionOutput takes it."""
    places = Reshape()(priors, joined(sizes(priors, [0]), ints(2, -1)))
    flat_boxes, flat_scores = _flat(boxes), _flat(scores)
    count, numbers = flat_boxes.type.shape[1], flat_scores.type.shape[1]
    if not isinstance(count, int) or not isinstance(numbers, int):
        raise ShapeError(f"the number of boxes must be fixed, not {boxes.type} and {scores.type}")
    op = _DETECTION_OUTPUT(
        (keep_top_k,),
        nms_threshold,
        code_type=CENTER_SIZE,
        confidence_threshold=confidence_threshold,
        normalized=True,
        num_classes=numbers // max(count // 4, 1),
    )
    made: Value = op(flat_boxes, flat_scores, places)
    return made


@TENSORFLOW.imports("Replaced>Proposals")
def proposals(
    scores: Value,
    codes: Value,
    image_info: Value,
    *,
    base_size: int,
    feat_stride: int,
    scales: tuple[float, ...],
    ratios: tuple[float, ...],
    nms_threshold: float,
    max_proposals: int,
    box_size_scale: float,
    box_coordinate_scale: float,
    clip_before_nms: bool,
    clip_after_nms: bool,
) -> Value:
    """From pictures, channels last: corners of proposals [pictures, max_proposals, 4], rows before columns."""
    count = len(scales) * len(ratios)
    pairs = Reshape()(scores, joined(sizes(scores, [0, 1, 2]), ints(count, 2)))
    apart = Transpose()(SoftMax(4)(pairs), ints(0, 4, 3, 1, 2))
    probs = Reshape()(apart, joined(sizes(scores, [0]), ints(2 * count), sizes(scores, [1, 2])))
    op = Proposal(
        base_size,
        (1 << 31) - 1,
        max_proposals,
        nms_threshold,
        feat_stride,
        1,
        ratios,
        scales,
        clip_before_nms=clip_before_nms,
        clip_after_nms=clip_after_nms,
        normalize=True,
        box_size_scale=box_size_scale,
        box_coordinate_scale=box_coordinate_scale,
        framework="tensorflow",
    )
    regions = op(probs, Transpose()(codes, _CHANNELS_FIRST), Reshape()(image_info, ints(-1)))
    corners = Gather()(regions, ints(1, 2, 3, 4), integer(1))
    made: Value = Reshape()(corners, ints(-1, max_proposals, 4))
    return made


@TENSORFLOW.imports("Replaced>SecondStage")
def second_stage(
    codes: Value,
    scores: Value,
    proposals: Value,
    *,
    score_converter: str,
    num_classes: int,
    max_proposals: int,
    share_location: bool,
    variances: tuple[float, ...],
    nms_threshold: float,
    confidence_threshold: float,
    top_k: int,
    keep_top_k: int,
    clip_before_nms: bool,
    clip_after_nms: bool,
) -> Value:
    """Codes and numbers of the classes of each proposal. The background has no box of its own in TensorFlow."""
    kinds = 1 if share_location else num_classes - 1
    boxes = Reshape()(codes, ints(-1, kinds, 4))
    if not share_location:
        boxes = Pad("constant")(boxes, ints(0, 1, 0), ints(0, 0, 0), like(boxes, 0))
    moved = Multiply()(_columns_first(boxes), np.array(variances, codes.type.dtype.numpy))
    op = _DETECTION_OUTPUT(
        (keep_top_k,),
        nms_threshold,
        top_k=top_k,
        variance_encoded_in_target=True,
        code_type=CENTER_SIZE,
        share_location=share_location,
        confidence_threshold=confidence_threshold,
        clip_after_nms=clip_after_nms,
        clip_before_nms=clip_before_nms,
        normalized=True,
        num_classes=num_classes,
    )
    numbers = _converted(Reshape()(scores, ints(-1, num_classes)), score_converter)
    made: Value = op(
        Reshape()(moved, ints(-1, max_proposals * (kinds if share_location else num_classes) * 4)),
        Reshape()(numbers, ints(-1, max_proposals * num_classes)),
        Reshape()(_columns_first(proposals), ints(-1, 1, max_proposals * 4)),
    )
    return made


@TENSORFLOW.imports("Replaced>SensitiveCrops")
def sensitive_crops(
    features: Value,
    proposals: Value,
    *,
    num_spatial_bins_height: int,
    num_spatial_bins_width: int,
    crop_height: int,
    crop_width: int,
) -> Value:
    """Of pictures, channels last: the mean of each group of channels in its bin of a proposal [pictures, proposals, 1,
    1, channels of a group]. Raises ShapeError where bins do not divide channels and crops evenly."""
    bins = num_spatial_bins_height, num_spatial_bins_width
    channels = features.type.shape[3] if features.type.rank == 4 else None
    cells = crop_height // bins[0]
    if not isinstance(channels, int) or channels % (bins[0] * bins[1]) or cells != crop_width // bins[1] or not cells:
        raise ShapeError(f"{channels} channels and crops of {crop_height} x {crop_width} do not fit {bins} bins")
    pooled = channels // (bins[0] * bins[1])
    batch, most = (sizes(proposals, [axis]) for axis in (0, 1))
    picture = Reshape()(cast(count_up(proposals, size(proposals, 0)), features.type.dtype), ints(-1, 1, 1))
    wide = Broadcast()(picture, joined(batch, most, ints(1)))
    regions = Reshape()(Concat(2)(wide, _columns_first(proposals)), ints(-1, 5))
    op = PSROIPooling(pooled, 1.0, cells, bins[1], bins[0], "bilinear")
    means = ReduceMean(keep_dims=True)(op(Transpose()(features, _CHANNELS_FIRST), regions), ints(2, 3))
    made: Value = Reshape()(means, joined(batch, most, ints(1, 1, pooled)))
    return made


@TENSORFLOW.imports("Replaced>MaskCrops")
def mask_crops(features: Value, detections: Value, *, side: int) -> Value:
    """Of pictures, channels last: what lies in the boxes of DetectionOutput, channels last."""
    regions = Gather()(rows(detections), ints(0, 3, 4, 5, 6), integer(1))
    cut = ROIPooling(side, side, 1.0, "bilinear")(Transpose()(features, _CHANNELS_FIRST), regions)
    made: Value = Transpose()(cut, ints(0, 2, 3, 1))
    return made


@TENSORFLOW.imports("Replaced>Rows")
def rows(detections: Value) -> Value:
    """One row a box."""
    made: Value = Reshape()(detections, ints(-1, 7))
    return made


@TENSORFLOW.imports("Replaced>Masks")
def masks(x: Value) -> Value:
    """Numbers of each box, channels last, as masks of each class."""
    made: Value = Sigmoid()(Transpose()(x, _CHANNELS_FIRST))
    return made


def _converted(x: Value, score_converter: str) -> Value:
    """Scores of numbers of classes, which lie along the last axis."""
    if score_converter == "SIGMOID":
        made: Value = Sigmoid()(x)
        return made
    return SoftMax(x.type.rank - 1)(x) if score_converter == "SOFTMAX" else x


def _columns_first(x: Value) -> Value:
    made: Value = Gather()(x, ints(1, 0, 3, 2), integer(x.type.rank - 1))
    return made


def _flat(x: Value) -> Value:
    """One row a picture."""
    made: Value = Reshape()(x, joined(sizes(x, [0]), ints(-1)))
    return made


def _with_variances(places: Value, variances: tuple[float, ...]) -> Value:
    """Priors [boxes, 4] and their variances, [1, 2, boxes · 4]."""
    spread: Any = places.graph.constant(np.array(variances, DType.f32.numpy).astype(places.type.dtype.numpy))
    flat = [Reshape()(each, ints(1, 1, -1)) for each in (places, Broadcast()(spread, ShapeOf()(places)))]
    made: Value = Concat(1)(*flat)
    return made
