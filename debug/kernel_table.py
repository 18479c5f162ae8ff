"""What became of the graph's nodes in code generation: one record for each task that kernels carry out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs

from dldt.codegen.kernels.choice import candidates, rivals_of
from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.text import print_cost, print_implementation
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.task import Leaf
from dldt.compiler.graph import Node

MOST_CANDIDATES = 12


@attrs.frozen
class KernelEntry:
    """A task: the tensor that it makes, its nodes by identity and as text, the framework's nodes behind them, how it is
    carried out and at which estimated cost, what else could have done it, and its functions with the flops of its
    contractions and the bytes that it moves: None where sizes are not known."""

    output: str
    name: str
    nodes: tuple[str, ...]
    titles: tuple[str, ...]
    origins: tuple[str, ...]
    family: str
    implementation: str
    cost: str
    candidates: tuple[str, ...]
    functions: tuple[str, ...]
    flops: int | None
    bytes: int | None

    @property
    def head(self) -> str:
        """What the assembly says at its top."""
        lines = [f"computes {self.output!r}: {self.name}", *(f"node {title}" for title in self.titles)]
        return "\n".join([*lines, *(f"from {origin}" for origin in self.origins), self.implementation, self.cost])


def kernel_table(
    c: Compilation, identity: Callable[[Node], str], origins: Callable[[Node], Iterable[str]]
) -> list[KernelEntry]:
    """The records of a compilation whose kernels are written."""
    entries = []
    for leaf in c.program.leaves():
        nodes = leaf.region.nodes if leaf.region is not None else ()
        chosen = leaf.chosen
        functions = tuple(dict.fromkeys(c.functions.get(leaf, ())))
        moved = [each.cost.moved for each in chosen if each.cost.moved is not None]
        known = len(moved) == len(chosen)
        entries.append(
            KernelEntry(
                leaf.output.name,
                leaf.name,
                tuple(map(identity, nodes)),
                tuple(map(str, nodes)),
                tuple(dict.fromkeys(origin for node in nodes for origin in origins(node))),
                ", ".join(dict.fromkeys(each.implementation.family for each in chosen)),
                "; ".join(print_implementation(each.implementation) for each in chosen),
                "; ".join(print_cost(each.cost) for each in chosen),
                tuple(why_not(c, leaf)),
                functions,
                sum(kernel.flops for kernel, _ in c.kernels.get(leaf, ())) if known else None,
                sum(moved) if known else None,
            )
        )
    return entries


def why_not(c: Compilation, leaf: Leaf) -> Iterator[str]:
    """For each part of a task what was weighed, with estimated cycles, cheapest first and the chosen one marked; then
    what each family ranks behind its own best."""
    for chosen in leaf.chosen:
        yield from _compared(c, chosen)


def _compared(c: Compilation, chosen: Chosen) -> Iterator[str]:
    every = sorted(candidates(chosen, c.choice.on), key=lambda estimate: estimate.cycles)
    weighed = every if chosen.measured else _weighed(c, chosen)
    known = {estimate.implementation for estimate in weighed}
    behind = [estimate for estimate in every if estimate.implementation not in known]
    if len(weighed) + len(behind) < 2:
        return
    yield f"{len(weighed) + len(behind)} candidates; chosen: {_reason(c, chosen)}"
    yield from _listed(weighed, chosen)
    if behind:
        yield "behind the best of their family, by the family's own estimate:"
        yield from _listed(behind, chosen)


def _weighed(c: Compilation, chosen: Chosen) -> list[Estimate]:
    """The estimates between which the choice was made: each family's own best, and those of smaller weights. Where
    sizes are not known, those for small and large sizes, with their cycles at the sizes that are assumed."""
    on, part = c.choice.on, chosen.part
    rivals = rivals_of(chosen)
    dims = rivals[0].dims(part)
    settings = [attrs.evolve(on, sizes=sizes) for sizes in on.sizes.samples()] if dims else [on]
    found = {
        estimate.implementation: attrs.evolve(estimate, cycles=family.cycles(part, estimate.implementation, on))
        if dims
        else estimate
        for setting in settings
        for family in rivals
        for estimate in family.options(part, setting)
    }
    return sorted(found.values(), key=(lambda estimate: estimate.cycles) if dims else c.choice.trade.cost)


def _reason(c: Compilation, chosen: Chosen) -> str:
    if chosen.measured:
        return "measured"
    if rivals_of(chosen)[0].dims(chosen.part):
        return f"least loss over small and large sizes when optimised for {c.optimize}; cycles at the sizes assumed"
    return f"least estimate when optimised for {c.optimize}"


def _listed(estimates: list[Estimate], chosen: Chosen) -> Iterator[str]:
    for rank, estimate in enumerate(estimates):
        marked = estimate.implementation == chosen.implementation
        if rank >= MOST_CANDIDATES and not marked:
            continue
        mark = "*" if marked else " "
        size = 0 if estimate.packing is None else estimate.packing.size
        made = estimate.implementation
        yield f"{mark} {estimate.cycles:12.0f} cycles {size:9d} bytes of weights  {made.family}: {made.algorithm}"
    if len(estimates) > MOST_CANDIDATES:
        yield f"  and {len(estimates) - MOST_CANDIDATES} dearer ones"
