"""Recurrent layers with a second bottom that tells where sequences begin."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.types import DType, TensorType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import DimOf, dims_of, reshape
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped


@CAFFE.imports("LSTM")
def lstm(
    bottom: Value,
    cont: Value,
    third: Value | None = None,
    fourth: Value | None = None,
    fifth: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    third_blob: Value | None = None,
    fourth_blob: Value | None = None,
    *,
    num_output: int,
    debug_info: bool = False,
    expose_hidden: bool = False,
    context: Context,
) -> tuple[Value, ...]:
    """h of each step; with `expose_hidden` the bottoms end with h and c, and the tops with those of the last step"""
    static, states = _bottoms((third, fourth, fifth), 2, expose_hidden)
    gates, hidden = _projected(bottom, static, weight, bias, third_blob, fourth_blob, 4 * num_output)
    matrix = reshaped(hidden, (4 * num_output, num_output))
    h, c = (_start(cont, state, num_output) for state in states or (None, None))
    batch, graph = bottom.type.shape[1], Graph(f"{context.node.title}/body")
    part, keep = (_parameter(graph, name, (1, batch, size)) for name, size in (("x", 4 * num_output), ("cont", 1)))
    before, cell = (_parameter(graph, name, (1, batch, num_output)) for name in ("h", "c"))
    weights = graph.parameter("w", matrix.type)
    total = Add()(part, MatMul(transpose_b=True)(Multiply()(before, keep), weights))
    i, f, o, g = Split(4).all(total, np.array(2, np.int64))
    kept = Multiply()(Multiply()(Sigmoid()(f), cell), keep)
    after = Add()(kept, Multiply()(Sigmoid()(i), Tanh()(g)))
    made = Multiply()(Sigmoid()(o), Tanh()(after))
    for value, name in ((made, "h"), (after, "c")):
        graph.result(value, f"{name}_out")
    ports = (
        SliceInput(input=0, parameter=0),
        SliceInput(input=1, parameter=1),
        MergedInput(2, 2, 0),
        MergedInput(3, 3, 1),
        InvariantInput(4, 4),
    )
    outputs = (ConcatOutput(result=0), BodyOutput(0), BodyOutput(1))
    loop = TensorIterator(graph, ports, outputs)
    every, last, cells = loop.all(gates, reshape(cont, [DimOf(0), DimOf(1), 1]), h, c, matrix)
    return (every, last, cells) if expose_hidden else (every,)


@CAFFE.imports("RNN")
def rnn(
    bottom: Value,
    cont: Value,
    third: Value | None = None,
    fourth: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    third_blob: Value | None = None,
    fourth_blob: Value | None = None,
    fifth_blob: Value | None = None,
    sixth_blob: Value | None = None,
    *,
    num_output: int,
    debug_info: bool = False,
    expose_hidden: bool = False,
    context: Context,
) -> tuple[Value, ...]:
    """tanh of W h + b of each step, where h is tanh of W h + W x + b"""
    static, states = _bottoms((third, fourth), 1, expose_hidden)
    blobs = [third_blob, fourth_blob, fifth_blob, sixth_blob]
    static_blob = blobs.pop(0) if static is not None else None
    hidden, out, out_bias, *_ = blobs
    if hidden is None or out is None or out_bias is None:
        raise InputError("a blob is missing: it needs W_xh, b_h, (W_xh_static,) W_hh, W_ho and b_o")
    gates, _ = _projected(bottom, static, weight, bias, static_blob or hidden, hidden, num_output)
    square = (num_output, num_output)
    matrix, outer = reshaped(hidden, square), reshaped(out, square)
    h = _start(cont, states[0] if states else None, num_output)
    batch, graph = bottom.type.shape[1], Graph(f"{context.node.title}/body")
    part, keep = (_parameter(graph, name, (1, batch, size)) for name, size in (("x", num_output), ("cont", 1)))
    before = _parameter(graph, "h", (1, batch, num_output))
    weights = graph.parameter("w", matrix.type)
    made = Tanh()(Add()(part, MatMul(transpose_b=True)(Multiply()(before, keep), weights)))
    graph.result(made, "h_out")
    ports = (
        SliceInput(input=0, parameter=0),
        SliceInput(input=1, parameter=1),
        MergedInput(2, 2, 0),
        InvariantInput(3, 3),
    )
    loop = TensorIterator(graph, ports, (ConcatOutput(result=0), BodyOutput(0)))
    every, last = loop.all(gates, reshape(cont, [DimOf(0), DimOf(1), 1]), h, matrix)
    rows = MatMul(transpose_b=True)(every, outer)
    answers = Tanh()(Add()(rows, reshaped(out_bias, (num_output,))))
    return (answers, last) if expose_hidden else (answers,)


def _bottoms(
    rest: tuple[Value | None, ...], count: int, exposed: bool
) -> tuple[Value | None, tuple[Value, ...] | None]:
    """The static bottom, and the states: with ``exposed`` the last ``count`` bottoms."""
    given = [value for value in rest if value is not None]
    states = count if exposed else 0
    if not states <= len(given) <= states + 1:
        raise InputError(f"{len(given) + 2} bottoms are given: data, cont, at most one static one, and {states} states")
    static = given[0] if len(given) > states else None
    return static, tuple(given[-states:]) if states else None


def _projected(
    bottom: Value,
    static: Value | None,
    weight: Value | None,
    bias: Value | None,
    third: Value | None,
    fourth: Value | None,
    rows: int,
) -> tuple[Value, Value]:
    """W x + b of every step (and of the static bottom), and the matrix of the state."""
    hidden = third if static is None else fourth
    if weight is None or bias is None or third is None or hidden is None:
        raise InputError("a blob is missing: it needs W_x, b, (W_x_static,) W_h …")
    made = _times(reshape(bottom, [DimOf(0), DimOf(1), _width(weight, rows)]), weight, rows)
    made = Add()(made, reshaped(bias, (rows,)))
    if static is not None:
        fixed = _times(reshape(static, [DimOf(0), _width(third, rows)]), third, rows)
        made = Add()(made, fixed)
    return made, hidden


def _times(x: Value, weight: Value, rows: int) -> Value:
    return MatMul(transpose_b=True)(x, reshaped(weight, (rows, _width(weight, rows))))


def _width(weight: Value, rows: int) -> int:
    elements = weight.type.elements
    if not isinstance(elements, int) or rows < 1 or elements % rows or not elements:
        raise InputError(f"a blob {weight.type} does not fit {rows} rows")
    return elements // rows


def _start(cont: Value, state: Value | None, size: int) -> Value:
    """The state before the first step: given, or zeros."""
    if state is not None:
        return reshape(state, [1, DimOf(state.type.rank - 2), size])
    shape = Concat(0)(np.array([1], np.int64), dims_of(cont, (1,)), np.array([size], np.int64))
    return Broadcast()(cont.graph.constant(np.zeros((), np.float32)), shape)


def _parameter(graph: Graph, name: str, shape: tuple[object, ...]) -> Value:
    return graph.parameter(name, TensorType(DType.f32, shape))  # type: ignore[arg-type]  # dims of the data
