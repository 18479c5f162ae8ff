"""onnxruntime's LSTM of bytes: data and hidden states are quantised while it runs, by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.shown import shown
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.quantization import dynamic_quantize_linear_11, matmul_integer_10

Floats: TypeAlias = "tuple[float, ...] | None"
Texts: TypeAlias = "tuple[str, ...] | None"
_BACKWARD = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}


@ONNX.imports("DynamicQuantizeLSTM", domain="com.microsoft")
def dynamic_quantize_lstm(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None,
    sequence_lens: Value | None,
    initial_h: Value | None,
    initial_c: Value | None,
    P: Value | None,
    W_scale: Value,
    W_zero_point: Value,
    R_scale: Value,
    R_zero_point: Value,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    context: Context,
) -> tuple[Value, ...]:
    """The hidden state of every step [T, D, N, H], the last hidden and the last cell state [D, N, H]."""
    own = {name.lower() for name in activations or ()} - {"sigmoid", "tanh"}
    given = (
        ("sequence_lens", sequence_lens is not None),
        ("peephole weights (P)", P is not None),
        ("input_forget", bool(input_forget)),
        ("clip", bool(clip)),
        (f"an activation {', '.join(sorted(own))}", bool(own)),
    )
    for what, is_given in given:
        if is_given:
            raise UnsupportedError(f"{what} of a DynamicQuantizeLSTM is not supported")
    if direction not in _BACKWARD:
        raise InputError(f"direction is {shown(direction)}, it must be one of {', '.join(_BACKWARD)}")
    if not R.type.is_static or R.type.rank != 3 or hidden_size not in (None, R.type.shape[-2]):
        raise InputError(f"hidden_size is {hidden_size}, but R is {R.type}")
    data = dynamic_quantize_linear_11(X)
    made: list[tuple[Value, ...]] = []
    for number, backward in enumerate(_BACKWARD[direction]):
        w, w_scale, w_zero, r, r_scale, r_zero = (
            _part(value, number) for value in (W, W_scale, W_zero_point, R, R_scale, R_zero_point)
        )
        sums = _product(*data, w, w_scale, w_zero)
        if B is not None:
            sums = Add()(sums, _summed(_part(B, number)))
        states = [_zeros(X, r) if value is None else _part(value, number) for value in (initial_h, initial_c)]
        name = f"{context.graph.name}/{context.node.title}/steps_{number}"
        made.append(_steps(name, sums, states, (r, r_scale, r_zero), backward=backward))
    every, hidden, cell = zip(*made, strict=True)
    return _joined(every, 1), _joined(hidden, 0), _joined(cell, 0)


def _steps(
    name: str, sums: Value, states: Sequence[Value], weights: Sequence[Value], *, backward: bool
) -> tuple[Value, ...]:
    """The loop over the steps: all hidden states [T, N, H], the last hidden and the last cell state [N, H]."""
    body = Graph(name)
    types = [TensorType(value.type.dtype, value.type.shape) for value in (sums, *states)]
    step = body.parameter("sums", attrs.evolve(types[0], shape=(1, *types[0].shape[1:])))
    hidden, cell = (body.parameter(n, t) for n, t in zip(("hidden", "cell"), types[1:], strict=True))
    captured = [value for value in weights if known_array(value) is None]
    inner = [_inside(body, value, f"weights_{i}") for i, value in enumerate(weights)]
    recurrent = _product(*dynamic_quantize_linear_11(hidden), *inner)
    gates = Add()(Squeeze()(step, np.array([0], np.int64)), recurrent)
    i, o, f, c = Split(4).all(gates, np.array(-1, np.int64))
    kept, added = Multiply()(Sigmoid()(f), cell), Multiply()(Sigmoid()(i), Tanh()(c))
    new_cell = Add()(kept, added)
    new_hidden = Multiply()(Sigmoid()(o), Tanh()(new_cell))
    for result, value in (("hidden", new_hidden), ("cell", new_cell), ("part", _with_axis(new_hidden, 0))):
        body.result(value, f"{result}_out")
    ends = (-1, -1, 1, 0) if backward else (0, 1, 1, -1)
    inputs = (SliceInput(0, *ends, input=0, parameter=0), MergedInput(1, 1, 0), MergedInput(2, 2, 1))
    whole = tuple(InvariantInput(3 + k, 3 + k) for k in range(len(captured)))
    outputs = (ConcatOutput(0, *ends, result=2), BodyOutput(0), BodyOutput(1))
    return TensorIterator(body, (*inputs, *whole), outputs).all(sums, *states, *captured)


def _inside(body: Graph, value: Value, name: str) -> Value:
    known = known_array(value)
    if known is not None:
        return body.constant(known, name=name)
    return body.parameter(name, TensorType(value.type.dtype, value.type.shape))


def _product(a: Value, a_scale: Value, a_zero: Value, b: Value, b_scale: Value, b_zero: Value) -> Value:
    """The product of two matrices of bytes, as floats."""
    sums = Convert(DType.f32)(matmul_integer_10(a, b, a_zero, b_zero))
    return Multiply()(sums, Multiply()(a_scale, b_scale))


def _part(value: Value, number: int) -> Value:
    """What belongs to one direction; a constant of a constant, so that the loop's body has it as its own."""
    if value.constant is not None:
        return value.graph.constant(value.constant[number], name=f"{value.name}/{number}")
    return Gather()(value, np.array(number, np.int64), np.array(0, np.int64))


def _summed(bias: Value) -> Value:
    """The two biases of each gate, one behind the other, as one."""
    both = Split(2).all(bias, np.array(0, np.int64))
    return Add()(*both)


def _zeros(x: Value, r: Value) -> Value:
    """A first state [N, H]: nothing but zeros."""
    batch = Gather()(ShapeOf()(x), np.array([1], np.int64), np.array(0, np.int64))
    shape = Concat(0)(batch, np.array([r.type.shape[0]], np.int64))
    return Broadcast()(x.graph.constant(np.zeros((), np.float32)), shape)


def _joined(parts: Sequence[Value], axis: int) -> Value:
    """The directions along an axis of their own."""
    made = [_with_axis(part, axis) for part in parts]
    return made[0] if len(made) == 1 else Concat(axis)(*made)


def _with_axis(value: Value, axis: int) -> Value:
    return Unsqueeze()(value, np.array([axis], np.int64))
