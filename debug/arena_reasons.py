"""Why each tensor lies where it does: what it shares its place with, and what it could not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.task import Program
from dldt.codegen.task.tensor import Tensor

MOST_NAMES = 6


@attrs.frozen
class _Life:
    """A tensor that owns memory of the library's own, and the first and last moment at which it is in use."""

    tensor: Tensor
    first: int
    last: int

    def meets(self, other: _Life) -> bool:
        """Whether both are in use at one moment."""
        return self.first <= other.last and other.first <= self.last

    @property
    def place(self) -> tuple[str, int, object]:
        """Where it begins."""
        place = self.tensor.resolve()
        return place.kind, place.index, place.offset

    @property
    def span(self) -> tuple[int, int] | None:
        """The bytes that it takes of the arena; None where they are not known."""
        place, size = self.tensor.resolve(), self.tensor.bytes
        if place.kind != "arena" or not isinstance(place.offset, int) or not isinstance(size, int):
            return None
        return place.offset, place.offset + size


def arena_reasons(program: Program, refused: Mapping[Tensor, str]) -> Iterator[str]:
    """Lines for each tensor between kernels, in the order of time. ``refused``: why an output lies over no input of its
    task."""
    lives = _lives(program)
    yield from _fullest(lives)
    for leaf in program.leaves():
        tensor = leaf.output
        if tensor.parent is not None:
            overlaid = tensor.base is not tensor and tensor.bytes == tensor.base.bytes
            how = "written over it, which nobody reads later" if overlaid else "part of it, so that nothing is copied"
            yield f"{tensor.name!r} lies in {tensor.base.name!r}: {how}"
            continue
        place = tensor.place
        if place is None or place.kind not in ("arena", "slot"):
            kind = "nowhere" if place is None else f"in the {place.kind}"
            yield f"{tensor.name!r} lies {kind}: it takes no memory of the arena"
            continue
        if tensor in lives:
            yield from _explained(lives[tensor], list(lives.values()), refused.get(tensor, ""))


def _lives(program: Program) -> dict[Tensor, _Life]:
    moments: dict[Tensor, list[int]] = {}
    for moment, each in enumerate(timeline(program.tasks)):
        for tensor in (*each.writes, *each.reads):
            moments.setdefault(tensor.base, []).append(moment)
    owned = {t: at for t, at in moments.items() if t.place is not None and t.place.kind in ("arena", "slot")}
    return {tensor: _Life(tensor, min(at), max(at)) for tensor, at in owned.items()}


def _fullest(lives: Mapping[Tensor, _Life]) -> Iterator[str]:
    """The moment at which most bytes are in use: no plan takes less. Not told where sizes are free."""
    sized = [life for life in lives.values() if life.span is not None]
    if not sized or len(sized) < len(lives):
        return
    taken = {at: [life for life in sized if life.first <= at <= life.last] for at in {life.first for life in sized}}
    moment = max(taken, key=lambda at: (sum(int(str(life.tensor.bytes)) for life in taken[at]), -at))
    total = sum(int(str(life.tensor.bytes)) for life in taken[moment])
    yield f"most is in use at moment {moment}, {total} bytes: {_names(taken[moment])}"


def _explained(life: _Life, lives: list[_Life], refused: str) -> Iterator[str]:
    tensor, (kind, index, offset) = life.tensor, life.place
    where = f"slot {index} + {offset}" if kind == "slot" else f"offset {offset}"
    yield f"{tensor.name!r} {tensor.bytes} bytes at {where}, in use from moment {life.first} to {life.last}"
    others = [other for other in lives if other is not life]
    yield f"  why there: {_why_there(life, others)}"
    sharing = [other for other in others if _overlap(life, other)]
    told = _names(sharing) if sharing else "nothing: no other tensor lies there"
    yield f"  shares the place, at other times, with {told}"
    if refused:
        yield f"  over no input of its task: {refused}"


def _why_there(life: _Life, others: list[_Life]) -> str:
    """What is in use at the same time and lies below it."""
    alive = [other for other in others if other.meets(life)]
    span = life.span
    if span is None:
        busy = [other for other in alive if other.first <= life.first]
        return f"it is the first free piece; in use then are {_names(busy)}" if busy else "nothing is in use then"
    below = sorted((o for o in alive if o.span is not None and o.span < span), key=lambda o: o.span or span)
    if not below:
        return "the lowest place, where nothing lies at the same time"
    end, gaps = 0, []
    for other in below:
        start, stop = other.span or span
        if start > end:
            gaps.append(start - end)
        end = max(end, stop)
    small = f"; a gap of {max(gaps)} bytes is too small" if gaps else ""
    return f"the lowest gap that is large enough: below it lie at the same time {_names(below)}{small}"


def _overlap(life: _Life, other: _Life) -> bool:
    """Whether the two have bytes in common."""
    a, b = life.span, other.span
    if a is None or b is None:
        return life.place == other.place
    return a[0] < b[1] and b[0] < a[1]


def _names(lives: list[_Life]) -> str:
    names = [repr(life.tensor.name) for life in lives[:MOST_NAMES]]
    return ", ".join(names) + (f" and {len(lives) - MOST_NAMES} more" if len(lives) > MOST_NAMES else "")
