"""Which kernels of a program the threads share, and which the first thread runs alone."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.compiler.dims import Dim


@attrs.frozen
class Sharable:
    """A step that threads may share: its scalar operations, where they are known, and the length of its range. A step
    without a range is one that all threads enter and leave together: the branches of a condition, or row tiles."""

    work: Dim | None
    extent: Dim | None


def shared_steps(steps: Sequence[Sharable], meeting: int) -> list[bool]:
    """Whether the threads share each step, chosen so that two threads take the least total time. ``meeting`` is the
    cost of a barrier in scalar operations.

    A barrier stands between two steps wherever one of them is shared. So sharing a small kernel between two shared ones
    adds no barrier, and several kernels in a row that one thread runs alone need no barrier between them. A step of
    unknown work is shared, although it may turn out too small at run time.
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
    """The ways to run a step, each with the time that it takes two threads."""
    extent, work = step.extent, step.work
    if extent is None or (extent != 1 and not isinstance(work, int)):
        return {True: 0.0}
    alone = {False: float(work) if isinstance(work, int) else 0.0}
    if not isinstance(extent, int):
        return alone | {True: alone[False] / 2}
    return alone if extent <= 1 else alone | {True: alone[False] * -(-extent // 2) / extent}
