"""Conditions on the free dims without which a model cannot run: some sizes make another dim too small."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dldt.codegen.llvm.program import Least
from dldt.compiler import ops
from dldt.compiler.dims import Dim, FloorDiv, FreeDim, Poly, Symbol, atoms, minimum_of, symbols
from dldt.compiler.graph import Graph


def least_dims(graph: Graph, free: Collection[Symbol]) -> Least:
    """The dims of ``graph`` that depend on the run-time dims ``free`` and that can become too small within their
    bounds.

    Every tensor must hold an element; a tensor within a branch, which may not be taken, may be empty. A divisor of a
    dim must be at least 1.
    """
    found: dict[Poly, int] = {}
    for inner in graph.walk():
        least = 1 if inner is graph else 0
        for dim in _tensor_dims(inner):
            if isinstance(dim, int) or not symbols(dim) <= set(free):
                continue
            found[dim] = max(found.get(dim, 0), least)
            found |= dict.fromkeys(_divisors(dim), 1)
    return tuple((dim, least) for dim, least in found.items() if minimum_of(dim) < least)


def _tensor_dims(graph: Graph) -> Iterator[Dim]:
    for node in graph.order():
        if not isinstance(node.op, ops.Constant):
            for value in node.outputs:
                yield from value.type.shape if value.uses else ()


def _divisors(dim: Poly) -> Iterator[Poly]:
    for atom in atoms(dim):
        if isinstance(atom, FloorDiv) and not isinstance(atom.denominator, int):
            yield atom.denominator


def run_time_dims(graph: Graph) -> list[Symbol]:
    """The free dims, in the order in which the inputs mention them."""
    found: dict[Symbol, None] = {}
    for value in graph.inputs:
        for dim in value.type.shape:
            found.update(dict.fromkeys(sorted((s for s in symbols(dim) if isinstance(s, FreeDim)), key=str)))
    return list(found)
