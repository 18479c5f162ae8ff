"""Recurrent weights that are computed: packed while the model runs, in the order in which the loop reads them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dldt.codegen.kernels.recurrence.plan import LoopPlan
from dldt.compiler import ops
from dldt.compiler.graph import Value


def packed_recurrent(weights: Value, plan: LoopPlan) -> Value:
    """Weights [directions, gates·hidden, hidden] as [directions, …], each direction as ``LoopPlan.pack`` has it."""
    directions, width = weights.type.shape[0], plan.vectors * plan.lanes
    gates = _reshaped(weights, (directions, plan.gates, plan.hidden, plan.hidden))
    begins, ends = np.zeros(4, np.int64), np.array([0, 0, width - plan.hidden, 0])
    padded = ops.Pad("constant")(gates, begins, ends, np.zeros((), weights.type.dtype.numpy))
    vectors = _reshaped(padded, (directions, plan.gates, plan.vectors, plan.lanes, plan.hidden))
    panels = list(_panels(vectors, plan))
    made: Value = panels[0] if len(panels) == 1 else ops.Concat(1)(*panels)
    return made


def _panels(vectors: Value, plan: LoopPlan) -> Iterator[Value]:
    """Each panel [directions, inner · gate · vector · lane] of the weights [directions, gate, vector, lane, inner]."""
    for phase in plan.phases:
        for first, count in plan.panels(phase):
            bounds = ((phase[0], first), (phase[-1] + 1, first + count), (1, 1), (1, 2))
            part = ops.Slice()(vectors, *(np.array(each) for each in bounds))
            inner = ops.Transpose()(part, np.array([0, 4, 1, 2, 3]))
            yield _reshaped(inner, (vectors.type.shape[0], len(phase) * count * plan.lanes * plan.hidden))


def _reshaped(value: Value, shape: tuple[object, ...]) -> Value:
    made: Value = ops.Reshape(False)(value, np.array(shape, np.int64))
    return made
