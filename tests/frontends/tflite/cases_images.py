"""Convolutions, pooling, products of matrices, resizing."""

import itertools
import struct

import numpy as np

from tests.frontends.tflite.case import one
from tests.frontends.tflite.cases_elementwise import bytes_of, f, i, reseed
from tests.frontends.tflite.graphs import const, given, like

F = np.float32


def _bias(scales, count):
    """A bias of integers, in the scale of the sums."""
    return const(i(np.int32, count, low=-900, high=900), scales, (0,) * np.size(scales))


def _float_convolutions():
    for padding, stride, dilation in (("SAME", 1, 1), ("SAME", 2, 1), ("VALID", 2, 1), ("VALID", 1, 2), ("SAME", 1, 2)):
        values = {"padding": padding, "stride_w": stride, "stride_h": stride}
        values |= {"dilation_w_factor": dilation, "dilation_h_factor": dilation}
        label = f"{padding.lower()}-{stride}-{dilation}"
        parts = [f(2, 9, 8, 3), const(f(5, 3, 2, 3)), const(f(5))]
        yield one("CONV_2D", parts, [like(F)], "Conv2DOptions", label=label, **values)
        parts = [f(2, 9, 8, 3), const(f(1, 3, 2, 6)), const(f(6))]
        values["depth_multiplier"] = 2
        yield one("DEPTHWISE_CONV_2D", parts, [like(F)], "DepthwiseConv2DOptions", label=label, **values)
        del values["depth_multiplier"]
        volume = {**values, "stride_d": stride, "dilation_d_factor": dilation}
        parts = [f(1, 5, 6, 7, 3), const(f(2, 3, 2, 3, 4)), const(f(4))]
        yield one("CONV_3D", parts, [like(F)], "Conv3DOptions", label=label, **volume)
    for fused in ("RELU", "RELU6", "RELU_N1_TO_1"):
        parts = [f(1, 5, 5, 3), const(f(4, 3, 3, 3)), const(f(4))]
        values = {"stride_w": 1, "stride_h": 1, "fused_activation_function": fused}
        yield one("CONV_2D", parts, [like(F)], "Conv2DOptions", label=fused.lower(), **values)
    parts = [f(1, 5, 5, 6), const(f(4, 3, 3, 3)), const(f(4))]
    yield one("CONV_2D", parts, [like(F)], "Conv2DOptions", label="groups", stride_w=1, stride_h=1)
    for padding, stride, size in (("SAME", 2, 8), ("SAME", 2, 7), ("VALID", 2, 9), ("VALID", 1, 6)):
        shape = const(np.array([2, size, size, 5], np.int32))
        parts = [shape, const(f(5, 3, 3, 3)), f(2, 4, 4, 3), const(f(5))]
        values = {"padding": padding, "stride_w": stride, "stride_h": stride}
        label = f"{padding.lower()}-{stride}-{size}"
        yield one("TRANSPOSE_CONV", parts, [like(F)], "TransposeConvOptions", label=label, version=3, **values)
    shape = const(np.array([1, 4, 6, 8, 5], np.int32))
    parts = [shape, const(f(2, 3, 2, 5, 3)), f(1, 2, 3, 4, 3), const(f(5))]
    values = {"padding": "SAME", "stride_d": 2, "stride_w": 2, "stride_h": 2}
    yield one("CONV_3D_TRANSPOSE", parts, [like(F)], "Conv3DOptions", **values)


def _words():
    """Words with weights of bytes: sums beyond what single precision holds, and a bias of 32 bits."""
    scales = (0.01, 0.02, 0.005)
    data, words = given(bytes_of(2, 7, 7, 96, dtype=np.int16) * 200, 0.0003, 0), like(np.int16, 0.6, 0)
    filters = const(bytes_of(3, 3, 3, 96), scales, (0,) * 3)
    each = const(bytes_of(1, 3, 3, 96), [0.01] * 96, (0,) * 96, 3)
    for kind in (np.int64, np.int32):
        bias = const(i(kind, 3, low=-90000, high=90000), [0.0003 * s for s in scales], (0,) * 3)
        values = {"stride_w": 2, "stride_h": 2, "fused_activation_function": "RELU"}
        label, kinds = f"i16-{bias.array.dtype}", {"quantized_bias_type": "INT32" if kind is np.int32 else "INT64"}
        yield one("CONV_2D", [data, filters, bias], [words], "Conv2DOptions", label=label, **values, **kinds)
    values = {"stride_w": 1, "stride_h": 1, "depth_multiplier": 1}
    bias = const(i(np.int64, 96, low=-9000, high=9000), [0.000003] * 96, (0,) * 96)
    yield one("DEPTHWISE_CONV_2D", [data, each, bias], [words], "DepthwiseConv2DOptions", label="i16", **values)
    rows = given(bytes_of(3, 600, dtype=np.int16) * 250, 0.0003, 0)
    weights = const(bytes_of(5, 600), 0.01, 0)
    bias = const(i(np.int64, 5, low=-90000, high=90000), 0.000003, 0)
    out = [like(np.int16, 0.6, 0)]
    yield one("FULLY_CONNECTED", [rows, weights, bias], out, "FullyConnectedOptions", label="i16")


def _quantised_convolutions():
    scales = (0.01, 0.02, 0.005, 0.03, 0.015)
    for padding, stride in (("SAME", 1), ("VALID", 2)):
        values = {"padding": padding, "stride_w": stride, "stride_h": stride}
        label = f"i8-{padding.lower()}"
        data = given(bytes_of(1, 9, 8, 16), 0.03, 5)
        parts = [data, const(bytes_of(5, 3, 3, 16), scales, (0,) * 5), _bias([0.03 * s for s in scales], 5)]
        yield one("CONV_2D", parts, [like(np.int8, 0.9, -4)], "Conv2DOptions", label=label, units=0, **values)
        weights = const(bytes_of(1, 3, 3, 16), scales[:4] * 4, (0,) * 16, 3)
        parts = [data, weights, _bias([0.03 * s for s in scales[:4] * 4], 16)]
        values["depth_multiplier"] = 1
        out = [like(np.int8, 0.2, -4)]
        yield one("DEPTHWISE_CONV_2D", parts, out, "DepthwiseConv2DOptions", label=label, units=0, **values)
    values = {"stride_w": 1, "stride_h": 1, "fused_activation_function": "RELU6"}
    parts = [given(bytes_of(1, 5, 5, 4), 0.03, 5), const(bytes_of(5, 3, 3, 4), 0.01, 0), _bias(0.0003, 5)]
    yield one("CONV_2D", parts, [like(np.int8, 6 / 255, -128)], "Conv2DOptions", label="i8-relu6", units=0, **values)
    data = given(bytes_of(1, 5, 5, 4, dtype=np.uint8), 0.03, 120)
    parts = [data, const(bytes_of(5, 3, 3, 4, dtype=np.uint8), 0.01, 130), _bias(0.0003, 5)]
    yield one(
        "CONV_2D", parts, [like(np.uint8, 0.5, 128)], "Conv2DOptions", label="u8", units=0, stride_w=1, stride_h=1
    )
    data = given(bytes_of(1, 5, 5, 4, dtype=np.int16), 0.0003, 0)
    wide = const(i(np.int64, 5, low=-900, high=900), [0.0003 * s for s in scales], (0,) * 5)
    parts = [data, const(bytes_of(5, 3, 3, 4), scales, (0,) * 5), wide]
    out = [like(np.int16, 0.01, 0)]
    yield one("CONV_2D", parts, out, "Conv2DOptions", label="i16", stride_w=1, stride_h=1)
    yield from _words()

    for keep in (False, True):
        parts = [given(bytes_of(2, 3, 20), 0.03, 5), const(bytes_of(7, 20), 0.01, 0), _bias(0.0003, 7)]
        values = {"keep_num_dims": keep, "fused_activation_function": "RELU"}
        label = f"i8-{'keep' if keep else 'rows'}"
        out = [like(np.int8, 0.3, -100)]
        yield one("FULLY_CONNECTED", parts, out, "FullyConnectedOptions", label=label, units=0, **values)
    shape = const(np.array([1, 8, 8, 5], np.int32))
    weights = const(bytes_of(5, 3, 3, 4), scales, (0,) * 5)
    parts = [shape, weights, given(bytes_of(1, 4, 4, 4), 0.03, 5), _bias([0.03 * s for s in scales], 5)]
    out = [like(np.int8, 0.5, 3)]
    values = {"stride_w": 2, "stride_h": 2}
    yield one("TRANSPOSE_CONV", parts, out, "TransposeConvOptions", label="i8", units=0, version=3, **values)


def _products():
    parts = [f(4, 20), const(f(7, 20)), const(f(7))]
    for fused in ("NONE", "RELU"):
        values = {"fused_activation_function": fused}
        yield one("FULLY_CONNECTED", parts, [like(F)], "FullyConnectedOptions", label=fused.lower(), **values)
    for keep in (False, True):
        parts = [f(2, 3, 20), const(f(7, 20)), None]
        label = "keep" if keep else "rows"
        yield one("FULLY_CONNECTED", parts, [like(F)], "FullyConnectedOptions", label=label, keep_num_dims=keep)
    for adj_x, adj_y in itertools.product((False, True), repeat=2):
        x, y = f(2, 3, 4, 5), f(3, 5, 6)
        parts = [np.swapaxes(x, -1, -2).copy() if adj_x else x, np.swapaxes(y, -1, -2).copy() if adj_y else y]
        label = f"{int(adj_x)}{int(adj_y)}"
        yield one("BATCH_MATMUL", parts, [like(F)], "BatchMatMulOptions", label=label, adj_x=adj_x, adj_y=adj_y)
    parts = [given(bytes_of(2, 4, 20), 0.03, 5), given(bytes_of(2, 20, 6), 0.02, -3)]
    yield one("BATCH_MATMUL", parts, [like(np.int8, 0.3, 2)], "BatchMatMulOptions", label="i8", units=0)


def _pooling():
    ops = ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D")
    for op, padding, stride in itertools.product(ops, ("SAME", "VALID"), (1, 2)):
        values = {"padding": padding, "stride_w": stride, "stride_h": stride, "filter_width": 3, "filter_height": 2}
        label = f"{padding.lower()}-{stride}"
        yield one(op, [f(2, 7, 8, 3)], [like(F)], "Pool2DOptions", label=label, **values)
    values = {"padding": "SAME", "stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2}
    for op in ops[:2]:
        data = [given(bytes_of(2, 7, 8, 3), 0.03, 5)]
        yield one(op, data, [like(np.int8, 0.03, 5)], "Pool2DOptions", label="i8", **values)
        fused = {**values, "fused_activation_function": "RELU6"}
        yield one(op, data, [like(np.int8, 0.03, 5)], "Pool2DOptions", label="i8-relu6", units=0, **fused)
        fused = {**values, "fused_activation_function": "RELU"}
        yield one(op, [f(2, 7, 8, 3)], [like(F)], "Pool2DOptions", label="relu", **fused)


def _resizing():
    for size, (corners, half) in itertools.product(((9, 5), (3, 14)), ((False, False), (True, False), (False, True))):
        values = {"align_corners": corners, "half_pixel_centers": half}
        label = f"{size[0]}-{'corners' if corners else 'half' if half else 'plain'}"
        parts = [f(2, 6, 7, 3), const(np.array(size, np.int32))]
        yield one("RESIZE_BILINEAR", parts, [like(F)], "ResizeBilinearOptions", label=label, rtol=1e-5, **values)
        yield one("RESIZE_NEAREST_NEIGHBOR", parts, [like(F)], "ResizeNearestNeighborOptions", label=label, **values)
        parts = [given(bytes_of(2, 6, 7, 3), 0.03, 5), parts[1]]
        out = [like(np.int8, 0.03, 5)]
        yield one("RESIZE_BILINEAR", parts, out, "ResizeBilinearOptions", label=f"{label}-i8", units=1, **values)
    parts = [given(bytes_of(2, 6, 7, 3), 0.03, 5), const(np.array([9, 5], np.int32))]
    yield one("RESIZE_NEAREST_NEIGHBOR", parts, [like(np.int8, 0.03, 5)], "ResizeNearestNeighborOptions", label="i8")


def _with_bias():
    """MediaPipe's transposed convolution: of an odd width the last column is cut off."""
    x, w, b = f(1, 4, 5, 3), f(6, 2, 2, 3), f(6)
    wanted = np.zeros((1, 8, 10, 6), F) + b
    for (row, column), (dy, dx) in itertools.product(np.ndindex(4, 5), np.ndindex(2, 2)):
        wanted[0, 2 * row + dy, 2 * column + dx] += w[:, dy, dx] @ x[0, row, column]
    custom = struct.pack("<3i", 1, 2, 2)
    parts = [x, const(w), const(b)]
    formula = {"expected": ((wanted[:, :, :9],),), "oracle": "numpy's definition"}
    yield one("Convolution2DTransposeBias", parts, [like(F)], custom=custom, **formula)


reseed(3)
CASES = (*_float_convolutions(), *_quantised_convolutions(), *_products(), *_pooling(), *_resizing(), *_with_bias())
