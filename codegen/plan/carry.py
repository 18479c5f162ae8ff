"""Results of a block go to the tensors of the task that holds it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from dldt.codegen.plan.bodies import Bodies
from dldt.codegen.task.define import Define
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.task import Copy, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import DefinedDim, Dim, Poly, Symbol
from dldt.compiler.graph import Node


def carry(maker: Bodies, node: Node, pairs: Sequence[tuple[Tensor, Tensor]], stage: MemoryStage) -> list[Task]:
    """Tasks that copy each first tensor to the second one. Dims of the second that are not known before take the sizes
    of the first; then ``stage`` is laid out. That the others are equal is a condition of ``node``."""
    dims = [pair for made, result in pairs for pair in zip(made.type.shape, result.type.shape, strict=True)]
    found, differing = matched(dims, maker.known)
    tasks: list[Task] = []
    if found or differing:
        tasks.append(Define(tuple(found.items()), stage, conditions=maker.equal(differing, node)))
    return tasks + [Copy(result, made) for made, result in pairs]


def matched(
    pairs: Iterable[tuple[Dim, Dim]], known: Collection[Symbol]
) -> tuple[dict[Symbol, Dim], list[tuple[Dim, Dim]]]:
    """For pairs of dims that must be equal, given and taking: each taking dim that is a symbol nobody has found before,
    with what it takes; and the other pairs that are not known to be equal."""
    found: dict[Symbol, Dim] = {}
    differing: list[tuple[Dim, Dim]] = []
    for given, taking in pairs:
        symbol = single_symbol(taking)
        if given == taking:
            continue
        if not isinstance(symbol, DefinedDim) or symbol in known:
            differing.append((given, taking))
        elif found.setdefault(symbol, given) != given:
            differing.append((given, found[symbol]))
    return found, differing


def single_symbol(dim: Dim) -> Symbol | None:
    """The symbol, if the dim is nothing else."""
    if not isinstance(dim, Poly) or len(dim.terms) != 1:
        return None
    ((monomial, coefficient),) = dim.terms
    alone = coefficient == 1 and len(monomial) == 1 and isinstance(monomial[0], Symbol)
    return monomial[0] if alone and isinstance(monomial[0], Symbol) else None
