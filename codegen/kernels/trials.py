"""The choice of implementations that are worth measuring against each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest

from dldt.codegen.kernels.choice import candidates
from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.task.implementation import Chosen, Implementation

HOPELESS = 2.0
"""Implementations whose estimates are more than this many times the least one are not measured."""


def trials(chosen: Chosen, on: Setting) -> list[Implementation]:
    """The implementations of a part in the order in which to measure them. The algorithms take turns. Within an
    algorithm come tiles of other shapes, and other ways to use the tile that is estimated best."""
    ranked = sorted(candidates(chosen, on), key=lambda estimate: estimate.cycles)
    hopeless = HOPELESS * ranked[0].cycles
    algorithms: dict[Hashable, list[Estimate]] = {}
    for estimate in ranked:
        if estimate.cycles <= hopeless:
            algorithms.setdefault((estimate.implementation.family, estimate.kind), []).append(estimate)
    found = _in_turns([list(_varied(estimates)) for estimates in algorithms.values()])
    return [estimate.implementation for estimate in found]


def _varied(estimates: Sequence[Estimate]) -> Iterator[Estimate]:
    shapes: dict[Hashable, list[Estimate]] = {}
    for estimate in estimates:
        shapes.setdefault(estimate.shape, []).append(estimate)
    first, *others = shapes.values()
    yield first[0]
    yield from _in_turns([[same[0] for same in others], first[1:]])
    yield from (estimate for same in others for estimate in same[1:])


def _in_turns(lists: Sequence[Sequence[Estimate]]) -> Iterator[Estimate]:
    return (estimate for each in zip_longest(*lists) for estimate in each if estimate is not None)
