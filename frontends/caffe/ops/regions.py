"""Regions of pictures: proposals, and what lies in them."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.proposal import Proposal, Proposal4
from dldt.compiler.ops.psroi_pooling import PSROIPooling
from dldt.compiler.ops.roi_pooling import ROIPooling
from dldt.compiler.ops.rounding import Floor
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import reshape
from dldt.frontends.engine.context import Context

_RATIOS, _SCALES = (0.5, 1.0, 2.0), (8.0, 16.0, 32.0)


@CAFFE.imports("Proposal")
def proposal(
    scores: Value,
    deltas: Value,
    im_info: Value,
    *,
    feat_stride: int = 16,
    base_size: int = 16,
    min_size: int = 16,
    ratio: tuple[float, ...] = (),
    scale: tuple[float, ...] = (),
    pre_nms_topn: int = 6000,
    post_nms_topn: int = 300,
    nms_thresh: float = 0.7,
    context: Context,
) -> tuple[Value, ...]:
    """The best regions (picture, left, top, right, bottom), and their scores at the second top"""
    size = im_info.type.elements
    if not isinstance(size, int) or size < 3:
        raise InputError(f"im_info {im_info.type} must hold height, width and scale")
    image = im_info if im_info.type.rank == 1 else reshape(im_info, [size])
    if size not in (3, 4):
        raise InputError(f"im_info {im_info.type} must hold 3 or 4 numbers of one picture")
    fields = (
        base_size,
        pre_nms_topn,
        post_nms_topn,
        nms_thresh,
        feat_stride,
        min_size,
        ratio or _RATIOS,
        scale or _SCALES,
    )
    if context.outputs < 2:
        return (Proposal(*fields)(scores, deltas, image),)
    regions, found = Proposal4(*fields).all(scores, deltas, image)
    return regions, reshape(found, [-1, 1])


@CAFFE.imports("SimplerNMS")
def simpler_nms(
    scores: Value,
    deltas: Value,
    im_info: Value,
    *,
    cls_threshold: float = 0.5,
    max_num_proposals: int = 300,
    iou_threshold: float = 0.7,
    min_bbox_size: int = 16,
    feat_stride: int = 16,
    pre_nms_topn: int = 6000,
    post_nms_topn: int = 150,
    scale: tuple[float, ...] = (),
) -> Value:
    """Proposal of three ratios, as Intel's Caffe wrote it: sizes in `im_info` are cut to whole numbers, and scores and
    deltas may come in any order"""
    dims = [x.type.shape[1] if x.type.rank == 4 else None for x in (scores, deltas)]
    if not all(isinstance(dim, int) for dim in dims) or not scale:
        raise InputError(f"{scores.type} and {deltas.type} must be maps of fixed channels, and scale must be given")
    first, second = (scores, deltas) if int(dims[0] or 0) <= int(dims[1] or 0) else (deltas, scores)
    image = im_info if im_info.type.rank == 1 else reshape(im_info, [-1])
    whole = Floor()(image)
    op = Proposal(16, pre_nms_topn, post_nms_topn, iou_threshold, feat_stride, min_bbox_size, _RATIOS, scale)
    return op(first, second, whole)


@CAFFE.imports("ROIPooling")
def roi_pooling(
    bottom: Value, regions: Value, *, pooled_h: int = 0, pooled_w: int = 0, spatial_scale: float = 1.0
) -> Value:
    """The largest element of each cell of each region"""
    if pooled_h < 1 or pooled_w < 1:
        raise InputError(f"pooled_h {pooled_h} and pooled_w {pooled_w} must be given")
    return ROIPooling(pooled_h, pooled_w, spatial_scale)(bottom, _rows(regions))


@CAFFE.imports("PSROIPooling")
def psroi_pooling(bottom: Value, regions: Value, *, spatial_scale: float, output_dim: int, group_size: int) -> Value:
    """The mean of each cell of each region, of the channels that belong to the cell"""
    return PSROIPooling(output_dim, spatial_scale, group_size)(bottom, _rows(regions))


def _rows(regions: Value) -> Value:
    """Regions [n, 5]; some nets have axes of one element behind."""
    return regions if regions.type.rank == 2 else reshape(regions, [-1, 5])
