"""Cases of recurrent layers."""

from __future__ import annotations

from dldt.compiler import ops
from dldt.compiler.ops.recurrent_activation import ACTIVATIONS
from tests.ops.case import Case, i64, normal

_N, _T, _I, _H = 3, 4, 5, 7


def _cell(op, gates, states, bias=None, name="", openvino=True, **more):
    weights = (normal(gates * _H, _I, seed=5), normal(gates * _H, _H, seed=6), normal((bias or gates) * _H, seed=7))
    inputs = (normal(_N, _I), *(normal(_N, _H, seed=1 + i) for i in range(states)), *weights)
    symbolic = {i: "N,5" if i == 0 else "N,7" for i in range(1 + states)}
    made = op(_H, **more)
    why = "" if openvino else "OpenVINO knows sigmoid, tanh and relu alone"
    title = f"{op.__name__}{name}"
    return Case(made, inputs, title, symbolic=symbolic, tolerance=1e-5, openvino=openvino, why=why)


def _sequence(op, gates, states, lengths, direction, bias=None, name="", **more):
    d = 2 if direction == "bidirectional" else 1
    weights = (
        normal(d, gates * _H, _I, seed=5),
        normal(d, gates * _H, _H, seed=6),
        normal(d, (bias or gates) * _H, seed=7),
    )
    inputs = (normal(_N, _T, _I), *(normal(_N, d, _H, seed=1 + i) for i in range(states)), i64(*lengths), *weights)
    symbolic = {0: "N,T,5", **{1 + i: f"N,{d},7" for i in range(states)}, 1 + states: "N"}
    made = op(_H, direction=direction, **more)
    constants = frozenset({1 + states})
    return Case(made, inputs, f"{op.__name__}-{direction}{name}", constants, symbolic, tolerance=1e-5)


_FULL = (_T,) * _N
_DIRECTIONS = ("forward", "reverse", "bidirectional")

CASES = [
    _cell(ops.LSTMCell, 4, 2),
    _cell(ops.LSTMCell, 4, 2, name="-activations", activations=("sigmoid", "relu", "tanh")),
    _cell(ops.LSTMCell, 4, 2, name="-clip", clip=0.7),
    _cell(ops.RNNCell, 1, 1),
    _cell(ops.RNNCell, 1, 1, name="-clip", clip=0.7, activations=("relu",)),
    *(
        _cell(
            ops.RNNCell,
            1,
            1,
            name=f"-{name}",
            openvino=name in ("sigmoid", "tanh", "relu"),
            activations=(name,),
            activations_alpha=(0.3,),
            activations_beta=(0.6,),
        )
        for name in sorted(ACTIVATIONS)
    ),
    _cell(
        ops.LSTMCell,
        4,
        2,
        name="-parameters",
        openvino=False,
        activations=("HardSigmoid", "ScaledTanh", "Elu"),
        activations_alpha=(0.3, 0.9),
        activations_beta=(0.4, 0.8),
    ),
    *(_sequence(ops.RNNSequence, 1, 1, _FULL, direction) for direction in _DIRECTIONS),
    *(_sequence(ops.RNNSequence, 1, 1, (2, 4, 1), direction, name="-lengths") for direction in _DIRECTIONS),
    _cell(ops.GRUCell, 3, 1),
    _cell(ops.GRUCell, 3, 1, bias=4, name="-before-reset", linear_before_reset=True),
    _cell(ops.GRUCell, 3, 1, name="-clip", clip=0.7),
    *(_sequence(ops.LSTMSequence, 4, 2, _FULL, direction) for direction in _DIRECTIONS),
    *(_sequence(ops.GRUSequence, 3, 1, _FULL, direction) for direction in _DIRECTIONS),
    *(
        _sequence(ops.GRUSequence, 3, 1, _FULL, direction, 4, "-before-reset", linear_before_reset=True)
        for direction in _DIRECTIONS
    ),
    *(_sequence(ops.LSTMSequence, 4, 2, (2, 4, 1), direction, name="-lengths") for direction in _DIRECTIONS),
    *(_sequence(ops.GRUSequence, 3, 1, (2, 4, 1), direction, name="-lengths") for direction in _DIRECTIONS),
]
