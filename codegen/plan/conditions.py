"""Conditions on the free dims without which a model cannot run: some sizes make another dim too small."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dldt.compiler import ops
from dldt.compiler.condition import Condition
from dldt.compiler.dims import DefinedDim, Dim, FloorDiv, FreeDim, Poly, Symbol, atoms, minimum_of, symbols
from dldt.compiler.graph import Graph, Value
from dldt.compiler.shown import shown
from dldt.compiler.types import Shape


def start_conditions(graph: Graph) -> list[Condition]:
    """What can be decided when a run starts."""
    own = [condition for condition in graph.conditions if not condition_dims(condition)]
    known = {(condition.relation, condition.left, condition.right) for condition in own}
    sizes = size_conditions(graph, run_time_dims(graph))
    return own + [c for c in sizes if (c.relation, c.left, c.right) not in known]


def condition_dims(condition: Condition) -> set[Symbol]:
    """The dims of a condition that are found while the model runs."""
    both = symbols(condition.left) | symbols(condition.right)
    return {symbol for symbol in both if isinstance(symbol, DefinedDim)}


def size_conditions(graph: Graph, free: Collection[Symbol]) -> list[Condition]:
    """The conditions on the dims of ``graph`` that depend on the run-time dims ``free`` and that can become too small
    within their bounds.

    A tensor may be empty, but no dim may be negative. A divisor of a dim must be at least 1.
    """
    found: dict[Poly, tuple[int, str]] = {}
    for inner in graph.walk():
        least = 0
        for name, dim in _tensor_dims(inner):
            if isinstance(dim, int) or not symbols(dim) <= set(free):
                continue
            if dim not in found or found[dim][0] < least:
                found[dim] = least, name
            found |= {divisor: (1, name) for divisor in _divisors(dim)}
    return [
        Condition("ge", dim, least, name, "a dim") for dim, (least, name) in found.items() if minimum_of(dim) < least
    ]


def _tensor_dims(graph: Graph) -> Iterator[tuple[str, Dim]]:
    for node in graph.order():
        if not isinstance(node.op, ops.Constant):
            for value in node.outputs:
                for dim in value.type.shape if value.is_used else ():
                    yield node.name, dim


def sentence(condition: Condition) -> str:
    """The condition for people: which node asks for what."""
    return f"node {shown(condition.node)}: {condition.text}"


def _divisors(dim: Poly) -> Iterator[Poly]:
    for atom in atoms(dim):
        if isinstance(atom, FloorDiv) and not isinstance(atom.denominator, int):
            yield atom.denominator


def run_time_dims(graph: Graph) -> list[Symbol]:
    """The free dims, in the order in which the inputs mention them."""
    found: dict[Symbol, None] = {}
    for value in graph.inputs:
        for dim in declared_shape(value):
            found.update(dict.fromkeys(sorted((s for s in symbols(dim) if isinstance(s, FreeDim)), key=str)))
    return list(found)


def declared_shape(parameter: Value) -> Shape:
    """The shape of an input as the user knows it, whatever conditions say of its dims."""
    op = parameter.op
    assert isinstance(op, ops.Parameter)
    return op.shape
