"""Results of a block go to the tensors of the task that holds it."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.task.define import Define
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.task import Copy, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import DefinedDim, Dim, Poly, Symbol


def carry(pairs: Sequence[tuple[Tensor, Tensor]], stage: MemoryStage) -> list[Task]:
    """Tasks that copy each first tensor to the second one. Dims of the second that are not known before take the sizes
    of the first; then ``stage`` is laid out."""
    dims = taken_dims(
        [(a, b) for made, result in pairs for a, b in zip(made.type.shape, result.type.shape, strict=True)]
    )
    tasks: list[Task] = [Define(tuple(dims.items()), stage)] if dims else []
    return tasks + [Copy(result, made) for made, result in pairs]


def taken_dims(pairs: Sequence[tuple[Dim, Dim]]) -> dict[Symbol, Dim]:
    """For each second dim that is a symbol found at run time and differs from the first, the first."""
    found: dict[Symbol, Dim] = {}
    for given, taking in pairs:
        symbol = single_symbol(taking)
        if isinstance(symbol, DefinedDim) and given != taking:
            found.setdefault(symbol, given)
    return found


def single_symbol(dim: Dim) -> Symbol | None:
    """The symbol, if the dim is nothing else."""
    if not isinstance(dim, Poly) or len(dim.terms) != 1:
        return None
    ((monomial, coefficient),) = dim.terms
    alone = coefficient == 1 and len(monomial) == 1 and isinstance(monomial[0], Symbol)
    return monomial[0] if alone and isinstance(monomial[0], Symbol) else None
