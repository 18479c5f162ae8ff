"""Implementations as JSON: the plan that an artifact lists, and that a plan file reproduces."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from dldt.codegen.kernels.families import FAMILIES
from dldt.codegen.llvm.arithmetic import ARITHMETICS, Arithmetic
from dldt.codegen.loop.reach import Reach
from dldt.codegen.loop.schedule import (
    Merge,
    Outermost,
    Parallel,
    SplitAxis,
    Strip,
    Unroll,
    Vectorize,
    Within,
    WrittenOut,
)
from dldt.codegen.loop.variable import LoopVariable
from dldt.codegen.task.cost import Cost
from dldt.codegen.task.implementation import Implementation, Rows
from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import read_regular
from dldt.compiler.shown import shown

FORMAT = "dldt-plan 1"
_LARGEST = 64 << 20
_DEPTH = 16
_DIRECTIVES = (Merge, SplitAxis, Parallel, Vectorize, Within, Strip, Unroll, Outermost, WrittenOut)


@cache
def records() -> dict[str, type]:
    """The classes that an implementation may contain, by name."""
    own = [kind for family in FAMILIES for kind in family.records]
    return {kind.__name__: kind for kind in (Implementation, Rows, Reach, *_DIRECTIVES, *own)}


def to_data(value: Any) -> Any:
    """An implementation, or a part of one, as JSON data. A record becomes an object whose ``is`` names its class."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    if isinstance(value, Arithmetic):
        return {"is": "Arithmetic", "name": value.name}
    if isinstance(value, LoopVariable):
        return {"is": "LoopVariable", "name": value.name, "number": value.number}
    kind: Any = type(value)
    if kind not in records().values():
        raise TypeError(
            f"{kind.__name__} is no part of an implementation: its family does not list it among its records"
        )
    fields = {field.name: to_data(getattr(value, field.name)) for field in attrs.fields(kind) if field.init}
    return {"is": kind.__name__, **fields}


def from_data(data: Any, depth: int = 0) -> Any:
    """The value from which ``to_data`` made ``data``. Raises ValueError for anything else."""
    if depth > _DEPTH:
        raise ValueError("it is nested too deeply")
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, list):
        return tuple(from_data(item, depth + 1) for item in data)
    if not isinstance(data, dict):
        raise ValueError(f"it holds a {type(data).__name__}")
    fields = dict(data)
    name = fields.pop("is", None)
    if name == "Arithmetic":
        return _arithmetic(fields.get("name"))
    if name == "LoopVariable":
        return LoopVariable(str(fields.get("name")), number=fields.get("number"))
    kind = records().get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"it holds a record of no class that is known: {shown(name)}"[:200])
    try:
        return kind(**{key: from_data(item, depth + 1) for key, item in fields.items()})
    except (TypeError, AssertionError) as error:
        raise ValueError(f"{name}: {error}"[:200]) from error


def _arithmetic(name: object) -> Arithmetic:
    found = ARITHMETICS.get(name) if isinstance(name, str) else None
    if found is None:
        raise ValueError(f"there is no arithmetic {shown(name)}"[:200])
    return found


@attrs.frozen
class PlanEntry:
    """How the tensor ``output`` is made, and what that was estimated to cost; None where the plan does not say it.
    ``sizes``: from which size on, and up to which one (None: all), where it is made in several ways."""

    output: str
    implementation: Implementation
    cost: Cost | None = None
    sizes: tuple[int, int | None] | None = None


@attrs.define
class Recorded:
    """The implementations of a model in the order in which they are chosen. ``source`` tells people where the plan is
    from."""

    entries: Sequence[PlanEntry]
    source: str
    _next: Iterator[PlanEntry] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._next = iter(self.entries)

    def take(self, output: str) -> list[PlanEntry]:
        """The next entry, which must make the tensor ``output``; where it holds for some sizes, all those that follow
        up to the largest size. Raises InputError where one makes another tensor, or sizes are left out."""
        found = [self._next_entry(output)]
        reached = 0
        while (sizes := found[-1].sizes) is not None:
            if sizes[0] != reached:
                raise self.refused(f"it leaves out sizes of {shown(output)} between {reached} and {sizes[0]}")
            if sizes[1] is None:
                break
            reached = sizes[1]
            found.append(self._next_entry(output))
        if len(found) > 1 and found[-1].sizes is None:
            raise self.refused(f"it leaves out sizes of {shown(output)} from {reached} on")
        return found

    def _next_entry(self, output: str) -> PlanEntry:
        entry = next(self._next, None)
        if entry is None:
            raise self.refused(f"it ends before {shown(output)}")
        if entry.output != output:
            raise self.refused(f"it goes on with {shown(entry.output)} where the model makes {shown(output)}")
        return entry

    def refused(self, why: str) -> InputError:
        """The error for a plan that does not belong to this model."""
        return InputError(
            f"{self.source}: {why}: the plan was made of another model, for another target, with other options, or by "
            "another version of dldt; leave out --plan, or compile as it was compiled then"
        )


def plan_data(entries: Sequence[PlanEntry]) -> dict[str, object]:
    """A plan as JSON data."""
    tasks = [
        {
            "output": entry.output,
            "implementation": to_data(entry.implementation),
            "cost": entry.cost and attrs.asdict(entry.cost),
            **({} if entry.sizes is None else {"sizes": list(entry.sizes)}),
        }
        for entry in entries
    ]
    return {"format": FORMAT, "tasks": tasks}


def read_plan(path: str | os.PathLike[str]) -> Recorded:
    """Read a plan file (written by ``dldt inspect --plan --json``). Raises InputError where it is none."""
    try:
        found = json.loads(read_regular(path, max_bytes=_LARGEST))
        return plan_of(found, str(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{Path(path)}: is no plan ({error})"[:400]) from error


def plan_of(data: object, source: str) -> Recorded:
    """The plan in JSON data. Raises ValueError where there is none."""
    plan = data.get("plan", data) if isinstance(data, Mapping) else data
    if not isinstance(plan, Mapping) or plan.get("format") != FORMAT or not isinstance(plan.get("tasks"), list):
        raise ValueError(f"it has no list of tasks of format {FORMAT}")
    return Recorded([_entry(item) for item in plan["tasks"]], source)


def _entry(item: object) -> PlanEntry:
    made = from_data(item.get("implementation")) if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(made, Implementation):
        raise ValueError("a task has no implementation")
    return PlanEntry(str(item.get("output")), made, _cost(item.get("cost")), _sizes(item.get("sizes")))


def _sizes(data: object) -> tuple[int, int | None] | None:
    """The sizes for which a plan makes a tensor in one way: the first one, and the one behind the last (None: none)."""
    if data is None:
        return None
    match data:
        case [int() as least, None] if least >= 0:
            return least, None
        case [int() as least, int() as end] if 0 <= least < end < 2**63:
            return least, end
    raise ValueError("the sizes of a task are not a range")


def _cost(data: object) -> Cost | None:
    """What a plan says that a task costs; nothing is chosen by it."""
    if data is None:
        return None
    fields = data if isinstance(data, Mapping) else {}
    cycles, size, moved = (fields.get(name) for name in ("cycles", "bytes", "moved"))
    if not isinstance(cycles, int | float) or not isinstance(size, int) or not isinstance(moved, int | None):
        raise ValueError("the cost of a task is not made of numbers of at least 0")
    return Cost(float(cycles), size, moved)
