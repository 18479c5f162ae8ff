"""What a model file holds, read without an import: shown also of a model that cannot be compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from dldt.frontends.engine.coverage import all_nodes, without_importer
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.model_record import ModelRecord


@attrs.frozen
class Outline:
    """Inputs and outputs as the file declares them (``x: f32[1,3,?]``), operations in the framework's own words."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    operations: dict[str, int]
    """How many nodes of each operation there are, bodies included."""
    missing: dict[str, int]
    """The same for operations that have no importer."""
    constants: int
    """How many tensors the file itself holds."""
    metadata: dict[str, str] = attrs.field(factory=dict)


def outline(model: ModelRecord) -> Outline:
    """The outline of a model that a reader has made records of."""
    graph, framework = model.graph, model.framework
    nodes = all_nodes(graph.nodes)
    bodies = [body for node in nodes for body in node.bodies]
    return Outline(
        graph.name or model.path.stem,
        tuple(f"{name}: {_type(declared)}" for name, declared in graph.inputs.items()),
        tuple(f"{name}: {_type(graph.types[name])}" if name in graph.types else name for name in graph.outputs),
        counted(framework.operation(node) for node in nodes),
        counted(framework.operation(node) for node in without_importer(framework, nodes)),
        sum(len(record.initializers) for record in (graph, *bodies)),
        {"framework": framework.name, **model.metadata},
    )


def counted(words: Iterable[str]) -> dict[str, int]:
    """How often each word is there, in the order of the alphabet."""
    return dict(sorted(Counter(words).items()))


def _type(declared: DeclaredType) -> str:
    if declared.item is not None:
        return f"sequence of {_type(declared.item)}"
    if isinstance(declared.dtype, Fault):
        return declared.dtype.reason
    return f"{declared.dtype or '?'}{declared}"
