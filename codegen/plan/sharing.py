"""Which kernels of a program the threads share, and which the first of them runs alone."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.compiler.dims import Dim


@attrs.frozen
class Sharable:
    """A kernel's scalar operations, where they are known, and the length of the range that threads could share; without
    a range, what all threads enter and leave together: the branches of a condition, or row tiles."""

    work: Dim | None
    extent: Dim | None


def shared_steps(steps: Sequence[Sharable], meeting: int) -> list[bool]:
    """Whether the threads share each step, such that two of them take the least time altogether; ``meeting``: what it
    costs that they meet, in scalar operations.

    They meet wherever one step or the next is shared. So a small kernel between two that are shared is shared at no
    cost, and several in a row run alone, without meeting in between. Unknown work is shared; at run time it may turn
    out to be too little.
    """
    least: dict[bool, float] = {False: -meeting, True: -meeting}  # nobody meets before the first step
    came: list[dict[bool, bool]] = []
    for step in steps:
        previous, least, origin = least, {}, {}
        for shared, time in _times(step).items():
            ways = {before: cost + meeting * (shared or before or not came) for before, cost in previous.items()}
            origin[shared] = min(ways, key=lambda before: (ways[before], before))
            least[shared] = ways[origin[shared]] + time
        came.append(origin)
    chosen: list[bool] = []
    last = min(least, key=lambda shared: (least[shared], shared))
    for origin in reversed(came):
        chosen.append(last)
        last = origin[last]
    return chosen[::-1]


def _times(step: Sharable) -> dict[bool, float]:
    """The ways that a step may be run, and the time that each takes two threads."""
    extent, work = step.extent, step.work
    if extent is None or (extent != 1 and not isinstance(work, int)):
        return {True: 0.0}
    alone = {False: float(work) if isinstance(work, int) else 0.0}
    if not isinstance(extent, int):
        return alone | {True: alone[False] / 2}
    return alone if extent <= 1 else alone | {True: alone[False] * -(-extent // 2) / extent}
