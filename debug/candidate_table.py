"""What could have carried each task out, at which estimated cost, and why it was not taken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import attrs

from dldt.codegen.kernels.choice import candidates, rivals_of
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.task.implementation import Chosen, Implementation
from dldt.codegen.task.task import Leaf

MOST_CANDIDATES = 12


class CandidateTable:
    """Lines for each task: the candidates for each of its parts with their estimated cycles, cheapest first and the
    chosen one marked; then what each family ranks behind its own best. Estimates are costly, so a task's lines are made
    once: after implementations are chosen, and before rows are tiled."""

    def __init__(self) -> None:
        self._lines: dict[Leaf, tuple[str, ...]] = {}

    def of(self, c: Compilation, task: Leaf) -> tuple[str, ...]:
        """The lines of a task."""
        if task not in self._lines:
            ways = [list(group) for _, group in groupby(task.chosen, key=lambda chosen: id(chosen.part))]
            told = dict.fromkeys(tuple(_compared(c, versions)) for versions in ways)
            self._lines[task] = tuple(line for each in told for line in each)
        return self._lines[task]


def _compared(c: Compilation, versions: list[Chosen]) -> Iterator[str]:
    """The candidates for a part, which is carried out in the ways ``versions``: each for some sizes."""
    first, rivals = versions[0], rivals_of(versions[0])
    if len(rivals) == 1 and _has_one_way(rivals[0]):
        yield f"1 candidate: only the family {rivals[0].name!r} carries out such tasks, and in one way"
        return
    weighed = _weighed(c, versions, rivals)
    every = sorted(candidates(first, c.choice.on), key=lambda estimate: estimate.cycles)
    if first.measured:
        weighed, every = every, []
    known = {estimate.implementation for estimate in weighed}
    behind = [estimate for estimate in every if estimate.implementation not in known]
    taken = {chosen.implementation for chosen in versions}
    count = len(weighed) + len(behind)
    yield f"{count} candidate{'s' * (count > 1)}; chosen: {_reason(c, versions, weighed, rivals)}"
    yield from _listed(weighed, taken)
    if behind:
        yield "behind the best of their family, by the family's own estimate:"
        yield from _listed(behind, taken)


def _has_one_way(family: Family) -> bool:
    """Whether a family never has more than one implementation of a part."""
    kind = type(family)
    return kind.options is Family.options and kind.candidates is Family.candidates


def _weighed(c: Compilation, versions: list[Chosen], rivals: list[Family]) -> list[Estimate]:
    """The estimates between which the choice was made: each family's own best, and those of smaller weights. Where
    sizes are not known, those at the sizes that are assumed, and what was taken for other sizes."""
    on, part = c.choice.on, versions[0].part
    options = [estimate for family in rivals for estimate in family.options(part, on)]
    if not rivals[0].dims(part):
        return sorted(options, key=c.choice.trade.cost)
    families = {family.name: family for family in rivals}
    taken = [Estimate(0.0, chosen.implementation, packing=chosen.packing) for chosen in versions]
    found = {estimate.implementation: estimate for estimate in (*taken, *options)}.values()
    timed = [
        attrs.evolve(each, cycles=families[each.implementation.family].cycles(part, each.implementation, on))
        for each in found
    ]
    return sorted(timed, key=lambda estimate: estimate.cycles)


def _reason(c: Compilation, versions: list[Chosen], weighed: list[Estimate], rivals: list[Family]) -> str:
    if versions[0].measured:
        return "measured"
    if c.recorded is not None:
        return "as the plan says"
    if rivals[0].dims(versions[0].part):
        return f"least loss over small and large sizes when optimised for {c.optimize}; cycles at the sizes assumed"
    if versions[0].implementation != weighed[0].implementation:
        return "as the other tasks that read the same weights, which are then kept once"
    return f"least estimate when optimised for {c.optimize}"


def _listed(estimates: list[Estimate], taken: set[Implementation]) -> Iterator[str]:
    for rank, estimate in enumerate(estimates):
        marked = estimate.implementation in taken
        if rank >= MOST_CANDIDATES and not marked:
            continue
        size = 0 if estimate.packing is None else estimate.packing.size
        made = estimate.implementation
        cycles = f"{estimate.cycles:12.0f} cycles" if estimate.cycles else "not estimated"
        yield f"{'*' if marked else ' '} {cycles:>19} {size:9d} bytes of weights  {made.family}: {made.algorithm}"
    if len(estimates) > MOST_CANDIDATES:
        yield f"  and {len(estimates) - MOST_CANDIDATES} dearer ones"
