"""Fused recurrent cells. Gates stand in the order input, cell, forget, output."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.lstm import LSTMSequence
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Tanh
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_dims
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import integer, ints, like, size, wide

_MAX_STEPS = 256


@attrs.frozen
class _LstmCell:
    """What all steps of an LSTM share."""

    w: Value
    peepholes: tuple[Value, Value, Value] | None
    b: Value
    forget_bias: float
    clip: float

    def step(self, x: Value, c: Value, h: Value) -> tuple[Value, ...]:
        """i, cs, f, o, ci, co, h"""
        gates = Add()(MatMul()(Concat(1)(x, h), self.w), self.b)
        i, new, f, o = Split(4).all(gates, integer(1))
        forget = Add()(f, self.forget_bias) if self.forget_bias else f
        if self.peepholes is not None:
            i, forget = Add()(i, Multiply()(c, self.peepholes[0])), Add()(forget, Multiply()(c, self.peepholes[1]))
        i, forget, new = Sigmoid()(i), Sigmoid()(forget), Tanh()(new)
        state = Add()(Multiply()(new, i), Multiply()(c, forget))
        state = Clamp(-self.clip, self.clip)(state) if self.clip > 0 else state
        o = Sigmoid()(o if self.peepholes is None else Add()(o, Multiply()(state, self.peepholes[2])))
        shown = Tanh()(state)
        return i, state, forget, o, new, shown, Multiply()(shown, o)


@TENSORFLOW.imports("LSTMBlockCell")
def lstm_block_cell(
    x: Value,
    cs_prev: Value,
    h_prev: Value,
    w: Value,
    wci: Value,
    wcf: Value,
    wco: Value,
    b: Value,
    *,
    forget_bias: float = 1.0,
    cell_clip: float = 3.0,
    use_peephole: bool = False,
) -> tuple[Value, ...]:
    """One step: gates, states and output."""
    cell = _LstmCell(w, (wci, wcf, wco) if use_peephole else None, b, forget_bias, cell_clip)
    return cell.step(x, cs_prev, h_prev)


@TENSORFLOW.imports("GRUBlockCell")
def gru_block_cell(x: Value, h_prev: Value, w_ru: Value, w_c: Value, b_ru: Value, b_c: Value) -> tuple[Value, ...]:
    """One step: r, u, c and the output u * h + (1 - u) * c"""
    gates = Sigmoid()(Add()(MatMul()(Concat(1)(x, h_prev), w_ru), b_ru))
    r, u = Split(2).all(gates, integer(1))
    c = Tanh()(Add()(MatMul()(Concat(1)(x, Multiply()(h_prev, r)), w_c), b_c))
    rest = Subtract()(u.graph.constant(like(u, 1)), u)
    return r, u, c, Add()(Multiply()(rest, c), Multiply()(u, h_prev))


@TENSORFLOW.imports("BlockLSTM")
def block_lstm(
    seq_len_max: Value,
    x: Value,
    cs_prev: Value,
    h_prev: Value,
    w: Value,
    wci: Value,
    wcf: Value,
    wco: Value,
    b: Value,
    *,
    forget_bias: float = 1.0,
    cell_clip: float = 3.0,
    use_peephole: bool = False,
    context: Context,
) -> tuple[Value | None, ...]:
    """All steps of an LSTM: what a step makes, for each of them; zeros from seq_len_max on."""
    cell = _LstmCell(w, (wci, wcf, wco) if use_peephole else None, b, forget_bias, cell_clip)
    return _sequence(seq_len_max, x, cs_prev, h_prev, cell, context)


@TENSORFLOW.imports("BlockLSTMV2")
def block_lstm_v2(
    seq_len_max: Value,
    x: Value,
    cs_prev: Value,
    h_prev: Value,
    w: Value,
    wci: Value,
    wcf: Value,
    wco: Value,
    b: Value,
    *,
    cell_clip: float = 0.0,
    use_peephole: bool = False,
    context: Context,
) -> tuple[Value | None, ...]:
    """The same; the gates stand in the order input, forget, cell, output."""
    ordered = [_regated(each) for each in (w, b)]
    cell = _LstmCell(ordered[0], (wci, wcf, wco) if use_peephole else None, ordered[1], 0.0, cell_clip)
    return _sequence(seq_len_max, x, cs_prev, h_prev, cell, context)


def _regated(x: Value) -> Value:
    i, f, c, o = Split(4).all(x, integer(x.type.rank - 1))
    return Concat(x.type.rank - 1)(i, c, f, o)


def _sequence(
    steps: Value, x: Value, c: Value, h: Value, cell: _LstmCell, context: Context
) -> tuple[Value | None, ...]:
    if x.type.rank != 3:
        raise ShapeError(f"the data must have rank 3 (time, batch, inputs), not {x.type}")
    only_h = not any(context.node.outputs[:6])
    if only_h and cell.peepholes is None and cell.clip <= 0:
        return (None,) * 6 + (_kernel(steps, x, c, h, cell),)
    if steps.type.elements != 1:
        raise ShapeError(f"the number of steps must be one number, not {steps.type}")
    count = x.type.shape[0]
    known = known_dims(steps)
    if not isinstance(count, int) or count > _MAX_STEPS or known is None or known[0] not in (count, x.type.shape[0]):
        raise UnsupportedError(
            "states, peepholes and clipping need a fixed number of steps, at most "
            f"{_MAX_STEPS}, all of them taken; the data are {x.type}"
        )
    rows: list[tuple[Value, ...]] = []
    for part in Split(count).all(x, integer(0)):
        rows.append(cell.step(Squeeze()(part, ints(0)), c, h))
        c, h = rows[-1][1], rows[-1][6]
    return tuple(Concat(0)(*(Unsqueeze()(row[k], ints(0)) for row in rows)) for k in range(7))


def _kernel(steps: Value, x: Value, c: Value, h: Value, cell: _LstmCell) -> Value:
    """The output of all steps by one operation, whose gates stand in the order forget, input, cell, output."""
    hidden = cell.w.type.shape[1]
    if not isinstance(hidden, int) or hidden % 4:
        raise ShapeError(f"the weights {cell.w.type} are not of four gates")
    weights = Transpose()(_forget_first(cell.w, cell.forget_bias, is_bias=False), ints(1, 0))
    bias = _forget_first(cell.b, cell.forget_bias, is_bias=True)
    inputs = x.type.shape[2]
    w, r = VariadicSplit().all(
        weights, integer(1), np.array([inputs, hidden // 4]) if isinstance(inputs, int) else ints(-1, hidden // 4)
    )
    lengths = Broadcast()(Reshape()(wide(steps), ints(1)), Reshape()(size(x, 1), ints(1)))
    fields: dict[str, Any] = dict(hidden_size=hidden // 4)
    made = LSTMSequence(**fields)(
        Transpose()(x, ints(1, 0, 2)),
        Unsqueeze()(h, ints(1)),
        Unsqueeze()(c, ints(1)),
        lengths,
        *(Unsqueeze()(each, ints(0)) for each in (w, r, bias)),
    )
    return Transpose()(Squeeze()(made, ints(1)), ints(1, 0, 2))


def _forget_first(x: Value, forget_bias: float, *, is_bias: bool) -> Value:
    i, c, f, o = Split(4).all(x, integer(x.type.rank - 1))
    if is_bias and forget_bias:
        f = Add()(f, forget_bias)
    return Concat(x.type.rank - 1)(f, i, c, o)
