"""The layers of detectors: priors, boxes, regions."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.detection_output import DetectionOutput
from dldt.compiler.ops.prior_box import PriorBox, PriorBoxClustered
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.yolo import RegionYolo, ReorgYolo
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import dims_of, reshape

_NO_BOUND = -3.402823466e38


@CAFFE.imports("PriorBox")
@CAFFE.imports("PriorBoxClustered")
def prior_box(
    feature: Value,
    image: Value,
    *,
    min_size: tuple[float, ...] = (),
    max_size: tuple[float, ...] = (),
    aspect_ratio: tuple[float, ...] = (),
    flip: bool = True,
    clip: bool = False,
    variance: tuple[float, ...] = (),
    img_size: int | None = None,
    img_h: int | None = None,
    img_w: int | None = None,
    step: float | None = None,
    step_h: float | None = None,
    step_w: float | None = None,
    offset: float = 0.5,
    width: tuple[float, ...] = (),
    height: tuple[float, ...] = (),
) -> Value:
    """[1, 2, boxes · 4]: boxes at each cell of `feature` over the picture `image`, and their variances"""
    if feature.type.rank != 4 or image.type.rank != 4:
        raise InputError(f"{feature.type} and {image.type} must have the axes N, C, H, W")
    grid = dims_of(feature, (2, 3))
    high, wide = (img_size, img_size) if img_size else (img_h, img_w)
    picture: Value | np.ndarray[tuple[int], np.dtype[np.int64]] = dims_of(image, (2, 3))
    if high and wide:
        picture = np.array([high, wide], np.int64)
    steps = (step, step) if step else (step_h or 0.0, step_w or 0.0)
    if width or height:
        clustered = PriorBoxClustered(
            width=width, height=height, step_h=steps[0] or 0.0, step_w=steps[1] or 0.0, clip=clip, offset=offset,
            variance=variance,
        )  # fmt: skip
        return Unsqueeze()(clustered(grid, picture), np.array([0], np.int64))
    if not min_size:
        raise InputError("min_size is not given")
    if max_size and len(max_size) != len(min_size):
        raise InputError(f"{len(max_size)} of max_size for {len(min_size)} of min_size")
    if steps[0] != steps[1]:
        raise UnsupportedError(f"step_h {steps[0]} and step_w {steps[1]} differ; equal ones are supported")
    if not steps[0] and offset != 0.5:
        raise UnsupportedError(f"offset {offset} without a step is not supported; give the step, or an offset of 0.5")
    boxes = PriorBox(
        min_size=min_size, max_size=max_size, aspect_ratio=aspect_ratio, flip=flip, clip=clip, step=steps[0] or 0.0,
        offset=offset, variance=variance,
    )  # fmt: skip
    return Unsqueeze()(boxes(grid, picture), np.array([0], np.int64))


@CAFFE.imports("DetectionOutput")
def detection_output(
    location: Value,
    confidence: Value,
    priors: Value,
    arm_confidence: Value | None = None,
    arm_location: Value | None = None,
    *,
    num_classes: int,
    share_location: bool = True,
    background_label_id: int = 0,
    nms_threshold: float = 0.3,
    nms_top_k: int = -1,
    nms_eta: float = 1.0,
    code_type: str = "CORNER",
    variance_encoded_in_target: bool = False,
    keep_top_k: int = -1,
    confidence_threshold: float = _NO_BOUND,
    visualize: bool = False,
    visualize_threshold: float | None = None,
    save_file: str = "",
    input_width: int = -1,
    input_height: int = -1,
    normalized: bool = True,
    objectness_score: float = 0.01,
) -> Value:
    """[1, 1, boxes, 7]: picture, class, score and corners of the best boxes, then one of picture -1"""
    if nms_eta != 1:
        raise UnsupportedError(f"adaptive suppression (eta {nms_eta}) is not supported")
    fields: dict[str, Any] = dict(
        keep_top_k=(keep_top_k,),
        nms_threshold=nms_threshold,
        background_label_id=background_label_id,
        top_k=nms_top_k or -1,
        variance_encoded_in_target=variance_encoded_in_target,
        code_type=f"caffe.PriorBoxParameter.{code_type}",
        share_location=share_location,
        confidence_threshold=confidence_threshold,
        normalized=normalized,
        input_height=max(input_height, 1),
        input_width=max(input_width, 1),
        objectness_score=objectness_score,
    )
    given = [location, confidence, priors, *filter(None, (arm_confidence, arm_location))]
    flat = [x if x.type.rank == rank else _flat(x, rank) for x, rank in zip(given, (2, 2, 3, 2, 2), strict=False)]
    return DetectionOutput(num_classes=num_classes, **fields)(*flat)


@CAFFE.imports("RegionYolo")
def region_yolo(
    bottom: Value,
    *,
    coords: int = 4,
    classes: int = 20,
    num: int = 1,
    do_softmax: bool = True,
    anchors: tuple[float, ...] = (),
    mask: tuple[int, ...] = (),
) -> Value:
    """The boxes of a YOLO detector, as one vector where `do_softmax`"""
    return RegionYolo(1, coords, classes, 3, num, do_softmax, mask, anchors)(bottom)


@CAFFE.imports("Reorg")
def reorg(bottom: Value, *, stride: int, reverse: bool = False) -> Value:
    """Blocks of the plane as channels, in Darknet's order"""
    if reverse:
        raise UnsupportedError("reverse (channels as blocks of the plane) is not supported")
    return ReorgYolo((stride,))(bottom)


@CAFFE.imports("ReorgYolo")
def reorg_yolo(bottom: Value, *, stride: int = 1) -> Value:
    """Blocks of the plane as channels, in Darknet's order"""
    return ReorgYolo((stride,))(bottom)


def _flat(x: Value, rank: int) -> Value:
    if rank == 3:
        return reshape(x, [1, 2, -1])
    first = x.type.shape[0]
    return reshape(x, [first if isinstance(first, int) else -1, -1 if isinstance(first, int) else 1])
