"""A GraphDef that holds everything → a record: its inputs are the placeholders, its outputs what nothing reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.flatten import Flatten
from dldt.frontends.tensorflow.function_library import FunctionLibrary
from dldt.frontends.tensorflow.graph_node import GraphNode
from dldt.frontends.tensorflow.graph_nodes import graph_nodes
from dldt.frontends.tensorflow.graph_records import PLACEHOLDERS, VARIABLES, GraphRecords
from dldt.frontends.tensorflow.needed_nodes import needed_nodes

_NO_RESULT = (
    "NoOp",
    "Assert",
    "PrintV2",
    "Const",
    "SaveV2",
    "MergeV2Checkpoints",
    "ShardedFilename",
    *PLACEHOLDERS,
    *VARIABLES,
)
_INNER = ("Switch", "RefSwitch", "Exit", "RefExit", "Enter", "LoopCond", "NextIteration")
"""What of control flow is no result where there is any other."""
_ONE_RESULT = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
"""Their further outputs are for training."""


def frozen_record(
    graph: Any, file: Path, variables: Mapping[str, TensorRecord], outputs: Sequence[str] = ()
) -> GraphRecord:
    """The record of a GraphDef. ``variables``: what it does not hold itself; ``outputs``: where it ends, if that is
    known. Raises InputError."""
    nodes = graph_nodes(graph.node, file)
    outputs = tuple(outputs) or results(nodes)
    if not outputs:
        raise InputError(f"{file}: the graph has no outputs")
    needed = needed_nodes(tuple(nodes.values()), outputs, controls=True)
    flat = Flatten(FunctionLibrary(graph.library.function, file), file).graph(needed, (), outputs)
    records = GraphRecords(file, variables, graph.versions.producer)
    return records.graph(flat, declared_inputs(nodes, records))


def results(nodes: Mapping[str, GraphNode]) -> tuple[str, ...]:
    """The outputs of the nodes of which nothing is read."""
    read = {name.partition(":")[0] for node in nodes.values() for name in node.inputs}
    pivots = {name for node in nodes.values() for name in node.controls}
    ends = [node for node in nodes.values() if node.name not in read and node.op not in _NO_RESULT]
    own = [
        node for node in ends if node.op not in _INNER and not (node.name in pivots and _follows_switch(node, nodes))
    ]
    return tuple(name for node in own or ends for name in node.outputs[: 1 if node.op in _ONE_RESULT else None])


def fed_results(nodes: Mapping[str, GraphNode]) -> tuple[str, ...]:
    """The same, but for what no input reaches, such as the nodes that save variables."""
    found = results(nodes)
    whole = tuple(nodes.values())
    fed = [name for name in found if any(node.op in PLACEHOLDERS for node in needed_nodes(whole, [name]))]
    return tuple(fed) or found


def _follows_switch(node: GraphNode, nodes: Mapping[str, GraphNode]) -> bool:
    """Whether it only tells which branch is taken."""
    source = nodes.get(node.inputs[0].partition(":")[0]) if node.inputs else None
    return source is not None and source.op in _INNER


def declared_inputs(nodes: Mapping[str, GraphNode], records: GraphRecords) -> dict[str, DeclaredType]:
    """The placeholders."""
    return {node.name: records.placeholder(node) for node in nodes.values() if node.op in PLACEHOLDERS}
