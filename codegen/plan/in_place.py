"""In-place outputs: a kernel may write over an input that it reads only where it writes, if nobody reads it later."""

from __future__ import annotations

from dldt.codegen.kernels.families import anchor_family
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.plan.intervals import Interval, live_intervals
from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.task import Leaf, Program
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.graph import Value


def share_in_place(program: Program) -> int:
    """Place outputs over inputs that die there. Returns how many were placed so."""
    intervals = {interval.tensor: interval for interval in live_intervals(program)}
    shared = 0
    for step, moment in enumerate(timeline(program.tasks)):
        task = moment.leaf
        if task is None or task.region is None or not _is_free(task.output):
            continue
        source = next((t for v, t in task.inputs.items() if _may_overwrite(task, v, t, step, intervals)), None)
        if source is not None:
            _lay_over(task.output, source, intervals)
            shared += 1
    return shared


def _is_free(output: Tensor) -> bool:
    return output.parent is None and output.place is None


def _may_overwrite(task: Leaf, value: Value, source: Tensor, step: int, intervals: dict[Tensor, Interval]) -> bool:
    interval = intervals.get(source.base)
    if interval is None or interval.last != step or interval.first == step:
        return False
    output = task.output
    same = source.type.shape == output.type.shape and source.type.dtype is output.type.dtype
    whole = source.base.bytes == output.bytes and source.layout == output.layout
    return (
        same and whole and _read_in_place(task, value) and sum(t.base is source.base for t in task.inputs.values()) == 1
    )


def _read_in_place(task: Leaf, value: Value) -> bool:
    """Whether every operation that reads the value, and every operation after it, is element-wise on the output's
    shape."""
    region = task.region
    if region is None:
        return False
    shape = region.root.type.shape
    for node in region.nodes:
        if anchor_family(node) is not None:
            if value in node.inputs:
                return False
            continue
        if RULES[type(node.op)].kind != "map":
            return False
        if value in node.inputs and node.types[0].shape != shape:
            return False
    return True


def _lay_over(output: Tensor, source: Tensor, intervals: dict[Tensor, Interval]) -> None:
    base = source.base
    own = intervals.pop(output, None)
    output.parent = source
    if own is not None:
        intervals[base].last = max(intervals[base].last, own.last)
