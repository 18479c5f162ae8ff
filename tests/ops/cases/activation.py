"""Cases of the activations."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal, scalar, uniform

_X = uniform(-6, 6, 2, 17, 3, 5)
_EDGES = np.array([-np.inf, -100, -3, -1e-3, 0, 1e-3, 3, 100, np.inf], "f4")
_FINITE = np.array([-100, -20, -3, -1e-3, 0, 1e-3, 3, 20, 100], "f4")
_PLAIN = (
    ops.ReLU(),
    ops.Sigmoid(),
    ops.HSwish(),
    ops.HSigmoid(),
    ops.Mish(),
    ops.SoftPlus(),
    ops.SoftSign(),
    ops.Elu(0.7),
    ops.Elu(1.3),
    ops.Gelu("erf"),
    ops.Gelu("tanh"),
    ops.Clamp(0.0, 6.0),
    ops.Clamp(-1.5, 0.25),
)

CASES = [
    *(Case(op, (_X,), f"{op.type}-{i}", symbolic={0: "N,17,H,W"}) for i, op in enumerate(_PLAIN)),
    *(Case(op, (_FINITE,), f"{op.type}-{i}-edges") for i, op in enumerate(_PLAIN)),
    *(Case(op(), (_EDGES,), f"{op.__name__}-infinite") for op in (ops.ReLU, ops.Sigmoid)),
    Case(ops.ReLU(), (integers(-9, 9, 3, 5, dtype="i4"),), "ReLU-i32"),
    Case(ops.ReLU(), (scalar(-2.0),), "ReLU-scalar"),
    Case(ops.Clamp(-3.5, 4.5), (integers(-9, 9, 40, dtype="i4"),), "Clamp-i32"),
    Case(ops.Clamp(-1e10, 1e30), (integers(-9, 9, 20, dtype="i8"),), "Clamp-i64-wide", openvino=False,
         why="the bound does not fit i64"),
    Case(ops.PReLU(), (_X, normal(17)), "PReLU-channels", symbolic={0: "N,17,H,W"}),
    Case(ops.PReLU(), (_X, normal(1)), "PReLU-one", symbolic={0: "N,17,H,W"}),
    Case(ops.PReLU(), (_X, scalar(0.25)), "PReLU-scalar"),
    Case(ops.PReLU(), (_X, normal(17, 1, 1)), "PReLU-aligned"),
    Case(ops.PReLU(), (normal(3, 20), normal(20)), "PReLU-2d"),
    Case(ops.PReLU(), (normal(2, 5, 7), normal(5)), "PReLU-3d"),
    Case(ops.Swish(), (_X,), "Swish", symbolic={0: "N,17,H,W"}),
    Case(ops.Swish(), (_X, scalar(1.7)), "Swish-beta", symbolic={0: "N,17,H,W"}),
    Case(ops.HardSigmoid(), (_X, scalar(0.2), scalar(0.4)), "HardSigmoid", frozenset({1, 2}), symbolic={0: "N,17,H,W"}),
    Case(ops.Selu(), (_X, scalar(1.67326), scalar(1.0507)), "Selu", frozenset({1, 2}), symbolic={0: "N,17,H,W"}),
    Case(ops.Selu(), (_X, normal(1) ** 2, normal(1, seed=1) ** 2), "Selu-vector", frozenset({1, 2})),
]  # fmt: skip
