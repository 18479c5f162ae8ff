"""Functions of each number, or of all numbers of a frame."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import ReLU, Sigmoid, SoftPlus
from dldt.compiler.ops.arithmetic import Multiply, Power
from dldt.compiler.ops.comparison import Greater
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.softmax import LogSoftmax, Softmax8
from dldt.compiler.ops.split import VariadicSplit
from dldt.compiler.ops.unary import Tanh
from dldt.frontends.engine.signature import Vector
from dldt.frontends.kaldi.framework import KALDI

_SAME_NUMBERS: dict[str, Callable[[Value], Value]] = {
    "SigmoidComponent": lambda x: Sigmoid()(x),
    "TanhComponent": lambda x: Tanh()(x),
    "RectifiedLinearComponent": lambda x: ReLU()(x),
    "SoftHingeComponent": lambda x: SoftPlus()(x),
    "SoftmaxComponent": lambda x: Softmax8(-1)(x),
    "LogSoftmaxComponent": lambda x: LogSoftmax(-1)(x),
}
_NNET1: dict[str, Callable[[Value], Value]] = {
    "Sigmoid": _SAME_NUMBERS["SigmoidComponent"],
    "Tanh": _SAME_NUMBERS["TanhComponent"],
    "Softmax": _SAME_NUMBERS["SoftmaxComponent"],
    "HiddenSoftmax": _SAME_NUMBERS["SoftmaxComponent"],
}


def _register(name: str, made: Callable[[Value], Value]) -> None:
    @KALDI.imports(name)
    def component(x: Value, *, dim: int = 0, block_dim: int = 0) -> Value:
        return made(x)


def _register_bare(name: str, made: Callable[[Value], Value]) -> None:
    @KALDI.imports(name)
    def layer(x: Value) -> Value:
        return made(x)


for _name, _made in _SAME_NUMBERS.items():
    _register(_name, _made)
for _name, _made in _NNET1.items():
    _register_bare(_name, _made)


@KALDI.imports("PowerComponent")
def power(x: Value, *, input_dim: int = 0, output_dim: int = 0, power: float = 2.0) -> Value:
    """x ** power"""
    return Power()(x, power)


@KALDI.imports("ParametricRelu")
def parametric_relu(x: Value, *, alpha: Vector, beta: Vector) -> Value:
    """alpha x where x > 0, else beta x"""
    positive = Greater()(x, 0.0)
    return Select()(positive, Multiply()(x, alpha.reshape(1, -1)), Multiply()(x, beta.reshape(1, -1)))


@KALDI.imports("BlockSoftmax")
def block_softmax(x: Value, *, block_dims: tuple[int, ...]) -> Value:
    """A SoftMax for each part of a frame."""
    parts = VariadicSplit().all(x, np.array(1, np.int64), np.array(block_dims, np.int64))
    return Concat(1)(*(Softmax8(-1)(part) for part in parts))
