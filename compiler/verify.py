"""The verifier: what must hold of a graph at every moment, and what may exist at a stage."""

from __future__ import annotations

from collections import Counter

from dldt.compiler.dims import DefinedDim, symbols
from dldt.compiler.errors import DldtError, InternalError
from dldt.compiler.graph import Graph, Node
from dldt.compiler.ops.core import Parameter, Result
from dldt.compiler.ops.state import Assign
from dldt.compiler.shown import shown
from dldt.compiler.stage import STAGES, Stage


def verify(graph: Graph, stage: Stage | str | None = None) -> None:
    """Check the graph and every sub-graph, and that nothing exists which the stage (or the stage of that name) forbids.
    Raises InternalError that names the node."""
    if isinstance(stage, str):
        if stage not in STAGES:
            raise InternalError(f"there is no stage {shown(stage)} ({', '.join(STAGES)})")
        stage = STAGES[stage]
    for part in graph.walk():
        _verify_graph(part, stage)
        _check_sinks(part, part is graph)
    _check_names(graph)


def _verify_graph(graph: Graph, stage: Stage | None) -> None:
    where = f"graph {shown(graph.name)}"
    try:
        order = graph.order()
    except DldtError as error:
        raise InternalError(f"{where}: {error}") from error
    _check_ends(graph, order, where)
    for node in order:
        _check_node(node, where)
        if stage is not None:
            stage.check_node(node)


def _check_ends(graph: Graph, order: list[Node], where: str) -> None:
    for kind, listed, cls in (
        ("parameter", [value.node for value in graph.inputs], Parameter),
        ("result", list(graph.outputs), Result),
    ):
        present = {node.id for node in order if isinstance(node.op, cls)}
        if present != {node.id for node in listed}:
            odd = present.symmetric_difference(node.id for node in listed)
            raise InternalError(f"{where}: {kind} nodes {sorted(odd)} and the list of {kind}s differ")
        repeated = [name for name, count in Counter(node.name for node in listed).items() if count > 1]
        if repeated:
            raise InternalError(f"{where}: two {kind}s are called {shown(repeated[0])}")


def _check_names(graph: Graph) -> None:
    """Dims that a graph defines are named after it: graphs of one name must not define any."""
    parts = list(graph.walk())
    names = Counter(part.name for part in parts)
    repeated = {name for name, count in names.items() if count > 1}
    if not repeated:
        return
    types = (t for part in parts for node in part.order() for t in node.types)
    found = {s.name for t in types for dim in t.shape for s in symbols(dim) if isinstance(s, DefinedDim)}
    for name in sorted(repeated):
        if any(dim.startswith(f"{name}:") for dim in found):
            raise InternalError(f"{names[name]} graphs are called {shown(name)}, and the dims that they define too")


def _check_sinks(graph: Graph, root: bool) -> None:
    variables = Counter(node.op.variable_id for node in graph.sinks if isinstance(node.op, Assign))
    twice = [name for name, count in variables.items() if count > 1]
    if twice:
        raise InternalError(f"graph {shown(graph.name)}: variable {shown(twice[0])} is assigned twice")
    if variables and not root:
        raise InternalError(f"graph {shown(graph.name)}: a variable is assigned in a body")


def _check_node(node: Node, where: str) -> None:
    inputs = node.inputs
    for i, value in enumerate(inputs):
        if value is not None and value.port >= len(value.node.types):
            raise InternalError(
                f"{where}: input {i} of {node} takes output {value.port} of {value.node}, which has no such"
            )
    try:
        inferred = node.graph.inferred(node)
    except DldtError as error:
        raise InternalError(f"{where}: {node}: {error}") from error
    if inferred != node.types:
        have, want = ", ".join(map(str, node.types)), ", ".join(map(str, inferred))
        raise InternalError(f"{where}: {node} has the type {have}, its inputs give {want}")
