"""Clamps, softmax, normalisations and shuffles that models spell out, put together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dldt.compiler.ops import (
    Add,
    Clamp,
    Divide,
    Exp,
    Maximum,
    Minimum,
    Multiply,
    Negative,
    Power,
    ReduceMax,
    ReduceMean,
    ReduceSum,
    ReLU,
    Reshape,
    Sqrt,
    SquaredDifference,
    Subtract,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.fuse_clamp import FuseClamp
from dldt.passes.transforms.fuse_hsigmoid import FuseHSigmoid
from dldt.passes.transforms.fuse_mvn import FuseMvn
from dldt.passes.transforms.fuse_shuffle_channels import FuseShuffleChannels
from dldt.passes.transforms.fuse_softmax import FuseSoftmax
from tests.passes.check import declined, f32, graph_of, i64, random, rewritten

X = f32(2, 3, 4, 4)
SLOPE = random(1, 3, 1, 1)
add, mul, sub, div = Add(), Multiply(), Subtract(), Divide()


def on(made, type_=X):
    """A builder of ``made(x)``."""
    return lambda g: made(g.parameter("x", type_))


# ---- clamp

CLAMPS = {
    "minimum of maximum": (lambda x: Minimum()(Maximum()(x, -1.0), 2.0), "Clamp(x)", (-1, 2)),
    "maximum of minimum": (lambda x: Maximum()(Minimum()(x, 2.0), -1.0), "Clamp(x)", (-1, 2)),
    "minimum of relu": (lambda x: Minimum()(ReLU()(x), 6.0), "Clamp(x)", (0, 6)),
    "clamp of clamp": (lambda x: Clamp(min=-1, max=3)(Clamp(min=-2, max=1)(x)), "Clamp(x)", (-1, 1)),
    "constant first": (lambda x: Minimum()(x.graph.constant(np.float32(2)), Maximum()(x, 0.5)), "Clamp(x)", (0.5, 2)),
}


@pytest.mark.parametrize("name", CLAMPS)
def test_bounds_are_one_clamp(name):
    made, wanted, (low, high) = CLAMPS[name]
    assert rewritten(FuseClamp(), on(made)) == wanted
    graph = graph_of(on(made))
    FuseClamp().apply(graph)
    op = graph.output_values[0].op
    assert (op.min, op.max) == (low, high)


def test_a_maximum_with_zero_is_a_relu():
    assert rewritten(FuseClamp(), on(lambda x: Maximum()(x, 0.0)), count=1) == "ReLU(x)"
    assert rewritten(FuseClamp(), on(lambda x: ReLU()(ReLU()(x))), count=1) == "ReLU(x)"


NO_CLAMP = {
    "bounds that cross": lambda x: Minimum()(Maximum()(x, 2.0), 1.0),
    "one bound": lambda x: Minimum()(x, 1.0),
    "a bound a channel": lambda x: Minimum()(Maximum()(x, random(3, 1, 1)), 5.0),
    "disjoint clamps": lambda x: Clamp(min=2, max=3)(Clamp(min=0, max=1)(x)),
    "a bound that widens": lambda x: Maximum()(x, np.zeros((1, 1, 1, 1, 1), np.float32)),
}


@pytest.mark.parametrize("name", NO_CLAMP)
def test_other_bounds_stay(name):
    declined(FuseClamp(), on(NO_CLAMP[name]))


# ---- softmax


def _softmax(x, axis=1, maximum=(1,), keep=True, sum_axis=None):
    shifted = sub(x, ReduceMax(keep_dims=True)(x, i64(*maximum))) if maximum else x
    powers = Exp()(shifted)
    return div(powers, ReduceSum(keep_dims=keep)(powers, i64(axis if sum_axis is None else sum_axis)))


@pytest.mark.parametrize(("axis", "maximum"), [(1, (1,)), (-1, (3,)), (2, (0, 1, 2, 3)), (1, ())])
def test_softmax(axis, maximum):
    assert rewritten(FuseSoftmax(), on(lambda x: _softmax(x, axis, maximum)), count=1) == "Softmax8(x)"


def _softmax_by_views(x, back=(2, 1, 4, 4)):
    powers = Exp()(sub(x, Unsqueeze()(ReduceMax(keep_dims=False)(x, i64(1)), i64(1))))
    return div(powers, Reshape(special_zero=False)(ReduceSum(keep_dims=False)(powers, i64(1)), i64(*back)))


def test_softmax_whose_reduced_dim_comes_back_by_views():
    assert rewritten(FuseSoftmax(), on(_softmax_by_views), count=1) == "Softmax8(x)"


def test_softmax_whose_sum_meets_another_axis_stays():
    declined(FuseSoftmax(), on(lambda x: _softmax_by_views(x, (2, 4, 1, 4)), f32(2, 4, 4, 4)))


def test_a_maximum_along_another_axis_does_not_cancel():
    wanted = "Softmax8(Subtract(x, ReduceMax(x, [2])))"
    assert rewritten(FuseSoftmax(), on(lambda x: _softmax(x, 1, (2,))), count=1) == wanted


def test_no_softmax_over_two_axes_or_another_sum():
    def build(g):
        x, z = g.parameter("x", f32(4, 4)), g.parameter("z", f32(4, 4))
        other = ReduceSum(keep_dims=True)(Exp()(z), i64(1))
        return div(Exp()(x), other), div(Exp()(x), ReduceSum(keep_dims=False)(Exp()(x), i64(1)))

    declined(FuseSoftmax(), build)
    declined(FuseSoftmax(), on(lambda x: div(Exp()(x), ReduceSum(keep_dims=True)(Exp()(x), i64(2, 3)))))


# ---- mean and variance


def _mean(x, axes, keep=True):
    return ReduceMean(keep_dims=keep)(x, i64(*axes))


def _mean_by_sum(x, axes, keep=True):
    count = math.prod(x.type.shape[axis] for axis in axes)
    return mul(ReduceSum(keep_dims=keep)(x, i64(*axes)), 1 / count)


def _norm(x, axes=(3,), square=lambda d: Power()(d, 2.0), end="divide", mean=_mean, eps=1e-5, second_axes=None):
    centred = sub(x, mean(x, axes))
    variance = mean(square(centred), second_axes or axes)
    if end == "outside":
        return div(centred, add(Sqrt()(variance), eps))
    deviation = Sqrt()(add(variance, eps))
    if end == "divide":
        return div(centred, deviation)
    if end == "power":
        return mul(centred, Power()(add(variance, eps), -0.5))
    return mul(centred, div(x.graph.constant(np.float32(1)), deviation))


def _squared_difference(x):
    mean = _mean(x, (3,))
    variance = _mean(SquaredDifference()(x, mean), (3,))
    return div(sub(x, mean), Sqrt()(add(variance, 1e-5)))


def _fast(x, axes=(1,), bound=lambda v: Maximum()(v, 0.0)):
    """E[x^2] - E[x]^2 as one-pass libraries write it, the reduced dim brought back by views."""
    mean, square = _mean_by_sum(x, axes, keep=False), _mean_by_sum(mul(x, x), axes, keep=False)
    variance = bound(sub(square, mul(mean, mean)))
    back = (2, 1, 4, 4)
    deviation = Sqrt()(add(Reshape(special_zero=False)(variance, i64(*back)), 1e-5))
    scale = mul(div(x.graph.constant(np.float32(1)), deviation), SLOPE)
    return mul(sub(x, Unsqueeze()(mean, i64(1))), scale)


NORMS = {
    "power": _norm,
    "product": lambda x: _norm(x, square=lambda d: mul(d, d)),
    "squared difference": _squared_difference,
    "reciprocal": lambda x: _norm(x, end="reciprocal"),
    "power of -1/2": lambda x: _norm(x, end="power"),
    "sums": lambda x: _norm(x, mean=_mean_by_sum),
    "outside": lambda x: _norm(x, end="outside"),
    "three axes": lambda x: _norm(x, axes=(1, 2, 3)),
}


@pytest.mark.parametrize("name", NORMS)
def test_mvn(name):
    got = rewritten(FuseMvn(), on(NORMS[name]), count=1)
    assert got == f"MVN(x, {'[1,2,3]' if name == 'three axes' else '[3]'})"
    graph = graph_of(on(NORMS[name]))
    FuseMvn().apply(graph)
    op = graph.output_values[0].op
    assert op.eps == pytest.approx(1e-5)
    assert op.eps_mode == ("outside_sqrt" if name == "outside" else "inside_sqrt")


@pytest.mark.parametrize("bound", [lambda v: Maximum()(v, 0.0), lambda v: ReLU()(v), lambda v: v])
def test_mvn_by_the_difference_of_squares_with_gamma_inside(bound):
    build = on(lambda x: _fast(x, bound=bound))
    got = rewritten(FuseMvn(), build, count=1, tolerance=2e-5)  # the difference of squares cancels digits
    assert got == "Multiply(MVN(x, [1]), [1,3,1,1])"


def _scale_and_shift(x, end, gamma=SLOPE, beta=SLOPE):
    """A normalisation as one product and one sum, as TensorFlow and Keras write it."""
    mean = _mean(x, (1,))
    variance = _mean(SquaredDifference()(x, mean), (1,))
    scale = div(x.graph.constant(np.float32(1)), Sqrt()(add(variance, 1e-5)))
    if gamma is not None:
        scale = mul(scale, gamma)
    return end(x, mean, scale, None if beta is None else x.graph.constant(beta))


SHIFTED = {
    "beta minus mean": lambda x, m, s, b: add(mul(x, s), sub(b, mul(m, s))),
    "minus mean plus beta": lambda x, m, s, b: add(mul(x, s), add(mul(Negative()(m), s), b)),
    "minus the product plus beta": lambda x, m, s, b: add(mul(x, s), add(Negative()(mul(m, s)), b)),
}
CENTRED = {
    "minus the product": lambda x, m, s, b: sub(mul(x, s), mul(m, s)),
    "plus minus mean": lambda x, m, s, b: add(mul(x, s), mul(Negative()(m), s)),
}


@pytest.mark.parametrize("name", SHIFTED)
def test_mvn_by_scale_and_shift(name):
    got = rewritten(FuseMvn(), on(lambda x: _scale_and_shift(x, SHIFTED[name])), count=1, tolerance=5e-6)
    assert got == "Add(Multiply(MVN(x, [1]), [1,3,1,1]), [1,3,1,1])"
    got = rewritten(FuseMvn(), on(lambda x: _scale_and_shift(x, SHIFTED[name], gamma=None)), count=1, tolerance=5e-6)
    assert got == "Add(MVN(x, [1]), [1,3,1,1])"


@pytest.mark.parametrize("name", CENTRED)
def test_mvn_by_a_scale(name):
    build = on(lambda x: _scale_and_shift(x, CENTRED[name], beta=None))
    assert rewritten(FuseMvn(), build, count=1, tolerance=5e-6) == "Multiply(MVN(x, [1]), [1,3,1,1])"


NO_SHIFT = {
    "the mean added": lambda x, m, s, b: add(mul(x, s), mul(m, s)),
    "the mean first": lambda x, m, s, b: sub(mul(m, s), mul(x, s)),
    "the mean scaled by gamma alone": lambda x, m, s, b: sub(mul(x, s), mul(m, b)),
    "another mean": lambda x, m, s, b: sub(mul(x, s), mul(_mean(x, (2,)), s)),
}


@pytest.mark.parametrize("name", NO_SHIFT)
def test_no_mvn_by_another_shift(name):
    declined(FuseMvn(), on(lambda x: _scale_and_shift(x, NO_SHIFT[name])))


NO_MVN = {
    "other axes": lambda x: _norm(x, axes=(3,), second_axes=(2,)),
    "another count": lambda x: _norm(x, mean=lambda v, axes: mul(ReduceSum(keep_dims=True)(v, i64(*axes)), 0.3)),
    "negative epsilon": lambda x: _norm(x, eps=-1e-5),
    "cube": lambda x: _norm(x, square=lambda d: Power()(d, 3.0)),
    "mean that meets another axis": lambda x: _norm(x, mean=lambda v, axes: _mean(v, axes, keep=False)),
}


@pytest.mark.parametrize("name", NO_MVN)
def test_no_mvn(name):
    declined(FuseMvn(), on(NO_MVN[name], f32(4, 4, 4, 4)))


# ---- shuffles


def _shuffle(x, split=(2, 2, 3, 4, 4), order=(0, 2, 1, 3, 4), end=(2, 6, 4, 4)):
    parts = Reshape(special_zero=False)(x, i64(*split))
    return Reshape(special_zero=False)(Transpose()(parts, i64(*order)), i64(*end))


@pytest.mark.parametrize(("split", "order"), [((2, 2, 3, 4, 4), (0, 2, 1, 3, 4)), ((2, 3, 2, 16), (0, 2, 1, 3))])
def test_channel_shuffle(split, order):
    got = rewritten(FuseShuffleChannels(), on(lambda x: _shuffle(x, split, order), f32(2, 6, 4, 4)), count=1)
    assert got == "ShuffleChannels(x)"


@pytest.mark.parametrize(
    ("split", "order", "end"),
    [
        ((2, 2, 3, 4, 4), (0, 1, 2, 4, 3), (2, 6, 4, 4)),
        ((2, 2, 3, 4, 4), (0, 2, 1, 3, 4), (2, 3, 8, 4)),
        ((2, 3, 4, 2, 4), (0, 2, 1, 3, 4), (2, 6, 4, 4)),
        ((1, 4, 3, 4, 4), (0, 2, 1, 3, 4), (2, 6, 4, 4)),
    ],
)
def test_no_channel_shuffle(split, order, end):
    declined(FuseShuffleChannels(), on(lambda x: _shuffle(x, split, order, end), f32(2, 6, 4, 4)))


def test_half_precision_constants_are_recognised():
    """0.1667 is one sixth in half precision."""

    def build(g):
        x = g.parameter("x", TensorType(DType.f16, (2, 3)))
        return mul(Clamp(min=0, max=6)(add(x, np.float16(3))), np.float16(1 / 6))

    graph = graph_of(build)
    assert FuseHSigmoid().apply(graph) == 1
