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


def why_not_in_place(program: Program) -> dict[Tensor, str]:
    """Before tensors are placed: for each output of a task that cannot lie over one of its inputs, why not over each of
    them, for people."""
    intervals = {interval.tensor: interval for interval in live_intervals(program)}
    found: dict[Tensor, str] = {}
    for step, moment in enumerate(timeline(program.tasks)):
        task = moment.leaf
        if task is None or task.region is None or not _is_free(task.output):
            continue
        said = {t.name: _refusal(task, v, t, step, intervals) for v, t in task.inputs.items() if t.constant is None}
        if said and all(said.values()):
            found[task.output] = "; ".join(f"{name!r} {why}" for name, why in said.items())
    return found


def _is_free(output: Tensor) -> bool:
    return output.parent is None and output.place is None


def _may_overwrite(task: Leaf, value: Value, source: Tensor, step: int, intervals: dict[Tensor, Interval]) -> bool:
    return not _refusal(task, value, source, step, intervals)


def _refusal(task: Leaf, value: Value, source: Tensor, step: int, intervals: dict[Tensor, Interval]) -> str:
    """Why the task's output cannot lie over a tensor that it reads; nothing, where it can."""
    interval, output = intervals.get(source.base), task.output
    if interval is None:
        return "is not the library's to write"
    if interval.last != step:
        return "is read later"
    if interval.first == step:
        return "is written at the same time"
    if source.type.shape != output.type.shape or source.type.dtype is not output.type.dtype:
        return "has another shape or type"
    if source.base.bytes != output.bytes or source.layout != output.layout:
        return "has another layout, or is part of a larger tensor"
    if not _read_in_place(task, value):
        return "is read elsewhere than where the result is written"
    twice = sum(t.base is source.base for t in task.inputs.values()) != 1
    return "is read twice" if twice else ""


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
