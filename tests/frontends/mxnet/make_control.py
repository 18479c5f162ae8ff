"""Nets with control flow, as MXNet's own functions make them."""

from __future__ import annotations

import mxnet as mx
import numpy as np

F32 = "float32"


def numbers(seed, *shape):
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)


def foreach():
    """Two outputs a turn, one state, and a weight from around."""
    data, state, weight = (mx.sym.var(name) for name in ("data", "state", "weight"))

    def step(x, states):
        y = mx.sym.FullyConnected(x + states[0], weight, no_bias=True, num_hidden=3, flatten=False)
        return [mx.sym.tanh(y), y * 2], [y + states[0] * 0.5]

    outputs, states = mx.sym.contrib.foreach(step, data, [state])
    symbol = mx.sym.Group([*outputs, *states])
    return symbol, {"weight": ([3, 3], F32)}, {"data": numbers(1, 5, 2, 3), "state": numbers(2, 2, 3)}


def lstm_foreach():
    """A cell of gluon that runs over time, as people export sequence models of free length."""
    cell = mx.gluon.rnn.LSTMCell(4, input_size=3, prefix="lstm_")
    data = mx.sym.var("data")
    begin = [mx.sym.var("h"), mx.sym.var("c")]
    outputs, states = mx.sym.contrib.foreach(cell, data, begin)
    shapes = {"lstm_i2h_weight": ([16, 3], F32), "lstm_h2h_weight": ([16, 4], F32)}
    shapes |= {"lstm_i2h_bias": ([16], F32), "lstm_h2h_bias": ([16], F32)}
    inputs = {"data": numbers(3, 6, 2, 3), "h": numbers(4, 2, 4), "c": numbers(5, 2, 4)}
    return mx.sym.Group([outputs, *states]), shapes, inputs


def two_inputs():
    """Two tensors go by together, nothing is handed on but a sum."""
    a, b, total = (mx.sym.var(name) for name in ("a", "b", "total"))
    outputs, states = mx.sym.contrib.foreach(lambda x, s: (x[0] * x[1] + s[0], [s[0] + x[1]]), [a, b], [total])
    inputs = {"a": numbers(6, 4, 3), "b": numbers(7, 4, 3), "total": numbers(8, 3)}
    return mx.sym.Group([outputs, *states]), {}, inputs


def while_loop():
    """Its last turn is the limit's, or the condition's."""
    count, total, weight = (mx.sym.var(name) for name in ("count", "total", "weight"))

    def step(i, s):
        return [s * weight + i], [i + 1, s + i * 0.5]

    outputs, states = mx.sym.contrib.while_loop(
        cond=lambda i, s: i < 5, func=step, loop_vars=(count, total), max_iterations=5
    )
    inputs = {"count": np.array([0], np.float32), "total": numbers(9, 1)}
    return mx.sym.Group([*outputs, *states]), {"weight": ([1], F32)}, inputs


def while_ends():
    """It ends before the limit: what lies behind the last row is zero."""
    total = mx.sym.var("total")
    _, states = mx.sym.contrib.while_loop(
        cond=lambda s: mx.sym.sum(s) < 40, func=lambda s: ([s * 2], [s * 2]), loop_vars=(total,), max_iterations=9
    )
    return mx.sym.Group([states[0]]), {}, {"total": np.array([[1, 2], [0.5, 1]], np.float32)}


def cond(sign):
    """One of two branches, which share a weight."""
    a, b, weight = (mx.sym.var(name) for name in ("a", "b", "weight"))

    def then():
        return mx.sym.FullyConnected(a, weight, no_bias=True, num_hidden=3) + b

    made = mx.sym.contrib.cond(mx.sym.sum(a) < mx.sym.sum(b), then, lambda: mx.sym.broadcast_mul(a, b))
    inputs = {"a": numbers(10, 2, 3) + sign, "b": numbers(11, 2, 3)}
    return mx.sym.Group([made * 2]), {"weight": ([3, 3], F32)}, inputs


CONTROL = {
    "foreach": foreach,
    "lstm_foreach": lstm_foreach,
    "two_inputs": two_inputs,
    "while_loop": while_loop,
    "while_ends": while_ends,
    "cond_then": lambda: cond(-3),
    "cond_else": lambda: cond(3),
}
