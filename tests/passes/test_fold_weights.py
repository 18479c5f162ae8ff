"""Products, sums, channel orders and pads that go into weights and attributes."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.graph import Graph
from dldt.compiler.ops import (
    Add,
    AvgPool,
    Convolution,
    ConvolutionBackpropData,
    Exp,
    Gather,
    GroupConvolution,
    GroupConvolutionBackpropData,
    MatMul,
    MaxPool,
    Multiply,
    Pad,
    ReLU,
    Transpose,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.fold_channel_order_into_weights import FoldChannelOrderIntoWeights
from dldt.passes.transforms.fold_input_affine_into_weights import FoldInputAffineIntoWeights
from dldt.passes.transforms.fold_scale_into_weights import FoldScaleIntoWeights
from dldt.passes.transforms.fuse_pad import FusePad
from dldt.passes.transforms.sink_channel_order import SinkChannelOrder
from tests.passes.check import declined, f32, graph_of, i64, random, rewritten

PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))
PADDED = {**PLAIN, "pads_begin": (1, 1), "pads_end": (1, 1)}
X = f32(2, 4, 6, 6)


def channels(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32).reshape(1, -1, 1, 1)


C4 = channels(1.5, -2, 0.5, 3)
C6 = channels(1.5, -2, 0.5, 3, 0.25, -1)

LINEAR = {
    "convolution": lambda x: Convolution(**PADDED)(x, random(6, 4, 3, 3)),
    "grouped": lambda x: GroupConvolution(**PADDED)(x, random(2, 3, 2, 3, 3)),
    "depthwise": lambda x: GroupConvolution(**PLAIN)(x, random(4, 1, 1, 3, 3)),
    "transposed": lambda x: ConvolutionBackpropData(**{**PLAIN, "strides": (2, 2)})(x, random(4, 6, 2, 2)),
    "grouped transposed": lambda x: GroupConvolutionBackpropData(**PLAIN)(x, random(2, 2, 3, 2, 2)),
}


# ---- a product behind


@pytest.mark.parametrize("name", LINEAR)
def test_a_product_behind_goes_into_the_weights(name):
    def build(g):
        made = LINEAR[name](g.parameter("x", X))
        return ReLU()(Multiply()(made, C4 if made.type.shape[1] == 4 else C6))

    op = rewritten(FoldScaleIntoWeights(), build, count=1)
    assert "Multiply" not in op


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("scale", [random(6), random(1, 1, 6), np.float32(3)])
def test_a_product_behind_a_matmul_goes_into_its_weights(transpose, scale):
    def build(g):
        weights = random(6, 5) if transpose else random(5, 6)
        return Multiply()(MatMul(transpose_b=transpose)(g.parameter("x", f32(2, 3, 5)), weights), scale)

    assert rewritten(FoldScaleIntoWeights(), build, count=1) == f"MatMul(x, {'[6,5]' if transpose else '[5,6]'})"


def test_a_product_stays_where_the_convolution_has_other_readers():
    def build(g):
        made = LINEAR["convolution"](g.parameter("x", X))
        return Multiply()(made, C6), ReLU()(made)

    declined(FoldScaleIntoWeights(), build)


NOT_PER_CHANNEL = {
    "along the width": random(1, 1, 1, 6),
    "an element": random(1, 6, 6, 6),
    "more dims": random(1, 1, 6, 1, 1),
    "a trailing vector": random(6),
}


@pytest.mark.parametrize("name", NOT_PER_CHANNEL)
def test_a_product_that_is_not_one_a_channel_stays(name):
    def build(g):
        return Multiply()(LINEAR["convolution"](g.parameter("x", X)), NOT_PER_CHANNEL[name])

    declined(FoldScaleIntoWeights(), build)


def test_a_product_that_widens_one_channel_stays():
    def build(g):
        return Multiply()(Convolution(**PLAIN)(g.parameter("x", X), random(1, 4, 3, 3)), C6)

    declined(FoldScaleIntoWeights(), build)


def test_weights_that_are_computed_stay():
    def build(g):
        made = Convolution(**PLAIN)(g.parameter("x", X), g.parameter("w", f32(6, 4, 3, 3)))
        return Multiply()(made, C6)

    declined(FoldScaleIntoWeights(), build)


def test_the_name_of_the_convolution_stays_with_it_and_the_output_name_moves():
    graph = Graph()
    made = Convolution(**PLAIN)(graph.parameter("x", X), random(6, 4, 3, 3), name="conv")
    scaled = Multiply()(made, C6, name="scale")
    graph.rename(scaled, ("scaled",))
    graph.result(scaled)
    FoldScaleIntoWeights().apply(graph)
    (value,) = graph.output_values
    assert isinstance(value.op, Convolution)
    assert value.names == ("scaled",)
    assert graph.outputs[0].name == "scaled"


# ---- before

AFFINE = {
    "scale": (lambda x: Multiply()(x, C4), "{}(Exp(x), {})"),
    "scale, one number": (lambda x: Multiply()(x, 1 / 255), "{}(Exp(x), {})"),
    "shift": (lambda x: Add()(x, C4), "Add({}(Exp(x), {}), [1,6,1,1])"),
    "scale and shift": (lambda x: Add()(Multiply()(x, C4), C4), "Add({}(Exp(x), {}), [1,6,1,1])"),
}


@pytest.mark.parametrize("name", AFFINE)
@pytest.mark.parametrize(("op", "shape"), [(Convolution, (6, 4, 3, 3)), (GroupConvolution, (2, 3, 2, 3, 3))])
def test_an_affine_before_a_convolution_without_padding(name, op, shape):
    made, expected = AFFINE[name]

    def build(g):
        return op(**PLAIN)(made(Exp()(g.parameter("x", X))), random(*shape))

    wanted = expected.format(op.__name__, str(list(shape)).replace(" ", ""))
    assert rewritten(FoldInputAffineIntoWeights(), build, count=1) == wanted


@pytest.mark.parametrize("transpose", [False, True])
def test_an_affine_before_a_matmul(transpose):
    def build(g):
        x = Add()(Multiply()(Exp()(g.parameter("x", f32(2, 3, 5))), random(5)), random(5, seed=1))
        return MatMul(transpose_b=transpose)(x, random(6, 5) if transpose else random(5, 6))

    wanted = f"Add(MatMul(Exp(x), {'[6,5]' if transpose else '[5,6]'}), [6])"
    assert rewritten(FoldInputAffineIntoWeights(), build, count=1) == wanted


def test_padding_lets_the_scale_through_but_not_the_shift():
    def build(g):
        return Convolution(**PADDED)(Add()(Multiply()(g.parameter("x", X), C4), C4 + 1), random(6, 4, 3, 3))

    wanted = "Convolution(Add(x, [1,4,1,1]), [6,4,3,3])"
    assert rewritten(FoldInputAffineIntoWeights(), build, count=1) == wanted


def test_padding_keeps_a_lone_shift():
    def build(g):
        return Convolution(**PADDED)(Add()(g.parameter("x", X), C4), random(6, 4, 3, 3))

    declined(FoldInputAffineIntoWeights(), build)


def test_padding_keeps_a_shift_behind_a_scale_of_zero():
    def build(g):
        shifted = Add()(Multiply()(g.parameter("x", X), channels(1, 0, 2, 3)), C4)
        return Convolution(**PADDED)(shifted, random(6, 4, 3, 3))

    declined(FoldInputAffineIntoWeights(), build)


def test_automatic_padding_counts_as_padding():
    def build(g):
        op = Convolution(**PLAIN, auto_pad="same_upper")
        return op(Add()(g.parameter("x", X), C4), random(6, 4, 3, 3))

    declined(FoldInputAffineIntoWeights(), build)


def test_a_shift_before_a_transposed_convolution_stays():
    declined(FoldInputAffineIntoWeights(), lambda g: LINEAR["transposed"](Add()(g.parameter("x", X), C4)))


def test_a_scale_that_has_other_readers_stays():
    def build(g):
        scaled = Multiply()(g.parameter("x", X), C4)
        return LINEAR["convolution"](scaled), ReLU()(scaled)

    declined(FoldInputAffineIntoWeights(), build)


def test_a_scale_that_widens_the_data_stays():
    def build(g):
        return Convolution(**PLAIN)(Multiply()(g.parameter("x", f32(2, 1, 6, 6)), C4), random(6, 4, 3, 3))

    declined(FoldInputAffineIntoWeights(), build)


# ---- channel order

REVERSED = i64(2, 0, 1, 3)


def test_a_channel_order_goes_into_the_weights():
    def build(g):
        x = Gather()(g.parameter("x", X), REVERSED, i64(1)[0])
        return Convolution(**PADDED)(x, random(6, 4, 3, 3))

    assert rewritten(FoldChannelOrderIntoWeights(), build, count=1) == "Convolution(x, [6,4,3,3])"


@pytest.mark.parametrize(("indices", "axis"), [((0, 1, 2, 2), 1), ((5, 4, 3, 2, 1, 0), 2), ((1, 0), 0)])
def test_other_gathers_stay(indices, axis):
    def build(g):
        x = Gather()(g.parameter("x", X), i64(*indices), i64(axis)[0])
        return Convolution(**PADDED)(x, random(6, 4, 3, 3))

    declined(FoldChannelOrderIntoWeights(), build)


def test_mean_and_scale_come_before_the_channel_order():
    def build(g):
        x = Gather()(g.parameter("x", X), REVERSED, i64(1)[0])
        return ReLU()(Multiply()(Add()(x, C4), 0.5))

    wanted = "ReLU(Gather(Multiply(Add(x, [1,4,1,1]), 0.5), [2,0,1,3], 1))"
    got = rewritten(SinkChannelOrder(), build, count=2)
    assert got.replace("[1,1,1,1]", "0.5") == wanted


# ---- padding


def _pad(x, *, begin=(0, 0, 1, 2), end=(0, 0, 3, 0), mode="constant", value=0.0):
    return Pad(pad_mode=mode)(x, i64(*begin), i64(*end), value)


POOL = dict(strides=(2, 2), pads_begin=(0, 0), pads_end=(0, 0), kernel=(4, 4))
WINDOWED = {
    "convolution": lambda x: Convolution(**PADDED)(x, random(6, 4, 3, 3)),
    "valid": lambda x: Convolution(**PLAIN, auto_pad="valid")(x, random(6, 4, 3, 3)),
    "depthwise": lambda x: GroupConvolution(**PLAIN)(x, random(4, 1, 1, 3, 3)),
    "average pool": lambda x: AvgPool(**POOL, exclude_pad=False)(x),
    "average pool, own pads left out": lambda x: AvgPool(**POOL, exclude_pad=True)(x),
}


@pytest.mark.parametrize("name", WINDOWED)
def test_zeros_around_become_pads(name):
    assert "Pad(" not in rewritten(FusePad(), lambda g: WINDOWED[name](_pad(g.parameter("x", X))), count=1)


def test_zeros_around_what_is_never_negative_become_pads_of_a_max_pool():
    assert (
        rewritten(FusePad(), lambda g: MaxPool(**POOL)(_pad(ReLU()(g.parameter("x", X)))), count=1)
        == "MaxPool(ReLU(x))"
    )


def test_zeros_before_a_transpose_become_pads():
    def build(g):
        padded = _pad(g.parameter("x", f32(2, 6, 6, 4)), begin=(0, 1, 0, 0), end=(0, 1, 2, 0))
        return WINDOWED["convolution"](Transpose()(padded, i64(0, 3, 1, 2)))

    assert rewritten(FusePad(), build, count=1) == "Convolution(Transpose(x, [0,3,1,2]), [6,4,3,3])"


KEPT_PADS = {
    "max pool of any data": lambda x: MaxPool(**POOL)(_pad(x)),
    "max pool with windows of padding alone": lambda x: MaxPool(**POOL)(_pad(ReLU()(x), begin=(0, 0, 4, 0))),
    "ones": lambda x: WINDOWED["convolution"](_pad(x, value=1.0)),
    "reflection": lambda x: WINDOWED["convolution"](_pad(x, mode="reflect")),
    "channels": lambda x: Convolution(**PLAIN)(_pad(x, begin=(0, 2, 0, 0), end=(0, 0, 0, 0)), random(6, 6, 3, 3)),
    "cropping": lambda x: WINDOWED["convolution"](_pad(x, begin=(0, 0, -1, 0))),
    "average that leaves out pads of its own": lambda x: AvgPool(**{**POOL, "pads_begin": (1, 1)}, exclude_pad=True)(
        _pad(x)
    ),
    "ceiling": lambda x: AvgPool(**POOL, exclude_pad=False, rounding_type="ceil")(_pad(x)),
    "automatic": lambda x: Convolution(**PLAIN, auto_pad="same_upper")(_pad(x), random(6, 4, 3, 3)),
}


@pytest.mark.parametrize("name", KEPT_PADS)
def test_other_padding_stays(name):
    declined(FusePad(), lambda g: KEPT_PADS[name](g.parameter("x", X)))


def test_a_free_batch_stays_free():
    def build(g):
        made = Convolution(**PLAIN)(g.parameter("x", f32(dims.symbol("N"), 4, 6, 6)), random(6, 4, 3, 3))
        return Multiply()(made, C6)

    assert rewritten(FoldScaleIntoWeights(), build, count=1, sizes={"N": 3}) == "Convolution(x, [6,4,3,3])"


def test_half_precision_weights_are_scaled_in_single_precision():
    def build(g):
        x = g.parameter("x", TensorType(DType.f16, (1, 1, 1, 1)))
        made = Convolution(**PLAIN)(x, np.full((1, 1, 1, 1), 60000, np.float16))
        return Multiply()(made, np.float16(0.5))

    graph = graph_of(build)
    FoldScaleIntoWeights().apply(graph)
    weights = graph.output_values[0].inputs[1].constant
    assert weights.dtype == np.float16
    assert weights.item() == 30000
