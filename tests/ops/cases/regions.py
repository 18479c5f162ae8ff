"""Cases of regions: how they are proposed, and how they are shrunk to one size."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal, uniform


def _proposal(name, *, images=2, scales=1, old=False, seed=0, shape=(5, 7), **attributes):
    op = {"base_size": 16, "pre_nms_topn": 60, "post_nms_topn": 12, "nms_thresh": 0.6, "feat_stride": 16, "min_size": 3,
          "ratio": (0.5, 1.0, 2.0), "scale": (2.0, 4.0), **attributes}  # fmt: skip
    high, wide = shape
    scores = np.random.default_rng(seed).permutation(images * 12 * high * wide).reshape(images, 12, high, wide) / 1000
    deltas = normal(images, 24, high, wide, seed=seed, scale=0.3)
    picture = np.array([high * 16, wide * 16, 1.0, 1.5][: 2 + scales], np.float32)
    kind = ops.Proposal if old else ops.Proposal4
    return Case(kind(**op), (scores.astype(np.float32), deltas, picture), f"Proposal/{name}", frozenset(),
                {0: "N,12,H,W", 1: "N,24,H,W"}, tolerance=4e-6)  # fmt: skip


def _boxes(count, high, wide, images, seed=0, end=True):
    """Regions that lie inside of a picture, across its sides, are a point, or turned round; the last is none."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(-2, [wide - 2, high - 2], (count, 2))
    size = rng.uniform(0.5, [wide / 1.5, high / 1.5], (count, 2))
    made = np.concatenate([rng.integers(0, images, (count, 1)), low, low + size], 1)
    made[1, 3:] = made[1, 1:3]
    made[2, 1:] = made[2, [3, 4, 1, 2]]
    if end:
        made[-2, 0] = -1
    return made.astype(np.float32)


_PICTURE = normal(2, 3, 9, 11)
_BOXES = _boxes(7, 9, 11, 2)
_UNITS = (_BOXES / np.array([1, 11, 9, 11, 9], np.float32)).astype(np.float32)


def _pool(name, *arguments, rois=_BOXES, **attributes):
    op = ops.ROIPooling(*arguments, **attributes)
    return Case(op, (_PICTURE, rois), f"ROIPooling/{name}", frozenset(), {0: "N,C,H,W", 1: "R,5"})


def _align(name, *, old=False, rois=None, **attributes):
    given = {"pooled_h": 3, "pooled_w": 2, "sampling_ratio": 2, "spatial_scale": 1.0, "mode": "avg", **attributes}
    op = ops.ROIAlign(**given) if old else ops.ROIAlign9(**given)
    boxes = np.delete(_BOXES, -2, 0) if rois is None else rois
    inputs = (_PICTURE, boxes[:, 1:], boxes[:, 0].astype(np.int32))
    return Case(op, inputs, f"ROIAlign/{name}", frozenset(), {0: "N,C,H,W", 1: "R,4", 2: "R"})


def _turned(name, ratio, scale, *, clockwise, kind=np.float32):
    op = ops.ROIAlignRotated(3, 2, ratio, scale, clockwise)
    centres, sides, angles = uniform(-2, 22, 7, 2), uniform(0.5, 9, 7, 2), uniform(-7, 7, 7, 1)
    rois = np.concatenate([centres, sides, angles], 1).astype(kind)
    inputs = (_PICTURE.astype(kind), rois, integers(0, len(_PICTURE), 7, dtype="i4"))
    return Case(op, inputs, f"ROIAlignRotated/{name}", frozenset(), {0: "N,C,H,W", 1: "R,5", 2: "R"})


def _psroi(name, channels, rois, **attributes):
    op = ops.PSROIPooling(**attributes)
    data = normal(2, channels, 9, 11)
    return Case(op, (data, rois), f"PSROIPooling/{name}", frozenset(), {0: f"N,{channels},H,W", 1: "R,5"})


def _deformable(name, *, offsets=None, **attributes):
    op = ops.DeformablePSROIPooling(2, 0.5, 2, **attributes)
    inputs = (normal(2, 8, 9, 11), _boxes(5, 18, 22, 2), *(() if offsets is None else (offsets,)))
    return Case(op, inputs, f"DeformablePSROIPooling/{name}", frozenset(), {0: "N,8,H,W"})


def _deform(name, *, groups=1, own=1, mask=False, old=False, scale=1.0, **attributes):
    """3 x 2 taps over 9 x 11 pixels."""
    given = {"strides": (1, 1), "pads_begin": (1, 1), "pads_end": (1, 1), "dilations": (1, 1), **attributes}
    given |= {"group": groups, "deformable_group": own}
    op = ops.DeformableConvolution(**given) if old else ops.DeformableConvolution8(**given)
    data, filters = normal(2, 4, 9, 11), normal(6, 4 // groups, 3, 2)
    space = op.window((9, 11), (3, 2)).output
    offsets = normal(2, own * 12, *space, scale=scale)
    inputs = [data, offsets, filters] + ([uniform(0, 1, 2, own * 6, *space)] if mask else [])
    return Case(op, tuple(inputs), f"DeformableConvolution/{name}", frozenset(), tolerance=4e-6)


def _grid(mode, outside, aligned, scale=1.3):
    op = ops.GridSample(aligned, mode, outside)
    name = f"GridSample/{mode}, {outside}{', corners' if aligned else ''}"
    return Case(op, (normal(2, 3, 5, 7), uniform(-scale, scale, 2, 4, 6, 2)), name, frozenset(),
                {0: "N,C,H,W", 1: "N,P,Q,2"}, tolerance=2e-5)  # fmt: skip


CASES = [
    _proposal("Caffe"),
    _proposal("of opset 1", old=True, nms_thresh=0.3),
    _proposal("two scales", scales=2, min_size=20),
    _proposal("fewer than wanted", old=True, post_nms_topn=50, nms_thresh=0.1),
    _proposal("all", old=True, min_size=0, pre_nms_topn=10**6, post_nms_topn=300, nms_thresh=0.9, images=1),
    _proposal("not clipped", clip_before_nms=False, box_size_scale=5.0, box_coordinate_scale=10.0),
    _proposal("clipped and normal", clip_before_nms=False, clip_after_nms=True, normalize=True),
    _proposal("TensorFlow", framework="tensorflow", box_size_scale=5.0, box_coordinate_scale=10.0),
    _proposal("TensorFlow, a square", framework="tensorflow", shape=(6, 6), normalize=True, images=1),
    _pool("largest", 3, 2, 1.0),
    _pool("largest, scaled", 4, 5, 0.37),
    _pool("largest, one cell", 1, 1, 1.0),
    _pool("bilinear", 3, 4, 1.0, "bilinear", rois=np.abs(_UNITS) * np.sign(_BOXES[:, :1] + 0.5)),
    _pool("bilinear, outside", 3, 4, 1.0, "bilinear", rois=_UNITS),
    _pool("bilinear, one cell", 1, 1, 1.0, "bilinear", rois=_UNITS),
    _psroi(
        "means",
        18,
        np.maximum(_BOXES, [-1, 0, 0, 0, 0]).astype(np.float32),
        output_dim=2,
        spatial_scale=1.0,
        group_size=3,
    ),
    _psroi(
        "means, scaled",
        4,
        np.maximum(_boxes(6, 36, 44, 2), [-1, 0, 0, 0, 0]).astype(np.float32),
        output_dim=1,
        spatial_scale=0.25,
        group_size=2,
    ),
    _psroi(
        "bilinear",
        12,
        np.maximum(_UNITS, [-1, 0, 0, 0, 0]).astype(np.float32),
        output_dim=2,
        spatial_scale=1.0,
        group_size=3,
        spatial_bins_x=3,
        spatial_bins_y=2,
        mode="bilinear",
    ),
    _psroi(
        "bilinear, one cell",
        8,
        np.maximum(_UNITS, [-1, 0, 0, 0, 0]).astype(np.float32),
        output_dim=2,
        spatial_scale=1.0,
        spatial_bins_x=2,
        spatial_bins_y=2,
        mode="bilinear",
    ),
    _deformable("no offsets", spatial_bins_x=2, spatial_bins_y=3),
    _deformable("offsets", offsets=normal(5, 4, 3, 3), spatial_bins_x=2, spatial_bins_y=2, trans_std=0.2, part_size=3),
    _deformable("one kind", offsets=uniform(-1, 1, 5, 2, 2, 2), trans_std=0.1, part_size=2, spatial_bins_x=4),
    _turned("counted", 2, 0.5, clockwise=False),
    _turned("clockwise", 3, 1.0, clockwise=True),
    _turned("as many as pixels", 0, 0.75, clockwise=True),
    _turned("of halves", 2, 0.5, clockwise=False, kind=np.float16),
    _align("of opset 3", old=True),
    _align("largest", mode="max"),
    _align("as many as pixels", sampling_ratio=0),
    _align("as many as pixels, largest", sampling_ratio=0, mode="max", aligned_mode="half_pixel"),
    _align("half pixel", aligned_mode="half_pixel", spatial_scale=0.5),
    _align("half pixel for nearest", aligned_mode="half_pixel_for_nn", spatial_scale=0.7, pooled_h=1),
    _deform("of opset 1", old=True),
    _deform("of opset 1, in groups", old=True, groups=2, own=2, strides=(2, 1), dilations=(2, 1)),
    _deform("masked", mask=True, own=4),
    _deform("zeros outside", mask=True, bilinear_interpolation_pad=True, scale=3.0),
    _deform("zeros outside, in groups", groups=2, own=2, bilinear_interpolation_pad=True, pads_end=(0, 2)),
    _deform("same size", old=True, auto_pad="same_upper", scale=0.2),
    *(
        _grid(mode, outside, aligned)
        for mode in ("bilinear", "nearest", "bicubic")
        for outside in ("zeros", "border", "reflection")
        for aligned in (False, True)
    ),
]
