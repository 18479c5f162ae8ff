"""Random small networks through the default pipeline: the outputs stay, whatever the passes find."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops import (
    Abs,
    Add,
    AvgPool,
    BatchNormInference,
    Clamp,
    Concat,
    Convert,
    Convolution,
    Divide,
    Exp,
    Gather,
    GroupConvolution,
    MatMul,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Pad,
    Power,
    ReduceMax,
    ReduceMean,
    ReduceSum,
    ReLU,
    Reshape,
    Sigmoid,
    Slice,
    Softmax8,
    Split,
    Squeeze,
    Subtract,
    Tanh,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.types import DType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.passes.check import assert_equivalent, f32, i64

Rng = np.random.Generator


def _floats(rng: Rng, *shape: int) -> np.ndarray:
    return rng.choice([-1.5, -1, -0.5, 0, 0.25, 0.5, 1, 2, 3], shape).astype(np.float32)


def _constant(rng: Rng, x: Value) -> np.ndarray:
    """A constant that broadcasts to x: one number, along one axis, along several."""
    shape = [dim if isinstance(dim, int) and rng.random() < 0.4 else 1 for dim in x.type.shape]
    array = _floats(rng, *shape)
    while array.ndim and array.shape[0] == 1 and rng.random() < 0.5:
        array = array[0]
    return array


def _affine(rng: Rng, x: Value, others: list[Value]) -> Value:
    op = rng.choice([Add, Multiply, Subtract, Maximum, Minimum])()
    return op(x, _constant(rng, x)) if rng.random() < 0.8 else op(x.graph.constant(_constant(rng, x)), x)


def _divide(rng: Rng, x: Value, others: list[Value]) -> Value:
    return Divide()(x, np.float32(rng.choice([1, 2, 4, 0.5])))


def _unary(rng: Rng, x: Value, others: list[Value]) -> Value:
    return rng.choice([ReLU(), Abs(), Sigmoid(), Tanh(), Clamp(min=-1, max=1), Clamp(min=0, max=6)])(x)


def _pair(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    same = [v for v in others if v.type == x.type]
    return rng.choice([Add, Multiply, Subtract])()(x, same[rng.integers(len(same))]) if same else None


def _transpose(rng: Rng, x: Value, others: list[Value]) -> Value:
    return Transpose()(x, rng.permutation(x.type.rank).astype(np.int64))


def _reshape(rng: Rng, x: Value, others: list[Value]) -> Value:
    shape = x.type.shape
    if rng.random() < 0.3 and x.type.rank < 5:
        return Unsqueeze()(x, i64(int(rng.integers(x.type.rank + 1))))
    ones = [i for i, dim in enumerate(shape) if dim == 1]
    if ones and rng.random() < 0.5:
        return Squeeze()(x, i64(int(rng.choice(ones))))
    keeps_last = x.type.rank > 2 and isinstance(shape[-1], int) and shape[-1] != 0
    return Reshape(special_zero=True)(x, i64(0, -1, shape[-1]) if keeps_last else i64(0, -1))


def _convolution(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    if x.type.rank != 4 or not isinstance(x.type.shape[1], int) or not x.type.is_static or min(x.type.shape[2:]) < 3:
        return None
    pad = int(rng.integers(2))
    attributes = dict(strides=(1, 1), pads_begin=(pad, pad), pads_end=(pad, 0), dilations=(1, 1))
    channels = x.type.shape[1]
    if rng.random() < 0.3:
        return GroupConvolution(**attributes)(x, _floats(rng, channels, 1, 1, 2, 2))
    return Convolution(**attributes)(x, _floats(rng, int(rng.choice([2, 4])), channels, 2, 2))


def _batch_norm(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    if x.type.rank < 2 or not isinstance(x.type.shape[1], int):
        return None
    gamma, beta, mean = (_floats(rng, x.type.shape[1]) for _ in range(3))
    return BatchNormInference(epsilon=0.1)(x, gamma, beta, mean, np.abs(_floats(rng, x.type.shape[1])))


def _pool(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    if x.type.rank != 4 or not x.type.is_static or min(x.type.shape[2:]) < 3:
        return None
    window = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), kernel=(2, 2))
    return MaxPool(**window)(x) if rng.random() < 0.5 else AvgPool(exclude_pad=bool(rng.integers(2)), **window)(x)


def _pad(rng: Rng, x: Value, others: list[Value]) -> Value:
    ends = np.zeros((2, x.type.rank), np.int64)
    ends[:, -1] = rng.integers(0, 2, 2)
    return Pad(pad_mode="constant")(x, ends[0], ends[1], np.float32(0))


def _reduce(rng: Rng, x: Value, others: list[Value]) -> Value:
    op = rng.choice([ReduceMean, ReduceMax, ReduceSum])
    return op(keep_dims=bool(rng.random() < 0.8))(x, i64(int(rng.integers(x.type.rank))))


def _softmax(rng: Rng, x: Value, others: list[Value]) -> Value:
    axis = i64(int(rng.integers(x.type.rank)))
    if rng.random() < 0.3:
        return Softmax8(axis=int(axis[0]))(x)
    powers = Exp()(Subtract()(x, ReduceMax(keep_dims=True)(x, axis)))
    return Divide()(powers, ReduceSum(keep_dims=True)(powers, axis))


def _norm(rng: Rng, x: Value, others: list[Value]) -> Value:
    axis = i64(-1)
    centred = Subtract()(x, ReduceMean(keep_dims=True)(x, axis))
    variance = ReduceMean(keep_dims=True)(Power()(centred, 2.0), axis)
    return Divide()(centred, Power()(Add()(variance, 0.5), 0.5))


def _gate(rng: Rng, x: Value, others: list[Value]) -> Value:
    return Multiply()(x, Sigmoid()(x) if rng.random() < 0.5 else Divide()(Clamp(min=0, max=6)(Add()(x, 3.0)), 6.0))


def _matmul(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    inner = x.type.shape[-1]
    return MatMul()(x, _floats(rng, inner, 3)) if isinstance(inner, int) and x.type.rank > 1 else None


def _halves(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    axis = int(rng.integers(x.type.rank))
    size = x.type.shape[axis]
    if not isinstance(size, int) or size % 2:
        return None
    a, b = Split(num_splits=2).all(x, i64(axis)[0])
    return Concat(axis=axis)(ReLU()(b) if rng.random() < 0.5 else b, a)


def _pick(rng: Rng, x: Value, others: list[Value]) -> Value | None:
    axis = int(rng.integers(x.type.rank))
    size = x.type.shape[axis]
    if not isinstance(size, int) or size == 0:
        return None
    if rng.random() < 0.3:
        return Slice()(x, i64(0), i64(100), i64(1), i64(axis))
    return Gather()(x, rng.permutation(size).astype(np.int64), i64(axis)[0])


def _converts(rng: Rng, x: Value, others: list[Value]) -> Value:
    return Convert(destination_type=DType.f32)(Convert(destination_type=DType.f64)(x))


def _channel_affine(rng: Rng, x: Value, others: list[Value]) -> Value:
    channels = x.type.shape[1]
    assert isinstance(channels, int)
    return rng.choice([Add, Multiply])()(x, _floats(rng, *((channels, 1, 1) if rng.random() < 0.8 else ())))


def _spatial_pad(rng: Rng, x: Value, others: list[Value]) -> Value:
    ends = np.zeros((2, x.type.rank), np.int64)
    ends[:, 2:] = rng.integers(0, 2, (2, x.type.rank - 2))
    return Pad(pad_mode="constant")(x, ends[0], ends[1], np.float32(0))


def _channel_order(rng: Rng, x: Value, others: list[Value]) -> Value:
    channels = x.type.shape[1]
    assert isinstance(channels, int)
    return Gather()(x, rng.permutation(channels).astype(np.int64), i64(1)[0])


def _siblings(rng: Rng, x: Value, others: list[Value]) -> Value:
    """Convolutions of one value, or of the parts of a split, put together again."""
    attributes = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))
    channels = x.type.shape[1]
    assert isinstance(channels, int)
    parts = [x, x] if channels % 2 or rng.random() < 0.5 else Split(num_splits=2).all(x, i64(1)[0])
    made = []
    for part in parts:
        value = Convolution(**attributes)(part, _floats(rng, 2, part.type.shape[1], 1, 1))
        made.append(Add()(value, _floats(rng, 1, 2, 1, 1)) if rng.random() < 0.7 else value)
    return Concat(axis=1)(*made)


STEPS = (
    *(_affine, _affine, _affine, _divide, _unary, _pair, _transpose, _transpose, _reshape, _reshape, _convolution),
    *(_convolution, _batch_norm, _pool, _pad, _reduce, _softmax, _norm, _gate, _matmul, _halves, _pick, _converts),
)
VISION = (
    *(_channel_affine, _channel_affine, _channel_affine, _convolution, _convolution, _convolution, _batch_norm),
    *(_batch_norm, _unary, _pool, _spatial_pad, _gate, _pair, _channel_order, _siblings, _divide),
)
SHAPES = ((2, 4, 6, 5), (dims.symbol("N"), 4, 3), (1, 2, 5, 5), (3, 4), (dims.symbol("N"), 2, 4, 4))


def random_network(seed: int, length: int = 14) -> Graph:
    rng = np.random.default_rng(seed)
    graph = Graph(f"random {seed}")
    vision = seed % 2 == 1
    steps = VISION if vision else STEPS
    values = [graph.parameter("x", f32(1, 4, 9, 9) if vision else f32(*SHAPES[seed // 2 % len(SHAPES)]))]
    for _ in range(length):
        x = values[-1] if rng.random() < 0.8 else values[rng.integers(len(values))]
        if x.type.rank == 0:
            continue
        with contextlib.suppress(ShapeError):  # an operation that does not fit here
            made = steps[rng.integers(len(steps))](rng, x, values)
            values += [] if made is None else [made]
    for i, value in enumerate({values[-1], values[rng.integers(len(values))]}):
        graph.result(value, f"y{i}")
    graph.prune()
    return graph


@pytest.mark.parametrize("block", range(10))
def test_random_networks_keep_their_outputs(block):
    for seed in range(block * 12, block * 12 + 12):
        before = random_network(seed)
        after = before.copy()
        run_pipeline(after, default_pipeline(merge_convolutions=True), verify=True)
        try:
            assert_equivalent(before, after, 1e-4, sizes={"N": 2})
        except AssertionError as error:
            raise AssertionError(f"{before.name}: {error}") from error
        assert len(after) <= len(before) + 4
