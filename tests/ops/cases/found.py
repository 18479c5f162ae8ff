"""Operations that find how many results they have."""

from __future__ import annotations

import numpy as np

from dldt.compiler import ops
from tests.ops.case import Case, integers, normal, uniform

_SPARSE = np.maximum(normal(4, 5, 3), 0)
_BOXES, _SCORES = uniform(0, 1, 2, 40, 4), uniform(0, 1, 2, 3, 40)
_NMS = (_BOXES, _SCORES, np.array(7), np.array(0.4, np.float32), np.array(0.2, np.float32))
_WHY = "OpenVINO sorts by class, or fills the rest of the outputs up"

CASES = (
    Case(ops.NonZero(), (_SPARSE,), "NonZero/of three axes"),
    Case(ops.NonZero("i32"), (integers(0, 2, 50, dtype="i4"),), "NonZero/as i32"),
    Case(ops.NonZero(), (np.zeros((3, 2), np.float32),), "NonZero/nothing"),
    Case(ops.NonZero(), (np.array(3, np.float32),), "NonZero/of a scalar"),
    Case(ops.Unique(), (integers(0, 9, 40),), "Unique/sorted"),
    Case(ops.Unique(), (integers(0, 2, 30, 2), np.array(0)), "Unique/rows", frozenset({1})),
    Case(ops.Unique(sorted=False), (integers(0, 9, 40, dtype="i4"),), "Unique/in order"),
    Case(ops.Unique(), (integers(0, 9, 4, 6).astype(np.float32),), "Unique/of two axes"),
    Case(ops.NonMaxSuppression("corner", sort_result_descending=False), _NMS, "NMS/corners", openvino=False, why=_WHY),
    Case(ops.NonMaxSuppression("center", sort_result_descending=True), _NMS, "NMS/sorted", openvino=False, why=_WHY),
    Case(
        ops.NonMaxSuppression(),
        (*_NMS, np.array(0.3, np.float32)),
        "NMS/soft",
        frozenset({5}),
        openvino=False,
        why=_WHY,
    ),
    Case(ops.NonMaxSuppression(), _NMS[:2], "NMS/none are asked for", openvino=False, why=_WHY),
)
