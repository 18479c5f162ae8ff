"""What the operations of detectors say to attributes and inputs that make no sense, or ask for too much."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.errors import DldtError, InputError
from dldt.compiler.ops.detection_output import CENTER_SIZE
from dldt.compiler.types import DType, TensorType


def f32(*shape):
    return TensorType(DType.f32, shape)


def _proposal(**attributes):
    given = {
        "base_size": 16,
        "pre_nms_topn": 9,
        "post_nms_topn": 3,
        "nms_thresh": 0.7,
        "feat_stride": 16,
        "min_size": 1,
    }
    return ops.Proposal4(**{**given, "ratio": (0.5, 1.0, 2.0), "scale": (8.0,), **attributes})


def known(*values):
    array = np.array(values)
    return TensorType(DType.i64, array.shape, constant=array).with_value(array)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ops.PriorBox((float("nan"),)), "min_size is (nan,), must be finite"),
        (lambda: ops.PriorBox((1e39,)), "must be finite"),
        (lambda: ops.DetectionOutput8((10,), 0.5, code_type="CORNER"), "code_type is 'CORNER', must be one of"),
        (
            lambda: ops.DetectionOutput8((2**62,), 0.5),
            "keep_top_k is (4611686018427387904,), must be at most 2147483647",
        ),
        (lambda: ops.DetectionOutput((10,), 0.5, num_classes=2**31), "num_classes is 2147483648, must be at most"),
        (lambda: ops.DetectionOutput8((10,), float("nan")), "nms_threshold is nan, must be finite"),
        (lambda: ops.RegionYolo(1, 2**31, 3, 3, 2), "coords is 2147483648, must be at most"),
        (lambda: ops.RegionYolo(1, 1, 3, 3, 2), "coords is 1, must be at least 2"),
        (lambda: ops.ROIPooling(2**31, 1, 1.0), "pooled_h is 2147483648, must be at most 4096"),
        (lambda: ops.ROIAlign(1, 1, 2**31, 1.0, "avg"), "sampling_ratio is 2147483648, must be at most 256"),
        (lambda: ops.ROIAlign(1, 1, -1, 1.0, "avg"), "sampling_ratio is -1, must not be negative"),
        (lambda: ops.ROIAlign9(1, 1, 1, float("nan"), "avg"), "spatial_scale is nan, must be finite"),
        (lambda: ops.PSROIPooling(2**31, 1.0), "output_dim is 2147483648, must be at most"),
        (lambda: ops.PSROIPooling(1, 1.0, mode="max"), "mode is 'max', must be one of average, bilinear"),
        (lambda: _proposal(post_nms_topn=2**62), "post_nms_topn is 4611686018427387904, must be at most"),
        (lambda: _proposal(framework="torch"), "framework is 'torch', must be one of , tensorflow"),
        (lambda: ops.ReorgYolo((0,)), "stride is (0,), must be at least 1"),
    ],
)
def test_an_attribute_is_refused(make, message):
    with pytest.raises(InputError, match=re.escape(message)):
        make()


_CELL = (known(3, 5), known(60, 90))
_LOGITS, _SCORES, _PRIORS = f32(2, 120), f32(2, 120), f32(1, 2, 120)
_SSD = {"keep_top_k": (10,), "nms_threshold": 0.5, "code_type": CENTER_SIZE, "normalized": True}


@pytest.mark.parametrize(
    ("op", "types", "message"),
    [
        (ops.PriorBox(fixed_size=(9.0,), density=(1e9,)), _CELL, "makes more than 65536 boxes a cell"),
        (ops.PriorBox((9.0,) * 70000), _CELL, "70000 boxes a cell, at most 65536"),
        (ops.PriorBox((9.0,)), (known(2**30, 2**30), known(9, 9)), "more than 2^40 elements"),
        (ops.PriorBox((9.0,), variance=(1.0, 2.0)), _CELL, "variance has 2 numbers, must have none, 1 or 4"),
        (ops.PriorBox((9.0,), aspect_ratio=(0.0,)), _CELL, "an aspect ratio is not above 0"),
        (ops.PriorBox((9.0,), (8.0, 9.0)), _CELL, "max_size has 2 numbers, but min_size only 1"),
        (ops.PriorBox(fixed_size=(9.0,)), _CELL, "each fixed_size needs a density of at least 1, got []"),
        (ops.PriorBox((9.0,)), (known(3), known(9, 9)), "the numbers of output_size and 2 differ: 1 and 2"),
        (ops.PriorBoxClustered((9.0,), ()), _CELL, "width has 1 numbers, but height 0"),
        (ops.DetectionOutput8(**_SSD), (_LOGITS, _SCORES, f32(1, 2, 121)), "does not divide into 4"),
        (
            ops.DetectionOutput8(**_SSD),
            (_LOGITS, _SCORES, f32(1, 1, 120)),
            "the rows of proposals and 2 differ: 1 and 2",
        ),
        (ops.DetectionOutput8(**_SSD), (_LOGITS, f32(2, 121), _PRIORS), "the scores and 4 of each prior differ"),
        (ops.DetectionOutput8(**_SSD), (f32(2, 90), _SCORES, _PRIORS), "the boxes and 1 of each prior differ"),
        (
            ops.DetectionOutput(**_SSD, num_classes=5),
            (_LOGITS, _SCORES, _PRIORS),
            "the scores and 5 of each prior differ",
        ),
        (ops.DetectionOutput8(**_SSD), (_LOGITS, _SCORES, _PRIORS, f32(2, 60)), "are given together, or none of them"),
        (
            ops.DetectionOutput8((2**30,), 0.5, normalized=True),
            (f32(2**9, 120), f32(2**9, 120), _PRIORS),
            "2^40 elements",
        ),
        (ops.RegionYolo(1, 4, 3, 3, 2), (f32(1, 15, 3, 3),), "the channels and 2 boxes of 8 differ: 15 and 16"),
        (ops.RegionYolo(3, 4, 3, 1, 2), (f32(1, 16, 3, 3),), "axis 3 is behind end_axis 1"),
        (ops.RegionYolo(1, 4, 3, 3, 2, do_softmax=False), (f32(1, 16, 3, 3),), "mask names no box"),
        (_proposal(), (f32(1, 5, 2, 2), f32(1, 12, 2, 2), f32(3)), "the channels of class_probs and 2 of each of 3"),
        (_proposal(), (f32(1, 6, 2, 2), f32(1, 12, 2, 2), f32(2)), "image_shape must have 3 or 4 numbers, got f32[2]"),
        (_proposal(ratio=()), (f32(1, 6, 2, 2), f32(1, 12, 2, 2), f32(3)), "there are no anchors"),
        (_proposal(ratio=(0.0,)), (f32(1, 2, 2, 2), f32(1, 4, 2, 2), f32(3)), "a ratio is not above 0"),
        (ops.ROIPooling(2, 2, 1.0), (f32(1, 3, 4, 4), f32(7, 4)), "the numbers of a region and 5 differ: 4 and 5"),
        (ops.PSROIPooling(2, 1.0, 3), (f32(1, 9, 4, 4), f32(7, 5)), "the channels and 2 of each of 9 cells differ"),
        (
            ops.DeformablePSROIPooling(2, 1.0, 1),
            (f32(1, 2, 4, 4), f32(7, 5), f32(7, 3, 1, 1)),
            "offsets has 3 channels; pairs are needed that divide 2 outputs",
        ),
        (
            ops.ROIAlign(2, 2, 1, 1.0, "avg"),
            (f32(1, 2, 4, 4), f32(7, 4), known(0, 0)),
            "the numbers of regions and batch_indices differ: 7 and 2",
        ),
        (ops.ReorgYolo((2,)), (f32(1, 6, 4, 4),), "dimension 1 of [1,6,4,4] does not divide into 4"),
    ],
)
def test_inputs_are_refused(op, types, message):
    with pytest.raises(DldtError, match=re.escape(message)):
        op.types(*types)


_STEPS = {"strides": (1, 1), "pads_begin": (0, 0), "pads_end": (0, 0), "dilations": (1, 1)}


@pytest.mark.parametrize(
    ("attributes", "types", "message"),
    [
        (
            {},
            (f32(1, 4, 5, 5), f32(1, 17, 3, 3), f32(6, 4, 3, 3)),
            "the channels of offsets and 18 of each of 1 groups",
        ),
        (
            {},
            (f32(1, 4, 5, 5), f32(1, 18, 4, 3), f32(6, 4, 3, 3)),
            "a dim of offsets and of the result differ: 4 and 3",
        ),
        ({"group": 3}, (f32(1, 4, 5, 5), f32(1, 18, 3, 3), f32(6, 4, 3, 3)), "and of filters differ: 4 and 12"),
        ({"group": 2}, (f32(1, 4, 5, 5), f32(1, 18, 3, 3), f32(5, 2, 3, 3)), "5 outputs do not divide into 2 groups"),
        ({"deformable_group": 2**62}, (f32(1, 4, 5, 5), f32(1, 18, 3, 3), f32(6, 4, 3, 3)), "4 channels not into"),
        (
            {},
            (f32(1, 4, 5, 5), f32(1, 18, 3, 3), f32(6, 4, 3, 3), f32(1, 8, 3, 3)),
            "the channels of mask and 9 of each",
        ),
    ],
)
def test_moved_taps_are_refused(attributes, types, message):
    with pytest.raises(DldtError, match=re.escape(message)):
        ops.DeformableConvolution8(**_STEPS, **attributes).types(*types)


def test_wide_floats_are_refused_where_they_are_not_computed():
    wide = TensorType(DType.f64, (1, 3, 4, 4)), TensorType(DType.f64, (2, 5))
    with pytest.raises(DldtError, match=r"the picture is of f64; f32 and smaller floating-point types are supported"):
        ops.ROIPooling(2, 2, 1.0).types(*wide)


@pytest.mark.parametrize(
    ("op", "types", "message"),
    [
        (
            ops.ExperimentalDetectronROIFeatureExtractor(3, 2, (4, 8)),
            (f32(7, 4), f32(1, 2, 9, 9)),
            "1 levels of features need as many pyramid_scales, got (4, 8)",
        ),
        (
            ops.ExperimentalDetectronDetectionOutput(0.1, 0.5, 1, 9, 9, 4.0, (1.0, 1.0, 1.0, 1.0)),
            (f32(7, 4), f32(7, 4), f32(7, 1), f32(1, 3)),
            "num_classes is 1, must be at least 2",
        ),
        (
            ops.ExperimentalDetectronDetectionOutput(0.1, 0.5, 2, 9, 9, 4.0, (1.0, 0.0, 1.0, 1.0)),
            (f32(7, 4), f32(7, 8), f32(7, 2), f32(1, 3)),
            "deltas_weights is (1.0, 0.0, 1.0, 1.0), must be 4 numbers, none of them 0",
        ),
        (
            ops.GenerateProposals(1.0, 0.5, 9, 9, nms_eta=0.5),
            (f32(1, 3), f32(2, 2, 3, 4), f32(1, 12, 2, 2), f32(1, 3, 2, 2)),
            "nms_eta is 0.5; only 1 is supported",
        ),
        (
            ops.ExperimentalDetectronPriorGridGenerator(h=2**31 - 1, w=2**31 - 1),
            (f32(3, 4), f32(1, 2, 9, 9), f32(1, 3, 9, 9)),
            "more than 2^40 elements",
        ),
    ],
)
def test_what_detectron_is_made_of_is_refused(op, types, message):
    with pytest.raises(DldtError, match=re.escape(message)):
        op.types(*types)


@pytest.mark.parametrize(
    ("op", "types", "message"),
    [
        (ops.MulticlassNms(), (f32(1, 9, 4), f32(1, 2, 8)), "the numbers of boxes and scores differ: 9 and 8"),
        (ops.MulticlassNms(), (f32(1, 9, 4), f32(1, 2**21, 9)), "must be fixed, and at most 2^20"),
        (ops.MulticlassNms9(), (f32(3, 9, 4), f32(2, 9), known(9)), "dims of boxes and scores differ: 3 and 2"),
        (ops.MatrixNms(), (f32(1, 9, 5), f32(1, 2, 9)), "the sides of a box and 4 differ: 5 and 4"),
    ],
)
def test_boxes_of_classes_are_refused(op, types, message):
    with pytest.raises(DldtError, match=re.escape(message)):
        op.types(*types)


@pytest.mark.parametrize("attributes", [{"nms_top_k": 2**62}, {"keep_top_k": -2}, {"sort_result_type": "box"}])
def test_attributes_of_class_nms_are_refused(attributes):
    with pytest.raises(InputError, match=f"MatrixNms: {next(iter(attributes))} is .*, must be"):
        ops.MatrixNms(**attributes)
