"""The arena over time: which tensor lies where, from when to when."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.task import Program
from dldt.codegen.task.tensor import Tensor


@attrs.frozen
class ArenaRow:
    """A tensor in the arena: its bytes, and the first and last moment at which it is in use."""

    name: str
    type: str
    offset: int
    size: int
    first: int
    last: int


def arena_rows(program: Program) -> Iterator[ArenaRow]:
    """One row for each tensor whose place in the arena is a number."""
    lives: dict[Tensor, list[int]] = {}
    for moment, each in enumerate(timeline(program.tasks)):
        for tensor in (*each.writes, *each.reads):
            lives.setdefault(tensor.base, []).append(moment)
    for tensor, moments in lives.items():
        place, size = tensor.place, tensor.bytes
        if place is not None and place.kind == "arena" and isinstance(place.offset, int) and isinstance(size, int):
            yield ArenaRow(tensor.name, str(tensor.type), place.offset, size, min(moments), max(moments))
