"""Memory for tensors whose sizes are not known when the model is compiled."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.intervals import Interval
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, ceildiv, maximum, minimum_of

ALIGNMENT = 64


def place_in_turn(intervals: list[Interval], place: Place) -> Dim:
    """Place tensors of free size from ``place`` on; where they end. In order of time they share pieces of memory, each
    as large as the largest tensor that it ever holds."""
    pieces: list[tuple[Dim, int]] = []
    members: list[list[Tensor]] = []
    for interval in sorted(intervals, key=lambda i: (i.first, i.last)):
        size = ceildiv(interval.tensor.bytes, ALIGNMENT) * ALIGNMENT
        usable = [k for k, (held, last) in enumerate(pieces) if last < interval.first]
        chosen = min(usable, key=lambda k: _waste(pieces[k][0], size), default=None)
        if chosen is None:
            pieces.append((size, interval.last))
            members.append([interval.tensor])
            continue
        pieces[chosen] = (maximum(pieces[chosen][0], size), interval.last)
        members[chosen].append(interval.tensor)
    offset = place.offset
    for (size, _), tensors in zip(pieces, members, strict=True):
        for tensor in tensors:
            tensor.place = attrs.evolve(place, offset=offset)
        offset = offset + size
    return offset


def _waste(slot: Dim, size: Dim) -> float:
    difference = slot - size
    if isinstance(difference, int):
        return abs(difference)
    low = minimum_of(difference)
    return 1e18 if low == float("-inf") else 1e15 + low
