"""Stages of memory: tensors whose sizes are found while the model runs lie in slots, buffers that the host gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.intervals import Interval
from dldt.codegen.plan.place_in_turn import place_in_turn
from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.task import Program
from dldt.compiler.dims import DefinedDim, Dim, Symbol, symbols
from dldt.compiler.errors import InternalError
from dldt.compiler.shown import shown

SLACK = 256
"""Bytes after the last tensor, so that a vector load that reads past its end stays inside the slot."""


def defined_dims(dim: Dim) -> set[Symbol]:
    """The dims in ``dim`` that are found while the model runs."""
    return {symbol for symbol in symbols(dim) if isinstance(symbol, DefinedDim)}


@attrs.define
class _Laid:
    """The tensors of a stage, and when the slot is in use."""

    stage: MemoryStage
    intervals: list[Interval]
    first: int
    last: int


def plan_stages(program: Program, intervals: Sequence[Interval]) -> int:
    """Place the tensors of ``intervals``, each in the stage of the last of its dims; how many slots there are. Stages
    that are never in use at the same time share a slot."""
    laid: dict[MemoryStage, _Laid] = {}
    begins = _beginnings(program)
    for interval in intervals:
        stage, moment = max((_stage(s, interval, begins) for s in defined_dims(interval.tensor.bytes)), key=_moment)
        own = laid.setdefault(stage, _Laid(stage, [], moment, moment))
        own.intervals.append(interval)
        own.last = max(own.last, interval.last)
    busy: list[int] = []
    for own in sorted(laid.values(), key=lambda each: each.first):
        slot = next((k for k, last in enumerate(busy) if last < own.first), len(busy))
        busy[slot : slot + 1] = [own.last]
        own.stage.slot = program.slots + slot
        own.stage.size = place_in_turn(own.intervals, Place("slot", own.stage.slot)) + SLACK
    return program.slots + len(busy)


def _beginnings(program: Program) -> dict[Symbol, tuple[MemoryStage, int]]:
    """For each dim, the stage of the task that finds it, and the first moment at which that is laid out. Where several
    tasks find a dim, as the branches of a condition do, they have one stage."""
    found: dict[Symbol, tuple[MemoryStage, int]] = {}
    for moment, each in enumerate(timeline(program.tasks)):
        for stage in each.stages:
            for symbol in each.defines:
                found.setdefault(symbol, (stage, moment))
    return found


def _stage(
    symbol: Symbol, interval: Interval, begins: Mapping[Symbol, tuple[MemoryStage, int]]
) -> tuple[MemoryStage, int]:
    known = begins.get(symbol)
    if known is None:
        raise InternalError(f"no task finds the dim {symbol} of {shown(interval.tensor.name)} {interval.tensor.type}")
    return known


def _moment(known: tuple[MemoryStage, int]) -> int:
    return known[1]
