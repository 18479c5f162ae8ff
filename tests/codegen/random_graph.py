"""Random models of a dozen or two operations, with inputs; the same seed gives the same model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler import ops
from dldt.compiler.dims import Dim, symbol
from dldt.compiler.graph import Graph, Value
from dldt.compiler.types import Array, DType, TensorType

CHANNELS = (3, 16, 17, 20, 33, 48)
SMOOTH = (ops.ReLU, ops.Tanh, ops.Sigmoid, ops.Abs, ops.Negative, ops.SoftPlus)
PAIRS = (ops.Add, ops.Subtract, ops.Multiply, ops.Maximum, ops.Minimum, ops.SquaredDifference)


class RandomGraph:
    """``graph`` and its ``feeds``; free dims of the batch where ``free``."""

    def __init__(self, seed: int, *, free: bool) -> None:
        self.random = np.random.default_rng(seed)
        self.graph = Graph(f"random{seed}")
        self.feeds: dict[str, Array] = {}
        self.batch = int(self.random.integers(1, 4))
        self.free = free
        self.values: list[Value] = []
        for k in range(2):
            self._input(f"x{k}", (self._pick(CHANNELS), self._integer(4, 9), self._integer(4, 9)))
        self.flag = self.graph.parameter("flag", TensorType(DType.boolean, (1,)))
        self.feeds["flag"] = np.array([bool(self._integer(0, 2))])
        self._grow(self._integer(10, 18))
        self._results()

    def _input(self, name: str, rest: tuple[int, ...]) -> None:
        batch = symbol("N") if self.free else self.batch
        self.values.append(self.graph.parameter(name, TensorType(DType.f32, (batch, *rest))))
        self.feeds[name] = self._normal(self.batch, *rest)

    # ---- choices --------------------------------------------------------------------------------------------------

    def _integer(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high))

    def _pick(self, choices):
        return choices[self._integer(0, len(choices))]

    def _normal(self, *shape: int) -> Array:
        return self.random.standard_normal(shape).astype(np.float32)

    def _weights(self, *shape: int, fan: int) -> Array:
        return (self._normal(*shape) / np.sqrt(fan)).astype(np.float32)

    def _any(self, fits: Callable[[Value], bool] = lambda v: True) -> Value | None:
        """A value that fits, recent ones sooner."""
        found = [v for v in self.values if fits(v)]
        return found[-1 - min(int(self.random.exponential(2.5)), len(found) - 1)] if found else None

    def _image(self, least: int = 1) -> Value | None:
        return self._any(lambda v: _is_image(v) and min(v.type.shape[2:]) >= least)

    # ---- growth ---------------------------------------------------------------------------------------------------

    def _grow(self, count: int) -> None:
        steps = (
            *(self._convolution,) * 4, self._grouped, self._grouped, self._transposed, self._pool, self._pool,
            *(self._unary,) * 3, *(self._pair,) * 4, self._broadcast, self._broadcast, self._gate, *(self._concat,) * 3,
            self._split, self._split, self._reshape, self._reshape, self._transpose, self._softmax, self._matmul,
            self._matmul, self._reduce, self._pad, self._slice, self._resize, self._branch, self._branch,
            self._gathered, self._gathered, self._looked_up, self._looked_up, self._gathered_elements, self._selected,
        )  # fmt: skip
        while count:
            made = self._pick(steps)()
            if made:
                self.values += made
                count -= 1

    def _convolution(self) -> list[Value]:
        x = self._image()
        if x is None:
            return []
        size = self._pick(((1, 1), (1, 1), (3, 3), (3, 3), (1, 3), (2, 2)))
        channels, outputs = x.type.shape[1], self._pick(CHANNELS)
        filters = self._weights(outputs, channels, *size, fan=channels * size[0] * size[1])
        dilation = self._pick((1, 1, 2)) if min(x.type.shape[2:]) > 4 else 1
        begin = tuple(dilation * (k - 1) // 2 for k in size)
        end = tuple(dilation * (k - 1) - b for k, b in zip(size, begin, strict=True))
        op = ops.Convolution(self._strides(x), begin, end, (dilation, dilation))
        return [self._biased(op(x, filters))]

    def _strides(self, x: Value) -> tuple[int, int]:
        return self._pick(((1, 1), (1, 1), (2, 2), (1, 2))) if min(x.type.shape[2:]) > 2 else (1, 1)

    def _biased(self, x: Value) -> Value:
        """With a bias, an activation, and at times a residual, as fused kernels have them."""
        if self._integer(0, 2):
            x = ops.Add()(x, self._normal(1, x.type.shape[1], 1, 1))
        other = self._any(lambda v: v.type.shape == x.type.shape)
        if other is not None and self._integer(0, 2):
            x = ops.Add()(x, other)
        return self._pick(SMOOTH)()(x) if self._integer(0, 2) else x

    def _grouped(self) -> list[Value]:
        x = self._image()
        if x is None:
            return []
        channels = x.type.shape[1]
        groups = self._pick([g for g in range(1, channels + 1) if channels % g == 0])
        inputs = channels // groups
        outputs = 1 if inputs == 1 else self._integer(1, 5)
        filters = self._weights(groups, outputs, inputs, 3, 3, fan=inputs * 9)
        return [self._biased(ops.GroupConvolution(self._strides(x), (1, 1), (1, 1), (1, 1))(x, filters))]

    def _transposed(self) -> list[Value]:
        x = self._any(lambda v: _is_image(v) and max(v.type.shape[2:]) < 8)
        if x is None:
            return []
        size, stride = self._pick(((2, 2), (4, 2), (3, 1), (3, 2)))
        filters = self._weights(x.type.shape[1], self._pick(CHANNELS[:4]), size, size, fan=x.type.shape[1] * 2)
        pad = ((size - stride) // 2,) * 2
        return [self._biased(ops.ConvolutionBackpropData((stride, stride), pad, pad, (1, 1))(x, filters))]

    def _pool(self) -> list[Value]:
        x = self._image(3)
        if x is None:
            return []
        size, stride, pad = self._pick(((2, 2, 0), (3, 2, 1), (3, 1, 1)))
        fields = ((stride,) * 2, (pad,) * 2, (pad,) * 2, (size,) * 2)
        rounding = self._pick(("floor", "ceil"))
        return [ops.MaxPool(*fields, rounding)(x) if self._integer(0, 2) else ops.AvgPool(*fields, True, rounding)(x)]

    def _unary(self) -> list[Value]:
        return [self._pick(SMOOTH)()(self._any())]

    def _pair(self) -> list[Value]:
        x = self._any()
        y = self._any(lambda v: v.type.shape == x.type.shape)
        return [self._tame(self._pick(PAIRS)()(*((x, y) if self._integer(0, 2) else (y, x))))]

    def _tame(self, x: Value) -> Value:
        return ops.Clamp(-4, 4)(x)

    def _broadcast(self) -> list[Value]:
        x = self._any()
        shape = tuple(1 if not isinstance(d, int) or self._integer(0, 2) else d for d in x.type.shape)
        return [self._tame(self._pick(PAIRS)()(x, self._normal(*shape[self._integer(0, len(shape)) :])))]

    def _gate(self) -> list[Value]:
        """Squeeze and excitation."""
        x = self._image()
        if x is None:
            return []
        mean = ops.ReduceMean(True)(x, np.array([2, 3]))
        return [ops.Multiply()(x, ops.Sigmoid()(mean))]

    def _concat(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank > 1 and _small(v))
        if x is None:
            return []
        axis = self._integer(0, x.type.rank)
        fits = [v for v in self.values if _others(v, axis) == _others(x, axis) and _small(v)]
        parts = [x, *(self._pick(fits) for _ in range(self._integer(1, 3)))]
        self.random.shuffle(parts)
        return [ops.Concat(axis)(*parts)]

    def _split(self) -> list[Value]:
        x = self._any(lambda v: any(isinstance(d, int) and d > 1 for d in v.type.shape))
        if x is None:
            return []
        axis = self._pick([k for k, d in enumerate(x.type.shape) if isinstance(d, int) and d > 1])
        size = x.type.shape[axis]
        if size % 2 == 0 and self._integer(0, 2):
            return list(ops.Split(2).all(x, np.array(axis)))
        first = self._integer(1, size)
        return list(ops.VariadicSplit().all(x, np.array(axis), np.array([first, -1])))

    def _reshape(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank > 1)
        if x is None:
            return []
        *head, last = x.type.shape
        targets = [(0, -1), (0, 1, -1), (0, *head[1:-1], -1), (*(0 for _ in head), 1, -1)]
        if isinstance(last, int) and last % 2 == 0:
            targets.append((*(0 for _ in head), 2, last // 2))
        target = self._pick([t for t in targets if len(t) <= 5])
        return [ops.Reshape(True)(x, np.array(target))]

    def _transpose(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank > 1)
        return [] if x is None else [ops.Transpose()(x, self.random.permutation(x.type.rank))]

    def _softmax(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank > 0)
        return [] if x is None else [ops.SoftMax(self._integer(0, x.type.rank))(x)]

    def _matmul(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank in (2, 3, 4) and isinstance(v.type.shape[-1], int) and _small(v))
        if x is None:
            return []
        inner = x.type.shape[-1]
        if self._integer(0, 3) == 0:
            return [self._tame(ops.MatMul(False, True)(x, x))]
        outputs = self._pick(CHANNELS)
        return [ops.MatMul(False, True)(x, self._weights(outputs, inner, fan=inner))]

    def _reduce(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank > 1)
        if x is None:
            return []
        op = self._pick((ops.ReduceMean, ops.ReduceMax))
        axis = self._integer(1, x.type.rank)
        return [op(bool(self._integer(0, 2)))(x, np.array([axis]))]

    def _pad(self) -> list[Value]:
        x = self._image()
        if x is None:
            return []
        begin, end = (np.array([0, 0, *self.random.integers(0, 3, 2)]) for _ in range(2))
        return [ops.Pad("constant")(x, begin, end, np.array(0.5, np.float32))]

    def _slice(self) -> list[Value]:
        x = self._image(3)
        if x is None:
            return []
        axes = np.array([self._integer(1, 4)])
        step = np.array([self._pick((1, 2))])
        return [ops.Slice()(x, np.array([1 if x.type.shape[int(axes[0])] > 1 else 0]), np.array([2**31]), step, axes)]

    def _resize(self) -> list[Value]:
        x = self._any(lambda v: _is_image(v) and max(v.type.shape[2:]) < 8)
        if x is None:
            return []
        sizes = np.array([2 * d for d in x.type.shape[2:]])
        op = ops.Interpolate("nearest", "sizes", "asymmetric", "floor")
        return [op(x, sizes, np.ones(2, np.float32), np.array([2, 3]))]

    def _positions(self, shape: tuple[Dim, ...], size: int) -> Value:
        """An input of positions along an axis of so many elements, some counted from its end."""
        name = f"ids{len(self.feeds)}"
        numbers = [dim if isinstance(dim, int) else self.batch for dim in shape]
        self.feeds[name] = self.random.integers(-size, size, numbers)
        return self.graph.parameter(name, TensorType(DType.i64, shape))

    def _gathered(self) -> list[Value]:
        """What data pick of a value, beside it, or beside what else is of its shape: residuals, inputs of the next
        product, operands of a reduction."""
        x = self._any(lambda v: v.type.rank > 1 and isinstance(v.type.shape[-1], int) and v.type.shape[-1] > 0)
        if x is None:
            return []
        axis = self._pick([k for k, d in enumerate(x.type.shape) if isinstance(d, int) and d > 0])
        size = x.type.shape[axis]
        found = ops.Gather()(x, self._positions((size,), size), np.array(axis))
        return [self._beside(found)]

    def _looked_up(self) -> list[Value]:
        """Rows of a constant table, as an embedding has them."""
        x = self._any(lambda v: v.type.rank > 1 and isinstance(v.type.shape[-1], int))
        if x is None:
            return []
        table = self.graph.constant(self._normal(11, x.type.shape[-1]))
        found = ops.Gather()(table, self._positions(x.type.shape[:-1], 11), np.array(0))
        return [self._beside(found)]

    def _gathered_elements(self) -> list[Value]:
        x = self._any(lambda v: v.type.rank > 1 and isinstance(v.type.shape[-1], int) and v.type.shape[-1] > 0)
        if x is None:
            return []
        size = x.type.shape[-1]
        return [self._beside(ops.GatherElements(x.type.rank - 1)(x, self._positions(x.type.shape, size)))]

    def _selected(self) -> list[Value]:
        x = self._any()
        y = self._any(lambda v: v.type.shape == x.type.shape)
        return [ops.Select()(ops.Greater()(x, np.array(self.random.normal(), np.float32)), x, y)]

    def _beside(self, found: Value) -> Value:
        other = self._any(lambda v: v.type.shape == found.type.shape)
        if other is None or self._integer(0, 3) == 0:
            return found
        return self._tame(self._pick(PAIRS)()(*((found, other) if self._integer(0, 2) else (other, found))))

    def _branch(self, depth: int = 0) -> list[Value]:
        x = self._any()
        y = self._any(lambda v: v.type.shape == x.type.shape)
        flag = self.flag
        if self._integer(0, 2):
            every = np.arange(x.type.rank)
            flag = ops.Greater()(ops.ReduceMax(False)(x, every), np.array(self.random.normal(), np.float32))
        return list(ops.If(*(self._body(x, y, depth) for _ in range(2))).all(flag, self.flag, x, y))

    def _body(self, x: Value, y: Value, depth: int) -> Graph:
        """Two results: of the captures, of what is made of them, of a deeper branch, of a constant."""
        body = Graph("body")
        flag, a, b = (body.parameter(n, v.type) for n, v in (("flag", self.flag), ("a", x), ("b", y)))
        made = [a, b, ops.Add()(a, b), ops.Tanh()(ops.Subtract()(a, b)), ops.Multiply()(a, np.float32(0.5))]
        if x.type.is_static and not self._integer(0, 3):
            made.append(body.constant(self._normal(*x.type.shape)))
        if depth < 2:
            inner = [self._body(x, y, depth + 1) for _ in range(2)]
            made += ops.If(*inner).all(flag, flag, self._pick(made[:4]), self._pick(made[:4])) * 2
        chosen = self._pick(made)
        for k, value in enumerate((chosen, self._pick([chosen, *made]))):
            body.result(value, f"r{k}")
        body.prune()
        return body

    # ---- results --------------------------------------------------------------------------------------------------

    def _results(self) -> None:
        """What nobody reads, some values that others read too, at times twice; an input; a constant; a view of an
        input."""
        wanted = [v for v in self.values if not v.uses] + [self._any() for _ in range(2)]
        if self._integer(0, 2):
            wanted.append(self._pick(wanted))
        if self._integer(0, 3) == 0:
            wanted.append(self.graph.inputs[0])
        if self._integer(0, 3) == 0:
            wanted.append(self.graph.constant(self._normal(3, 5)))
        if self._integer(0, 3) == 0:
            wanted.append(ops.Reshape(True)(self.graph.inputs[1], np.array([0, -1])))
        for k, value in enumerate(wanted):
            self.graph.result(value, f"y{k}")


def _is_image(value: Value) -> bool:
    return value.type.rank == 4 and all(isinstance(d, int) for d in value.type.shape[1:]) and _small(value)


def _small(value: Value) -> bool:
    """Whether the value may grow: a model stays small enough to be interpreted quickly."""
    size = 1
    for dim in value.type.shape:
        size *= dim if isinstance(dim, int) else 2
    return size <= 12_000


def _others(value: Value, axis: int):
    return value.type.shape[:axis], value.type.shape[axis + 1 :], value.type.rank
