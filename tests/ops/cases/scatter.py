"""Operations that write by index."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal

_ROWS = np.array([[2], [0], [5], [2], [-1]])
_PLACES = np.array([[0, 1], [3, 2], [0, 1], [-1, 0]])
_OUTSIDE = "what an index outside of the data does is not defined there"

CASES = (
    *(
        Case(
            ops.ScatterElementsUpdate(reduction),
            (normal(5, 6), integers(-5, 5, 3, 6), normal(3, 6, seed=1), np.array(0)),
            f"ScatterElementsUpdate-{reduction}",
            frozenset({3}),
            symbolic={0: "N,6"},
        )
        for reduction in ("sum", "prod", "min", "max")
    ),
    Case(
        ops.ScatterElementsUpdate(),
        (normal(3, 7), np.argsort(normal(3, 7), 1)[:, :4], normal(3, 4, seed=1), np.array(-1)),
        "ScatterElementsUpdate-none",
        frozenset({3}),
    ),
    Case(
        ops.ScatterElementsUpdate(),
        (integers(0, 9, 5, dtype="i4"), np.array([1, 9, -9, 1]), integers(0, 9, 4, dtype="i4"), np.array(0)),
        "ScatterElementsUpdate-outside",
        frozenset({3}),
        openvino=False,
        why=_OUTSIDE,
    ),
    *(
        Case(
            ops.ScatterNDUpdate(reduction),
            (normal(6, 3, 37), _ROWS, normal(5, 3, 37, seed=1)),
            f"ScatterNDUpdate-rows-{reduction}",
            symbolic={0: "N,3,37"},
        )
        for reduction in ("none", "sum", "prod", "min", "max")
    ),
    Case(ops.ScatterNDUpdate(), (normal(4, 3, 5), _PLACES, normal(4, 5, seed=1)), "ScatterNDUpdate-two"),
    Case(ops.ScatterNDUpdate("sum"), (normal(4, 3), _PLACES, normal(4, seed=1)), "ScatterNDUpdate-elements"),
    Case(
        ops.ScatterNDUpdate("max"),
        (integers(-9, 9, 6, 20, dtype="i4"), _ROWS, integers(-9, 9, 5, 20, seed=1, dtype="i4")),
        "ScatterNDUpdate-i32",
    ),
    Case(ops.ScatterNDUpdate(), (normal(1), np.array([[0]]), normal(1, seed=1)), "ScatterNDUpdate-one"),
)
