from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.ops.pooling import MaxPool
from tests.frontends.onnx_node import check, model_of

RNG = np.random.default_rng(11)


def rand(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


CONV = [
    ("plain", (1, 4, 7, 6), (6, 4, 3, 3), {}),
    ("stride_pad", (2, 4, 9, 8), (6, 4, 3, 3), {"strides": [2, 1], "pads": [1, 0, 2, 1], "kernel_shape": [3, 3]}),
    ("dilated", (1, 2, 9, 9), (2, 2, 3, 2), {"dilations": [2, 3]}),
    ("grouped", (1, 6, 5, 5), (4, 3, 3, 3), {"group": 2, "pads": [1, 1, 1, 1]}),
    ("depthwise", (1, 3, 5, 5), (6, 1, 3, 3), {"group": 3}),
    ("same_upper", (1, 2, 7, 8), (2, 2, 4, 3), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    ("same_lower", (1, 2, 7, 8), (2, 2, 4, 3), {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    ("valid", (1, 2, 7, 8), (2, 2, 3, 3), {"auto_pad": "VALID"}),
    ("one_dim", (2, 3, 20), (4, 3, 5), {"strides": [3], "pads": [2, 1]}),
    ("three_dims", (1, 2, 4, 5, 6), (3, 2, 2, 3, 3), {"pads": [0, 1, 1, 1, 1, 1]}),
]


@pytest.mark.parametrize(("x", "w", "attributes"), [c[1:] for c in CONV], ids=[c[0] for c in CONV])
@pytest.mark.parametrize("constants", [(1, 2), ()], ids=["constant", "input"])
def test_conv(x, w, attributes, constants, tmp_path):
    inputs = [rand(*x), rand(*w), rand(w[0])]
    check(model_of("Conv", inputs, 11, constants, **attributes), inputs, tmp_path)
    check(model_of("Conv", inputs[:2], 11, constants[:1], **attributes), inputs[:2], tmp_path)


DECONV = [
    ("plain", (1, 4, 5, 6), (4, 3, 3, 3), {}),
    ("stride_pad", (1, 4, 5, 6), (4, 3, 3, 3), {"strides": [2, 3], "pads": [1, 0, 1, 2], "output_padding": [1, 0]}),
    ("grouped", (1, 4, 5, 5), (4, 2, 2, 2), {"strides": [2, 2], "group": 2}),
    ("dilated", (1, 2, 5, 5), (2, 2, 3, 3), {"dilations": [2, 2]}),
    ("same_upper", (1, 2, 5, 5), (2, 2, 3, 4), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    ("same_lower", (1, 2, 5, 5), (2, 2, 3, 4), {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    ("output_shape", (1, 2, 5, 5), (2, 2, 3, 3), {"output_shape": [10, 9], "strides": [2, 2]}),
    ("output_shape_upper", (1, 2, 5, 5), (2, 2, 4, 4),
     {"output_shape": [9, 10], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("one_dim", (1, 2, 7), (2, 3, 4), {"strides": [2]}),
]  # fmt: skip


@pytest.mark.parametrize(("x", "w", "attributes"), [c[1:] for c in DECONV], ids=[c[0] for c in DECONV])
def test_conv_transpose(x, w, attributes, tmp_path):
    inputs = [rand(*x), rand(*w), rand(w[1] * attributes.get("group", 1))]
    check(model_of("ConvTranspose", inputs, 11, (1, 2), **attributes), inputs, tmp_path)


POOL = [
    ("plain", (1, 3, 8, 8), {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ("no_stride", (1, 3, 6, 6), {"kernel_shape": [3, 2]}),
    ("pads", (1, 3, 7, 7), {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 1, 1]}),
    ("ceil", (1, 3, 8, 8), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    (
        "ceil_drops_last",
        (1, 2, 7, 7),
        {"kernel_shape": [1, 1], "strides": [4, 4], "pads": [0, 0, 0, 0], "ceil_mode": 1},
    ),
    ("ceil_pads", (1, 2, 7, 9), {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
    ("ceil_mixed", (1, 2, 7, 8), {"kernel_shape": [2, 2], "strides": [3, 3], "pads": [1, 0, 1, 0], "ceil_mode": 1}),
    ("same_upper", (1, 3, 7, 8), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("same_lower", (1, 3, 7, 8), {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "SAME_LOWER"}),
    ("valid", (1, 3, 7, 8), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "VALID"}),
    ("one_dim", (1, 3, 9), {"kernel_shape": [3], "strides": [2]}),
    ("three_dims", (1, 2, 5, 5, 5), {"kernel_shape": [2, 2, 2]}),
]


@pytest.mark.parametrize(("shape", "attributes"), [c[1:] for c in POOL], ids=[c[0] for c in POOL])
@pytest.mark.parametrize("opset", [11, 19])
def test_max_pool(shape, attributes, opset, tmp_path):
    x = rand(*shape)
    check(model_of("MaxPool", [x], opset, **attributes), [x], tmp_path)


@pytest.mark.parametrize(("shape", "attributes"), [c[1:] for c in POOL], ids=[c[0] for c in POOL])
@pytest.mark.parametrize("count_include_pad", [0, 1])
def test_average_pool(shape, attributes, count_include_pad, tmp_path):
    x = rand(*shape)
    check(model_of("AveragePool", [x], 11, count_include_pad=count_include_pad, **attributes), [x], tmp_path)


def test_max_pool_with_indices_and_dilations(tmp_path):
    x = rand(2, 3, 8, 8)
    check(model_of("MaxPool", [x], 12, outputs=2, kernel_shape=[2, 2], strides=[2, 2]), [x], tmp_path)
    check(model_of("MaxPool", [x], 12, kernel_shape=[2, 2], dilations=[2, 3]), [x], tmp_path)


def test_old_pooling(tmp_path):
    x = rand(1, 3, 8, 8)
    check(model_of("MaxPool", [x], 7, kernel_shape=[3, 3]), [x], tmp_path)
    check(model_of("AveragePool", [x], 7, kernel_shape=[3, 3], pads=[1, 1, 1, 1]), [x], tmp_path)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "rounding"),
    [
        (8, 3, 2, "ceil"),
        (7, 1, 4, "floor"),
        (6, 2, 2, "ceil"),
        (7, 2, 3, "ceil"),
        (8, 2, 3, "floor"),
        (7, 2, 4, "floor"),
    ],
)
def test_ceil_mode_becomes_what_the_older_pooling_of_the_ir_knows(size, kernel, stride, rounding, tmp_path):
    """A window that would start behind the data is dropped; said by ``floor``, for ``ceil`` of the IR keeps it."""
    x = rand(1, 2, size, size)
    model = model_of("MaxPool", [x], 11, kernel_shape=[kernel] * 2, strides=[stride] * 2, ceil_mode=1)
    (result,) = check(model, [x], tmp_path).outputs
    assert isinstance(result.inputs[0].op, MaxPool)
    assert result.inputs[0].op.rounding_type == rounding


@pytest.mark.parametrize("op_type", ["GlobalAveragePool", "GlobalMaxPool"])
@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (1, 3, 7)], ids=str)
def test_global_pooling(op_type, shape, tmp_path):
    x = rand(*shape)
    check(model_of(op_type, [x], 7), [x], tmp_path)


RESIZE_ATTRIBUTES = [
    {"mode": mode, "coordinate_transformation_mode": coordinates}
    for mode in ("nearest", "linear", "cubic")
    for coordinates in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
]


@pytest.mark.parametrize("attributes", RESIZE_ATTRIBUTES, ids=lambda a: "_".join(a.values()))
@pytest.mark.parametrize("factors", [(2.0, 3.0), (0.6, 0.5), (1.5, 1.0)], ids=str)
def test_resize_by_scales(attributes, factors, tmp_path):
    inputs = [rand(1, 2, 5, 6), np.zeros(0, np.float32), np.array([1, 1, *factors], np.float32)]
    for opset in (11, 13):
        check(model_of("Resize", inputs, opset, (1, 2), **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("attributes", RESIZE_ATTRIBUTES, ids=lambda a: "_".join(a.values()))
@pytest.mark.parametrize("sizes", [(9, 13), (3, 4)], ids=str)
def test_resize_to_sizes(attributes, sizes, tmp_path):
    inputs = [rand(1, 2, 5, 6), None, None, np.array([1, 2, *sizes], np.int64)]
    check(model_of("Resize", inputs, 13, (3,), **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("nearest_mode", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
@pytest.mark.parametrize("coordinates", ["half_pixel", "asymmetric", "align_corners"])
def test_resize_nearest_rounding(nearest_mode, coordinates, tmp_path):
    for factors in ((1, 1, 2, 3), (1, 1, 0.5, 0.4)):
        inputs = [rand(1, 2, 6, 5), None, np.array(factors, np.float32)]
        attributes = {"nearest_mode": nearest_mode, "coordinate_transformation_mode": coordinates}
        check(model_of("Resize", inputs, 13, (2,), mode="nearest", **attributes), inputs, tmp_path)


def test_resize_of_half_pixels_for_nearest_as_tensorflow_has_it(tmp_path):
    inputs = [rand(1, 2, 6, 5), np.zeros(0, np.float32), np.array([1, 1, 2, 2], np.float32)]
    attributes = {"coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": "floor"}
    check(model_of("Resize", inputs, 11, (1, 2), mode="nearest", **attributes), inputs, tmp_path)


def test_resize_along_some_axes(tmp_path):
    inputs = [rand(1, 2, 5, 6), None, np.array([2.0, 0.5], np.float32)]
    check(model_of("Resize", inputs, 18, (2,), mode="linear", axes=[2, 3]), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_resize_of_operation_set_10(mode, tmp_path):
    for factors in ((1, 1, 2, 3), (1, 1, 0.5, 0.5)):
        inputs = [rand(1, 2, 6, 8), np.array(factors, np.float32)]
        check(model_of("Resize", inputs, 10, (1,), mode=mode), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_upsample(mode, tmp_path):
    x, factors = rand(1, 2, 3, 4), [1.0, 1.0, 2.0, 3.0]
    check(model_of("Upsample", [x], 7, mode=mode, scales=factors), [x], tmp_path, rtol=1e-4)
    inputs = [x, np.array(factors, np.float32)]
    check(model_of("Upsample", inputs, 9, (1,), mode=mode), inputs, tmp_path, rtol=1e-4)
