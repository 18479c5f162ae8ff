"""Layer types of FlowNet, DispNet and spatial transformers."""

from __future__ import annotations

import numpy as np

from tests.frontends.caffe import formulas
from tests.frontends.caffe import formulas_of_flow as flow
from tests.frontends.caffe.case import one

_THETA = np.array([[0.9, 0.2, -0.1, -0.3, 1.1, 0.2], [-1.4, 0.3, 0.4, 0.2, 0.7, -0.6]], np.float32)
_MAPS = (2, 3, 8, 9)


def _correlated(title, settings, *numbers, type="Correlation", **more):
    return one(
        type,
        title,
        f"correlation_param {{ {settings} }}",
        _MAPS,
        bottom="x,a",
        a=_MAPS,
        expected=lambda x, a: flow.correlation(x, a, *numbers, **more),
    )


CASES = (
    one(
        "Accum",
        "largest",
        bottom="x,a",
        a=(2, 3, 3, 9),
        expected=lambda x, a: np.concatenate([formulas.interp(x, 6, 9), formulas.interp(a, 6, 9)], 1),
    ),
    one("Accum", "given", "accum_param { top_height: 9 top_width: 7 }", expected=lambda x: formulas.interp(x, 9, 7)),
    one("Accum", "given one side", "accum_param { top_height: 9 top_width: 5 }", expected=lambda x: x),
    one("Accum", "divisible", "accum_param { size_divisible_by: 4 }", expected=lambda x: formulas.interp(x, 8, 8)),
    one(
        "Accum",
        "reference",
        "accum_param { have_reference: true }",
        bottom="x,r",
        r=(1, 1, 4, 3),
        expected=lambda x, r: formulas.interp(x, 4, 3),
    ),
    one("Binarization", "plain", expected=lambda x: np.where(x > 0, 1.0, -1.0)),
    _correlated("windows", "pad: 4 kernel_size: 3 max_displacement: 3 stride_1: 1 stride_2: 1", 4, 3, 3, 1, 1),
    _correlated("windows apart", "pad: 3 kernel_size: 3 max_displacement: 2 stride_1: 2 stride_2: 2", 3, 3, 2, 2, 2),
    _correlated("three apart", "pad: 2 kernel_size: 1 max_displacement: 3 stride_1: 3 stride_2: 1", 2, 1, 3, 3, 1),
    _correlated(
        "differences",
        "pad: 2 kernel_size: 3 max_displacement: 2 correlation_type: SUBTRACT do_abs: true",
        2,
        3,
        2,
        1,
        1,
        subtract=True,
    ),
    *(
        _correlated(
            f"direction {direction}",
            f"pad: 4 kernel_size: {kernel} max_displacement: 4 stride_2: 2 single_direction: {direction}",
            4,
            kernel,
            4,
            1,
            2,
            type="Correlation1D",
            rows=False,
            direction=direction,
        )
        for direction, kernel in ((0, 1), (-1, 3), (1, 1))
    ),
    one("DataAugmentation", "plain", "augmentation_param { max_multiplier: 1 }", expected=lambda x: x),
    one(
        "DataAugmentation",
        "stored mean",
        "augmentation_param { recompute_mean: 1000 mean_per_pixel: false }",
        blobs=[(1,), (4, 6, 5), (4,)],
        expected=lambda x, count, whole, mean: x - mean[:, None, None],
    ),
    one(
        "DataAugmentation",
        "mean of each pixel",
        "augmentation_param { recompute_mean: 1000 }",
        blobs=[(1,), (4, 6, 5), (4,)],
        expected=lambda x, count, whole, mean: x - whole,
    ),
    one(
        "DataAugmentation",
        "given mean, cropped",
        "augmentation_param { crop_height: 4 crop_width: 3 mean: 0.5 mean: -1 mean: 2 mean_per_pixel: false }",
        (2, 3, 6, 5),
        expected=lambda x: x[:, :, 1:5, 1:4] - np.array([0.5, -1, 2])[:, None, None],
    ),
    one("FlowWarp", "zeros", bottom="x,f", f=(2, 2, 6, 5), expected=flow.warped),
    one(
        "FlowWarp",
        "nothing outside",
        "flow_warp_param { fill_value: NOT_A_NUMBER }",
        bottom="x,f",
        f=(2, 2, 6, 5),
        expected=lambda x, f: flow.warped(x, f, np.nan),
    ),
    one("PowerFile", "no file", "power_file_param { }", expected=lambda x: x),
    one(
        "Resample",
        "cubic",
        "resample_param { type: CUBIC factor: 2 }",
        expected=lambda x: flow.resample(x, 12, 10, cubic=True),
    ),
    one(
        "Resample",
        "cubic smaller",
        "resample_param { type: CUBIC height: 3 width: 4 }",
        expected=lambda x: flow.resample(x, 3, 4, cubic=True),
    ),
    one(
        "Resample",
        "cubic plain",
        "resample_param { type: CUBIC height: 3 width: 4 antialias: false }",
        expected=lambda x: flow.resample(x, 3, 4, antialias=False, cubic=True),
    ),
    one(
        "Resample",
        "mixed",
        "resample_param { height: 9 width: 3 }",
        expected=lambda x: flow.resample(x, 9, 3),
    ),
    one(
        "Resample",
        "nearest mixed",
        "resample_param { type: NEAREST height: 9 width: 3 }",
        expected=lambda x: flow.nearest(x, 9, 3),
    ),
    one(
        "SpatialTransformer",
        "same size",
        bottom="x,t",
        t=_THETA,
        expected=lambda x, t: flow.transformed(x, t, 6, 5),
    ),
    one(
        "SpatialTransformer",
        "known numbers",
        "st_param { output_H: 4 output_W: 7 theta_1_2: 0 theta_2_1: 0 to_compute_dU: false }",
        bottom="x,t",
        t=_THETA[:, [0, 2, 4, 5]],
        expected=lambda x, t: flow.transformed(x, np.insert(t, [1, 2], 0, 1), 4, 7),
    ),
)
"""For each layer type at least one."""
