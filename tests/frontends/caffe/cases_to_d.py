"""Layer types from A to D."""

from __future__ import annotations

import numpy as np

from tests.frontends.caffe import formulas
from tests.frontends.caffe.case import conv, one

_ARG = np.array([[[[1, 5, 2], [5, 0, 5]]]], np.float32)

CASES = (
    one("AbsVal", "plain"),
    one("ArgMax", "last of equals", "argmax_param { axis: 3 }", _ARG, expected=lambda x: np.array([[[[1], [2]]]])),
    one(
        "ArgMax",
        "values",
        "argmax_param { axis: 1 top_k: 2 out_max_val: true }",
        expected=lambda x: -np.sort(-x, 1)[:, :2],
    ),
    one(
        "ArgMax",
        "of pictures",
        "argmax_param { top_k: 3 out_max_val: true }",
        expected=lambda x: formulas.arg_max(x, 3),
    ),
    one("ArgMax", "places", "argmax_param { top_k: 2 }", expected=lambda x: formulas.arg_max(x, 2)[:, :1]),
    one(
        "Axpy",
        "plain",
        shape=(2, 4, 1, 1),
        bottom="x,a,b",
        a=(2, 4, 3, 5),
        b=(2, 4, 3, 5),
        expected=lambda x, a, b: x * a + b,
    ),
    one(
        "Axpy",
        "of two axes",
        shape=(2, 4),
        bottom="x,a,b",
        a=(2, 4, 3, 5),
        b=(2, 4, 3, 5),
        expected=lambda x, a, b: x[:, :, None, None] * a + b,
    ),
    one("BatchNorm", "plain", blobs=[(4,), ("+", (4,)), ("+", (1,))]),
    one(
        "BatchNorm",
        "weight 0",
        "batch_norm_param { eps: 0.5 }",
        blobs=[(4,), ("+", (4,)), np.zeros(1, np.float32)],
        expected=lambda x, *w: x / np.sqrt(0.5),
    ),
    one(
        "BatchNorm",
        "of the batch",
        "batch_norm_param { use_global_stats: false }",
        blobs=[(4,), (4,), (1,)],
        expected=lambda x, *w: (x - x.mean((0, 2, 3), keepdims=True)) / np.sqrt(x.var((0, 2, 3), keepdims=True) + 1e-5),
    ),
    one(
        "BatchNorm",
        "rank 2",
        shape=(3, 4),
        blobs=[(4,), ("+", (4,)), ("+", (1,))],
        expected=lambda x, m, v, f: (x - m / f) / np.sqrt(v / f + 1e-5),
    ),
    one(
        "BatchReindex",
        "plain",
        shape=(3, 2),
        bottom="x,i",
        i=np.array([2, 0, 0, 1], np.float32),
        expected=lambda x, i: x[i.astype(int)],
    ),
    one("Bias", "blob", blobs=[(4,)], expected=lambda x, b: x + b[:, None, None]),
    one("Bias", "bottom", "bias_param { axis: 2 }", bottom="x,b", b=(6, 5), expected=lambda x, b: x + b),
    one(
        "BN",
        "statistics",
        "bn_param { eps: 0.01 }",
        blobs=[(1, 4, 1, 1), (1, 4, 1, 1), (1, 4, 1, 1), ("+", (1, 4, 1, 1))],
        expected=lambda x, s, b, m, v: s / np.sqrt(v + 0.01) * (x - m) + b,
    ),
    one(
        "BN",
        "inference",
        "bn_param { bn_mode: INFERENCE }",
        blobs=[(1, 4, 1, 1), (1, 4, 1, 1)],
        expected=lambda x, s, b: s * x + b,
    ),
    one("BNLL", "plain", expected=lambda x: np.log1p(np.exp(x))),
    one("Clip", "plain", "clip_param { min: -0.5 max: 0.25 }", expected=lambda x: np.clip(x, -0.5, 0.25)),
    one("Concat", "channels", bottom="x,a", a=(2, 3, 6, 5)),
    one(
        "Concat",
        "axis",
        "concat_param { axis: -2 }",
        bottom="x,a",
        a=(2, 4, 2, 5),
        expected=lambda x, a: np.concatenate([x, a], 2),
    ),
    one(
        "Concat",
        "concat_dim",
        "concat_param { concat_dim: 0 }",
        bottom="x,a",
        a=(1, 4, 6, 5),
        expected=lambda x, a: np.concatenate([x, a]),
    ),
    conv("Convolution", "plain", "num_output: 3 kernel_size: 3", (2, 4, 6, 5), (3, 4, 3, 3), (3,)),
    conv(
        "Convolution",
        "strides",
        "num_output: 3 kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0",
        (1, 4, 7, 5),
        (3, 4, 3, 2),
        (3,),
    ),
    conv(
        "Convolution",
        "dilation",
        "num_output: 4 kernel_size: 3 dilation: 2 pad: 2 bias_term: false",
        (1, 4, 7, 6),
        (4, 4, 3, 3),
    ),
    conv(
        "Convolution",
        "groups",
        "num_output: 6 kernel_size: 3 pad: 1 stride: 2 group: 2",
        (1, 4, 7, 6),
        (6, 2, 3, 3),
        (6,),
    ),
    conv("Convolution", "depthwise", "num_output: 4 kernel_size: 3 group: 4", (2, 4, 6, 5), (4, 1, 3, 3), (4,)),
    conv(
        "Convolution",
        "one axis",
        "num_output: 2 kernel_size: 3 pad: 1",
        (1, 3, 7),
        (2, 3, 3),
        (2,),
        expected=lambda x, w, b: (
            np.stack(
                [
                    (np.pad(x, [(0, 0), (0, 0), (1, 1)])[:, :, i : i + 3] * w[:, None].transpose(1, 0, 2, 3)).sum(
                        (2, 3)
                    )
                    for i in range(7)
                ],
                2,
            )
            + b[:, None]
        ),
    ),
    conv(
        "DepthwiseConvolution",
        "no group",
        "num_output: 4 kernel_size: 3",
        (2, 4, 6, 5),
        (4, 1, 3, 3),
        (4,),
        expected=lambda x, w, b: np.stack(
            [
                [
                    [(x[n, c, i : i + 3, j : j + 3] * w[c, 0]).sum() + b[c] for i in range(4) for j in range(3)]
                    for c in range(4)
                ]
                for n in range(2)
            ]
        ).reshape(2, 4, 4, 3),
    ),
    conv(
        "ConvolutionDepthwise",
        "no group",
        "num_output: 4 kernel_size: 1 bias_term: false",
        (2, 4, 6, 5),
        (4, 1, 1, 1),
        expected=lambda x, w: x * w[:, 0],
    ),
    one("Crop", "offset", "crop_param { axis: 2 offset: 1 offset: 2 }", bottom="x,r", r=(1, 1, 4, 3)),
    one("Crop", "all axes", "crop_param { axis: 1 offset: 1 }", bottom="x,r", r=(2, 2, 3, 2)),
    conv("Deconvolution", "plain", "num_output: 3 kernel_size: 3 stride: 2 pad: 1", (1, 4, 5, 4), (4, 3, 3, 3), (3,)),
    conv(
        "Deconvolution",
        "groups",
        "num_output: 4 kernel_size: 4 stride: 2 pad: 1 group: 4 bias_term: false",
        (1, 4, 5, 4),
        (4, 1, 4, 4),
    ),
)
