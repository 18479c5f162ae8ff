"""Kinds of nodes that look at many elements: reductions, products, windows, recurrent and quantised layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.random_onnx.builder import Builder, RejectedError
from tests.random_onnx.value import Value

SUMS = ("ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceLogSumExp")
EXTREMES = ("ReduceMax", "ReduceMin")


def reduced(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 0 and v.size > 0)
    kind = b.pick((*SUMS, *EXTREMES))
    axes = [] if b.chance(0.1) else [b.ints(b.axis(x))]
    b.node(kind, [x, *axes], exact=x.exact and kind in EXTREMES, keepdims=b.integer(0, 2))


def reduced_positive(b: Builder) -> None:
    (size,) = b.node("Abs", [b.any(lambda v: v.dtype == np.float32 and v.rank > 0)])
    (x,) = b.node("Add", [size, np.float32(0.25)])
    b.node(b.pick(("ReduceL2", "ReduceLogSum", "ReduceProd")), [x, b.ints(b.axis(x))], keepdims=b.integer(0, 2))


def extreme(b: Builder) -> None:
    x = b.any(lambda v: v.exact and v.dtype == np.float32 and v.rank > 0)
    b.node(b.pick(("ArgMax", "ArgMin")), [x], exact=True, axis=b.axis(x), keepdims=b.integer(0, 2),
           select_last_index=b.integer(0, 2))  # fmt: skip


def running(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 0)
    b.node("CumSum", [x, np.asarray(b.axis(x), np.int64)], exclusive=b.integer(0, 2), reverse=b.integer(0, 2))


def top(b: Builder) -> None:
    x = b.any(lambda v: v.exact and v.dtype == np.float32 and v.rank > 0)
    b.node("TopK", [x, b.ints(b.integer(1, 3))], 2, exact=True, axis=b.axis(x), largest=b.integer(0, 2))


def softened(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 0)
    kind = b.pick(("Softmax", "Softmax", "LogSoftmax"))
    b.node(kind, [x], axis=b.axis(x))


def hardmax(b: Builder) -> None:
    x = b.any(lambda v: v.exact and v.dtype == np.float32 and v.rank > 0)
    b.node("Hardmax", [x], exact=True, axis=b.axis(x))


def product(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 1 and bool(v.shape[-1]))
    if b.chance(0.3):
        (turned,) = b.node("Transpose", [x], perm=[*range(x.rank - 2), x.rank - 1, x.rank - 2])
        b.node("MatMul", [x, turned])
        return
    inner = x.shape[-1] or 1
    b.node("MatMul", [x, b.normal(inner, b.integer(1, 9)) / np.float32(inner)])


def gemm(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank == 2 and bool(v.shape[1]))
    inner, outputs = x.shape[1] or 1, b.integer(1, 20)
    turned = b.integer(0, 2)
    weights = b.normal(outputs, inner) if turned else b.normal(inner, outputs)
    bias = [b.normal(outputs)] if b.chance(0.7) else []
    b.node("Gemm", [x, weights / np.float32(inner), *bias], transB=turned, alpha=b.pick((1.0, 0.5)))


def einsum(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank == 3 and bool(v.shape[2]))
    equation, shape = b.pick(
        (("abc,cd->abd", (x.shape[2], 4)), ("abc,c->ab", (x.shape[2],)), ("abc,dc->adb", (3, x.shape[2])))
    )
    b.node("Einsum", [x, b.normal(*(int(s or 1) for s in shape))], equation=equation)


def _image(b: Builder) -> Value:
    return b.any(lambda v: v.dtype == np.float32 and v.rank == 4 and bool(v.shape[1]) and min(
        min(a.shape) for a in v.arrays) > 0)  # fmt: skip


def _window(b: Builder, taps: int) -> dict[str, Any]:
    return {"pads": [b.integer(0, taps) for _ in range(4)], "strides": [b.integer(1, 3), b.integer(1, 3)]}


def convolution(b: Builder) -> None:
    x = _image(b)
    channels = x.shape[1] or 1
    groups = b.pick([g for g in range(1, channels + 1) if channels % g == 0]) if b.chance(0.4) else 1
    outputs, taps = groups * b.integer(1, 6), b.pick((1, 2, 3))
    weights = b.normal(outputs, channels // groups, taps, taps) / np.float32(taps * taps)
    bias = [b.normal(outputs)] if b.chance(0.5) else []
    b.node("Conv", [x, weights, *bias], group=groups, dilations=[b.pick((1, 1, 2))] * 2, **_window(b, taps))


def transposed(b: Builder) -> None:
    x = _image(b)
    weights = b.normal(x.shape[1] or 1, b.integer(1, 5), 3, 2) / np.float32(4)
    b.node("ConvTranspose", [x, weights], strides=[b.integer(1, 3), 2], pads=[1, 0, 0, 1],
           output_padding=[0, b.integer(0, 2)])  # fmt: skip


def pooled(b: Builder) -> None:
    x = _image(b)
    kind = b.pick(("AveragePool", "MaxPool", "MaxPool", "LpPool"))
    more = {"count_include_pad": b.integer(0, 2)} if kind == "AveragePool" else {"p": 2} if kind == "LpPool" else {}
    exact = x.exact and kind == "MaxPool"
    if kind == "MaxPool" and exact and b.chance(0.4):
        b.node(kind, [x], 2, exact=True, kernel_shape=[2, 2], strides=[2, 2])
        return
    b.node(kind, [x], exact=exact, kernel_shape=[3, 2], ceil_mode=b.integer(0, 2), strides=[b.integer(1, 3), 2],
           pads=[1, 0, 1, 1], **more)  # fmt: skip


def unpooled(b: Builder) -> None:
    x = b.any(
        lambda v: v.exact and v.dtype == np.float32 and v.rank == 4 and all(d and d % 2 == 0 for d in v.shape[2:])
    )
    largest, places = b.node("MaxPool", [x], 2, exact=True, kernel_shape=[2, 2], strides=[2, 2])
    b.node("MaxUnpool", [largest, places], exact=True, kernel_shape=[2, 2], strides=[2, 2])


def whole(b: Builder) -> None:
    kind = b.pick(("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"))
    x = _image(b)
    b.node(kind, [x], exact=x.exact and kind == "GlobalMaxPool")


def normalised(b: Builder) -> None:
    x = _image(b)
    c = x.shape[1] or 1
    kind = b.pick(
        ("BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN", "MeanVarianceNormalization")
    )
    scale, shift = b.normal(c), b.normal(c)
    if kind == "BatchNormalization":
        b.node(kind, [x, scale, shift, b.normal(c), np.abs(b.normal(c)) + np.float32(0.5)])
    elif kind == "InstanceNormalization":
        b.node(kind, [x, scale, shift], epsilon=0.05)
    elif kind == "GroupNormalization":
        b.node(kind, [x, scale, shift], epsilon=0.05, num_groups=b.pick([g for g in range(1, c + 1) if c % g == 0]))
    elif kind == "LRN":
        b.node(kind, [x], size=3)
    else:
        (moved,) = b.node("Add", [x, b.normal(1, c, x.shape[2] or 1, x.shape[3] or 1)])
        b.node("LpNormalization", [moved], axis=1, p=b.pick((1, 2)))


def layer_normalised(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 1 and bool(v.shape[-1]))
    size = x.shape[-1] or 1
    b.node("LayerNormalization", [x, b.normal(size), b.normal(size)], epsilon=0.05)


def resized(b: Builder) -> None:
    x = _image(b)
    mode = b.pick(("nearest", "linear", "cubic"))
    where = b.pick(("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"))
    scales = np.array([1, 1, *b.pick(((2, 2), (1.5, 0.5), (0.5, 2)))], np.float32)
    if mode == "nearest" and where != "asymmetric":
        where = "asymmetric"
    if any(size * scale < 1 for a in x.arrays for size, scale in zip(a.shape, scales, strict=True)):
        raise RejectedError("a picture of no pixels, which is refused")
    b.node("Resize", [x, None, scales], mode=mode, coordinate_transformation_mode=where,
           **({"nearest_mode": "floor"} if mode == "nearest" else {}))  # fmt: skip


def sampled(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank == 4 and all(v.shape))
    grid = (b.random.integers(-9, 10, (x.shape[0], 3, 4, 2)) / np.float32(9.5)).astype(np.float32)
    b.node(
        "GridSample", [x, grid], padding_mode=b.pick(("zeros", "border", "reflection")), align_corners=b.integer(0, 2)
    )


def regions(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank == 4 and all(v.shape))
    corners = np.array([[0, 0, 3, 3], [0.5, 1, 2.5, 2]], np.float32)
    b.node("RoiAlign", [x, corners, np.zeros(2, np.int64)], output_height=2, output_width=2, sampling_ratio=2)


def recurrent(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank == 3 and bool(v.shape[2]))
    kind = b.pick(("LSTM", "GRU", "RNN"))
    gates, hidden = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind], b.integer(2, 6)
    direction = b.pick(("forward", "reverse", "bidirectional"))
    both = 2 if direction == "bidirectional" else 1
    weights = [b.normal(both, gates * hidden, size) / np.float32(4) for size in (x.shape[2] or 1, hidden)]
    bias = [b.normal(both, 2 * gates * hidden)] if b.chance(0.6) else []
    more = {"linear_before_reset": b.integer(0, 2)} if kind == "GRU" else {}
    b.node(kind, [x, *weights, *bias], 3 if kind == "LSTM" else 2, hidden_size=hidden, direction=direction, **more)


def quantised(b: Builder) -> None:
    x = b.floats(exact=True)
    zero = np.asarray(b.integer(100, 150), np.uint8) if b.chance(0.5) else np.asarray(3, np.int8)
    (q,) = b.node("QuantizeLinear", [x, np.float32(0.0625), zero], exact=True)
    b.node("DequantizeLinear", [q, np.float32(0.0625), zero], exact=True)


def dynamically_quantised(b: Builder) -> None:
    x = b.any(lambda v: v.exact and v.dtype == np.float32 and v.size > 0 and v.magnitude > 0)
    q, scale, zero = b.node("DynamicQuantizeLinear", [x], 3)
    b.node("DequantizeLinear", [q, scale, zero])


def integer_product(b: Builder) -> None:
    x = b.any(lambda v: v.dtype in (np.uint8, np.int8) and v.rank > 1 and bool(v.shape[-1]))
    inner = x.shape[-1] or 1
    weights = b.random.integers(-60, 60, (inner, 5)).astype(np.int8)
    if b.chance(0.5):
        b.node("MatMulInteger", [x, weights], exact=True)
        return
    zero = np.asarray(7, x.dtype)
    b.node("QLinearMatMul", [x, np.float32(0.05), zero, weights, np.float32(0.02), np.asarray(0, np.int8),
                             np.float32(0.5), zero])  # fmt: skip


def integer_convolution(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.uint8 and v.rank == 4 and bool(v.shape[1]))
    weights = b.random.integers(0, 200, (4, x.shape[1] or 1, 2, 2)).astype(np.uint8)
    if b.chance(0.5):
        b.node("ConvInteger", [x, weights, np.asarray(5, np.uint8), np.asarray(90, np.uint8)])
        return
    zero = np.asarray(5, np.uint8)
    b.node("QLinearConv", [x, np.float32(0.05), zero, weights, np.float32(0.02), np.asarray(90, np.uint8),
                           np.float32(0.5), zero])  # fmt: skip


def determinant(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank >= 2 and v.shape[-1] == v.shape[-2] and bool(v.shape[-1]))
    if (x.shape[-1] or 0) > 4:
        raise RejectedError("too large a determinant")
    b.node("Det", [x])


KINDS = (
    *(reduced,) * 4, reduced_positive, extreme, running, top, softened, softened, hardmax, product, product, gemm,
    einsum, convolution, convolution, transposed, pooled, pooled, unpooled, whole, normalised, normalised,
    layer_normalised, resized, sampled, regions, recurrent, recurrent, quantised, quantised, dynamically_quantised,
    integer_product, integer_convolution, determinant,
)  # fmt: skip
