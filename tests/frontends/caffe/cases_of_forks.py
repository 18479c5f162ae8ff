"""How forks of Caffe write what others write in another way: DeepLab, NVCaffe, Intel's, ENet, PSPNet and others."""

from __future__ import annotations

import numpy as np

from tests.frontends.caffe.case import Case, one
from tests.frontends.caffe.net import Net, layer


def _point(x, w, b=0.0):
    """A convolution of one element."""
    return np.einsum("nchw,oc->nohw", x, w[:, :, 0, 0]) + np.reshape(b, (-1, 1, 1))


def _renamed(operation, spelling, settings, blobs, expected):
    net = Net({"x": (2, 4, 6, 5)}, layer(spelling, settings), {"l": blobs} if blobs else {})
    return Case(operation, f"called {spelling}", net, expected)


CASES = (
    one(
        "Convolution",
        "hole",
        "convolution_param { num_output: 2 kernel_h: 2 kernel_w: 1 hole: 3 bias_term: false }",
        blobs=[(2, 4, 2, 1)],
        expected=lambda x, w: _point(x[:, :, :3], w[:, :, :1]) + _point(x[:, :, 3:], w[:, :, 1:]),
    ),
    one(
        "Convolution",
        "holes of two axes",
        "convolution_param { num_output: 2 kernel_size: 2 hole_h: 2 hole_w: 4 bias_term: false }",
        blobs=[(2, 4, 2, 2)],
        expected=lambda x, w: sum(
            _point(x[:, :, 2 * i : 2 * i + 4, 4 * j : 4 * j + 1], w[:, :, i : i + 1, j : j + 1])
            for i, j in np.ndindex(2, 2)
        ),
    ),
    one(
        "Convolution",
        "joined with a ReLU",
        "convolution_param { num_output: 3 kernel_size: 1 relu: true }",
        blobs=[(3, 4, 1, 1), (3,)],
        expected=lambda x, w, b: np.maximum(_point(x, w, b), 0),
    ),
    one(
        "BatchNorm",
        "with scale and bias",
        "batch_norm_param { eps: 0.01 scale_bias: true scale_filler { value: 1 } }",
        blobs=[(4,), ("+", (4,)), np.ones(1, np.float32), (4,), (4,)],
        expected=lambda x, m, v, f, s, b: (
            (x - m.reshape(4, 1, 1)) / np.sqrt(v.reshape(4, 1, 1) + 0.01) * s.reshape(4, 1, 1) + b.reshape(4, 1, 1)
        ),
    ),
    one(
        "BatchNorm",
        "with weight and bias",
        "batch_norm_param { use_global_stats: true filler { value: 1 } }",
        blobs=[(4,), ("+", (4,)), np.ones(1, np.float32), (4,), (4,)],
        expected=lambda x, m, v, f, s, b: (
            (x - m.reshape(4, 1, 1)) / np.sqrt(v.reshape(4, 1, 1) + 1e-5) * s.reshape(4, 1, 1) + b.reshape(4, 1, 1)
        ),
    ),
    one(
        "InnerProduct",
        "joined with a leaky ReLU",
        "inner_product_param { num_output: 3 relu: true negative_slope: 0.5 }",
        blobs=[(3, 120), (3,)],
        expected=lambda x, w, b: (lambda y: np.where(y > 0, y, y / 2))(x.reshape(2, 120) @ w.T + b),
    ),
    one(
        "BatchNorm",
        "joined with a ReLU",
        "batch_norm_param { relu: true engine: MKLDNN }",
        blobs=[(4,), ("+", (4,)), np.ones(1, np.float32)],
        expected=lambda x, m, v, f: np.maximum((x - m.reshape(4, 1, 1)) / np.sqrt(v.reshape(4, 1, 1) + 1e-5), 0),
    ),
    _renamed(
        "BN",
        "SyncBN",
        "bn_param { slope_filler { value: 1 } bias_filler { value: 0 } frozen: false momentum: 0.95 }",
        [(1, 4, 1, 1), (1, 4, 1, 1), (1, 4, 1, 1), ("+", (1, 4, 1, 1))],
        lambda x, s, b, m, v: s / np.sqrt(v + 1e-5) * (x - m) + b,
    ),
    _renamed("Dropout", "SpatialDropout", "spatial_dropout_param { dropout_ratio: 0.1 }", [], lambda x: x),
    one(
        "Dropout",
        "not scaled in training",
        "dropout_param { dropout_ratio: 0.25 scale_train: false }",
        expected=lambda x: 0.75 * x,
    ),
    one("ChannelNorm", "plain", expected=lambda x: np.sqrt((x * x).sum(1, keepdims=True))),
    one(
        "Transpose",
        "plain",
        "transpose_param { dim: 3 dim: 0 dim: 2 dim: 1 }",
        expected=lambda x: x.transpose(3, 0, 2, 1),
    ),
)
"""All of them."""
