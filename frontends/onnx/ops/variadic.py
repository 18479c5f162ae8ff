"""Operations of any number of inputs: Max, Min, Sum, Mean, Concat."""

from __future__ import annotations

from functools import reduce

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Minimum
from dldt.compiler.ops.concat import Concat
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("Max", since=6)
def max_6(*data_0: Value) -> Value:
    """The largest, element by element, with broadcasting."""
    return _chain(Maximum(), data_0)


@ONNX.imports("Min", since=6)
def min_6(*data_0: Value) -> Value:
    """The smallest, element by element, with broadcasting."""
    return _chain(Minimum(), data_0)


@ONNX.imports("Sum", since=6)
def sum_6(*data_0: Value) -> Value:
    """The sum, element by element, with broadcasting."""
    return _chain(Add(), data_0)


@ONNX.imports("Mean", since=6)
def mean_6(*data_0: Value) -> Value:
    """The mean, element by element, with broadcasting."""
    total = _chain(Add(), data_0)
    return Divide()(total, np.array(len(data_0), total.type.dtype.numpy))


@ONNX.imports("Concat", since=4)
def concat_4(*inputs: Value, axis: int) -> Value:
    """The inputs one after the other along the axis."""
    return Concat(axis)(*inputs)


def _chain(op: Op, values: tuple[Value, ...]) -> Value:
    return reduce(lambda a, b: op(a, b), values)
