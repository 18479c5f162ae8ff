"""Which plans are worth measuring against each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest

from dldt.codegen.kernels.choice import Plan, candidates
from dldt.codegen.kernels.convolution.problem import Tile
from dldt.codegen.kernels.question import Question
from dldt.codegen.target import Target

HOPELESS = 2.0
"""Estimates so many times the least are not measured."""


def contenders(question: Question, target: Target) -> list[Plan]:
    """The plans in the order in which to measure them: the algorithms take turns; within each, tiles of other shapes
    and other ways to use the tile that is estimated best."""
    ranked = sorted(candidates(question, target), key=lambda pair: pair[0])
    hopeless = HOPELESS * ranked[0][0]
    algorithms: dict[Hashable, list[Plan]] = {}
    for cycles, plan in ranked:
        if cycles <= hopeless:
            algorithms.setdefault(0 if isinstance(plan, Tile) else plan.form, []).append(plan)
    return list(_in_turns([list(_varied(plans)) for plans in algorithms.values()]))


def _varied(plans: Sequence[Plan]) -> Iterator[Plan]:
    shapes: dict[Hashable, list[Plan]] = {}
    for plan in plans:
        tile = plan if isinstance(plan, Tile) else plan.tile
        shapes.setdefault((tile.rows, tile.columns), []).append(plan)
    first, *others = shapes.values()
    yield first[0]
    yield from _in_turns([[plans[0] for plans in others], first[1:]])
    yield from (plan for plans in others for plan in plans[1:])


def _in_turns(lists: Sequence[Sequence[Plan]]) -> Iterator[Plan]:
    return (plan for each in zip_longest(*lists) for plan in each if plan is not None)
