"""Small models with free dims of given names, one for every way in which kernels walk dims, joined in one graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from dldt.compiler import ops
from dldt.compiler.dims import Dim, FreeDim, symbol
from dldt.compiler.graph import Graph, Value
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import DType, TensorType
from tests.ops.case import integers, normal


class Builder:
    """A graph being built: each ``dim`` has the next of ``names``; ``sizes`` are what they are in a run, 3 to 9."""

    def __init__(self, names: Iterator[str], seed: int) -> None:
        self.graph = Graph("free")
        self.sizes: dict[FreeDim, int] = {}
        self.feeds: dict[str, np.ndarray] = {}
        self._names = names
        self._random = np.random.default_rng(seed)

    def dim(self) -> Dim:
        """A free dim of its own."""
        name = next(self._names)
        self.sizes[FreeDim(name)] = int(self._random.integers(3, 10))
        return symbol(name)

    def input(self, *shape: Dim) -> Value:
        """An input of floats."""
        return self.feed(normal(*(evaluate(d, self.sizes) for d in shape), seed=len(self.feeds)), shape)

    def feed(self, array: np.ndarray, shape: tuple[Dim, ...]) -> Value:
        """An input that is given ``array``."""
        name = f"x{len(self.feeds)}"
        self.feeds[name] = array
        return self.graph.parameter(name, TensorType(DType.of(array.dtype), shape))


def dense(m: Builder) -> Value:
    """A product with weights, and an epilogue."""
    x = m.input(m.dim(), m.dim(), 40)
    return ops.Add()(ops.MatMul()(x, normal(40, 24)), normal(24))


def convolution(m: Builder) -> Value:
    """A convolution with an epilogue that reads a second image."""
    n = m.dim()
    x, y = m.input(n, 3, 9, 9), m.input(n, 20, 9, 9)
    made = ops.Convolution((1, 1), (1, 1), (1, 1), (1, 1))(x, normal(20, 3, 3, 3))
    return ops.ReLU()(ops.Add()(made, y))


def winograd(m: Builder) -> Value:
    """Convolutions in channel blocks, of which Winograd's algorithm does the middle one."""
    x, point, window = m.input(m.dim(), 16, 16, 16), ((1, 1), (0, 0), (0, 0), (1, 1)), ((1, 1), (1, 1), (1, 1), (1, 1))
    x = ops.ReLU()(ops.Convolution(*point)(x, normal(64, 16, 1, 1)))
    x = ops.ReLU()(ops.Convolution(*window)(x, normal(64, 64, 3, 3, scale=0.1)))
    return ops.Convolution(*point)(x, normal(16, 64, 1, 1, scale=0.1))


def groups(m: Builder) -> Value:
    """A grouped convolution whose groups are no whole vectors."""
    x = m.input(m.dim(), 6, 7, 7)
    return ops.Sigmoid()(ops.GroupConvolution((1, 1), (0, 0), (0, 0), (1, 1))(x, normal(2, 5, 3, 3, 3)))


def pixels(m: Builder) -> Value:
    """A convolution of images of any size."""
    x = m.input(m.dim(), 16, m.dim(), m.dim())
    return ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(x, normal(20, 16, 1, 1))


def matrices(m: Builder) -> Value:
    """A product of two computed matrices, and an epilogue."""
    n, rows, columns = m.dim(), m.dim(), m.dim()
    made = ops.MatMul(False, True)(m.input(2, n, rows, 16), m.input(2, n, columns, 16))
    return ops.Add()(ops.Multiply()(made, np.float32(0.25)), m.input(2, 1, 1, columns))


def lstm(m: Builder) -> Value:
    """A recurrent layer."""
    n, steps = m.dim(), m.dim()
    x, hidden, cell = m.input(n, steps, 5), m.input(n, 1, 8), m.input(n, 1, 8)
    batch, most = evaluate(n, m.sizes), evaluate(steps, m.sizes)
    lengths = m.feed(integers(1, most + 1, batch), (n,))
    weights = normal(1, 32, 5), normal(1, 32, 8, scale=0.3), normal(1, 32)
    return ops.LSTMSequence(8, direction="forward")(x, hidden, cell, lengths, *weights)


def reductions(m: Builder) -> Value:
    """A normalisation, a softmax and a mean."""
    normal_rows = ops.MVN(1e-5)(m.input(m.dim(), m.dim(), m.dim()), np.array([1, 2]))
    return ops.ReduceMean(True)(ops.SoftMax(2)(normal_rows), np.array([1]))


def join(m: Builder) -> Value:
    """A concatenation."""
    n = m.dim()
    return ops.Concat(1)(m.input(n, m.dim()), ops.Tanh()(m.input(n, m.dim())))


def part(m: Builder) -> Value:
    """A slice, turned."""
    x = ops.StridedSlice((1, 0), (1, 0))(m.input(m.dim(), m.dim()), np.array([0, 1]), np.array([0, -1]))
    return ops.Transpose()(ops.Abs()(x), np.array([1, 0]))


def resize(m: Builder) -> Value:
    """Images resized."""
    x = m.input(m.dim(), 3, m.dim(), m.dim())
    op = ops.Interpolate("linear", "scales", "half_pixel")
    return op(x, np.array([0, 0]), np.array([2, 2], np.float32), np.array([2, 3]))


def pool(m: Builder) -> Value:
    """A pooling with padding."""
    x = m.input(m.dim(), 3, m.dim(), 8)
    return ops.AvgPool((2, 2), (1, 1), (1, 1), (3, 3), True)(x)


def gather(m: Builder) -> Value:
    """Rows by index, then sums along them."""
    rows, columns, wanted = m.dim(), m.dim(), m.dim()
    indices = m.feed(integers(-3, 3, evaluate(wanted, m.sizes)), (wanted,))
    return ops.CumSum()(ops.Gather()(m.input(rows, columns), indices, np.array(0)), np.array(1))


def branch(m: Builder) -> Value:
    """One of two computations."""
    shape = m.dim(), m.dim()
    bodies = []
    for op in (ops.ReduceMax(True), ops.ReduceSum(True)):
        body = Graph("body")
        x = body.parameter("x", TensorType(DType.f32, shape))
        body.result(ops.Subtract()(x, op(x, np.array([1]))), "y")
        bodies.append(body)
    return ops.If(*bodies)(m.feed(np.array(True), ()), m.input(*shape))


MODELS: tuple[Callable[[Builder], Value], ...] = (
    dense,
    convolution,
    winograd,
    groups,
    pixels,
    matrices,
    lstm,
    reductions,
    join,
    part,
    resize,
    pool,
    gather,
    branch,
)


def joined(names: Iterator[str], seed: int = 0, models: tuple[Callable[[Builder], Value], ...] = MODELS) -> Builder:
    """The models in one graph, their free dims called by the next of ``names``."""
    made = Builder(names, seed)
    for model in models:
        made.graph.result(model(made), model.__name__)
    return made
