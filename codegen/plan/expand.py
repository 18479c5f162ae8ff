"""Operations taken apart: what has no kernel of its own becomes operations that have one."""

from __future__ import annotations

from dldt.codegen.plan import expansions as expansions
from dldt.codegen.plan.expansion_table import EXPANSIONS
from dldt.compiler.budget import budget
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Node
from dldt.compiler.shown import shown

_ROUNDS = 4


def expand(graph: Graph) -> Graph:
    """The graph with all operations in ``EXPANSIONS`` taken apart; a copy if there are any, else the graph itself."""
    made = graph
    for _ in range(_ROUNDS):
        if not any(_wanted(inner) for inner in made.walk()):
            return made
        made = graph.copy() if made is graph else made
        if not any([_expanded(inner) for inner in list(made.walk())]):
            return made
    raise InternalError("operations that are taken apart never end")


def _wanted(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if type(node.op) in EXPANSIONS]


def _expanded(graph: Graph) -> bool:
    """Take the operations of one graph apart; whether there was one."""
    found = False
    limit = budget()
    for node in _wanted(graph):
        limit.doing = f"node {shown(node.name)} ({node.op.type})"
        limit.tick()
        made = EXPANSIONS[type(node.op)](node)
        if made is None:
            continue
        found = True
        for old, new in zip(node.outputs, made, strict=True):
            graph.replace(old, new)
    if found:
        graph.prune()
    return found
