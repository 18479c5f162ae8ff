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

_NO_RESULT = ("NoOp", "Assert", "Const", "SaveV2", "MergeV2Checkpoints", "ShardedFilename", *PLACEHOLDERS, *VARIABLES)
_ONE_RESULT = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
"""Their further outputs are for training."""


def frozen_record(graph: Any, file: Path, variables: Mapping[str, TensorRecord]) -> GraphRecord:
    """The record of a GraphDef. ``variables``: what it does not hold itself. Raises InputError."""
    nodes = graph_nodes(graph.node, file)
    outputs = results(nodes)
    if not outputs:
        raise InputError(f"{file}: the graph has no outputs")
    needed = needed_nodes(tuple(nodes.values()), outputs)
    flat = Flatten(FunctionLibrary(graph.library.function, file), file).graph(needed, (), outputs)
    records = GraphRecords(file, variables, graph.versions.producer)
    return records.graph(flat, declared_inputs(nodes, records))


def results(nodes: Mapping[str, GraphNode]) -> tuple[str, ...]:
    """The outputs of the nodes of which nothing is read."""
    read = {name.partition(":")[0] for node in nodes.values() for name in node.inputs}
    ends = [node for node in nodes.values() if node.name not in read and node.op not in _NO_RESULT]
    return tuple(name for node in ends for name in node.outputs[: 1 if node.op in _ONE_RESULT else None])


def declared_inputs(nodes: Mapping[str, GraphNode], records: GraphRecords) -> dict[str, DeclaredType]:
    """The placeholders."""
    return {node.name: records.placeholder(node) for node in nodes.values() if node.op in PLACEHOLDERS}


def without_ports(names: Sequence[str]) -> tuple[str, ...]:
    """Tensors as TensorFlow names them (``x:0``) in the spelling of records (``x``)."""
    return tuple(name.removesuffix(":0") for name in names)
