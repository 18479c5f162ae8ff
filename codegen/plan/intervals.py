"""Lifetimes: when each tensor that needs a place is written first, and read last."""

from __future__ import annotations

import attrs

from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.task import Program
from dldt.codegen.task.tensor import Tensor


@attrs.define
class Interval:
    """The lifetime of a tensor: from the step that writes it to the last step that reads it."""

    tensor: Tensor
    first: int
    last: int


def live_intervals(program: Program) -> list[Interval]:
    """The lifetime of each tensor that needs a place."""
    found: dict[Tensor, Interval] = {}
    step = 0
    for step, moment in enumerate(timeline(program.tasks)):
        for tensor in (*moment.writes, *moment.reads):
            base = tensor.base
            if base.place is not None or base.constant is not None:
                continue
            interval = found.setdefault(base, Interval(base, step, step))
            interval.last = step
    for tensor in program.outputs:  # those that lie in slots are read after the run
        if tensor.base in found:
            found[tensor.base].last = step + 1
    return list(found.values())
