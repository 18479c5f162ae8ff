"""Operations as operation set 6 has them: two inputs are broadcast only where `broadcast` says so."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.matmul import gemm_7
from dldt.frontends.onnx.ops.normalization import batch_normalization_7
from dldt.frontends.onnx.ops.pooling import average_pool_7

_OF_A_AND_B = (("Add", 6), ("Sub", 6), ("Mul", 6), ("Div", 6), ("And", 1), ("Or", 1), ("Xor", 1))
_COMPARISONS = (("Equal", 1), ("Greater", 1), ("Less", 1))


def _newer(name: str) -> Callable[..., Value]:
    found = ONNX.find(name, 7)
    assert found is not None
    return found.function


def _named_a_and_b(name: str) -> Callable[..., Value]:
    newer = _newer(name)

    def importer(A: Value, B: Value, *, axis: int | None = None, broadcast: int = 0) -> Value:
        return newer(A, _placed(A, B, axis, broadcast))

    return importer


for _name, _since in (*_OF_A_AND_B, *_COMPARISONS):
    ONNX.imports(_name, since=_since)(_named_a_and_b(_name))


@ONNX.imports("Pow", since=1)
def pow_1(X: Value, Y: Value, *, axis: int | None = None, broadcast: int = 0) -> Value:
    """X to the power of Y."""
    return _newer("Pow")(X, _placed(X, Y, axis, broadcast))


@ONNX.imports("PRelu", since=6)
def p_relu_6(X: Value, slope: Value) -> Value:
    """X where it is not negative, else slope * X: one slope, or one for each channel."""
    one = slope.type.elements == 1 or slope.type.rank != 1
    return _newer("PRelu")(X, slope if one else _placed(X, slope, 1, 1))


@ONNX.imports("Gemm", since=6)
def gemm_6(
    A: Value,
    B: Value,
    C: Value,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    broadcast: int = 0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """alpha * A' * B' + beta * C"""
    return gemm_7(A, B, C, alpha=alpha, beta=beta, transA=transA, transB=transB)


@ONNX.imports("BatchNormalization", since=6)
def batch_normalization_6(
    X: Value,
    scale: Value,
    B: Value,
    mean: Value,
    var: Value,
    *,
    epsilon: float = 1e-5,
    is_test: int = 0,
    momentum: float = 0.9,
    spatial: int = 1,
) -> Value:
    """As later versions: what a training run would do besides is left out."""
    return batch_normalization_7(X, scale, B, mean, var, epsilon=epsilon, momentum=momentum, spatial=spatial)


@ONNX.imports("Dropout", since=6)
def dropout_6(data: Value, *, is_test: int = 0, ratio: float = 0.5) -> tuple[Value, None]:
    """The input itself: nothing is dropped in inference."""
    return data, None


@ONNX.imports("AveragePool", since=1)
def average_pool_1(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """The mean of each window, without its padding."""
    return average_pool_7(X, kernel_shape=kernel_shape, auto_pad=auto_pad, pads=pads, strides=strides)


def _placed(a: Value, b: Value, axis: int | None, broadcast: int) -> Value:
    """``b`` with its dims at those of ``a`` from the axis on (the last ones without an axis)."""
    if not broadcast or b.type.rank == a.type.rank or not b.type.rank:
        return b
    first = a.type.rank - b.type.rank if axis is None else axis
    first = first + a.type.rank if first < 0 else first
    behind = a.type.rank - first - b.type.rank
    if first < 0 or behind < 0:
        raise InputError(f"{b.type} does not fit {a.type} from axis {axis} on")
    shape: tuple[Dim, ...] = (*b.type.shape, *(1,) * behind)
    return reshaped(b, shape)
