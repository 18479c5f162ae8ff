"""What iterators and queues give: inputs of the model."""

from __future__ import annotations

from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.tensorflow.element_types import element_type
from dldt.frontends.tensorflow.graph_node import FlatGraph, tensor_names
from dldt.frontends.tensorflow.needed_nodes import used_tensors
from dldt.frontends.tensorflow.tensor import tensor_shape

_TYPES = {"IteratorGetNext": "output_types", "IteratorGetNextSync": "output_types"} | dict.fromkeys(
    (
        *("QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2", "QueueDequeueUpTo"),
        "QueueDequeueUpToV2",
    ),
    "component_types",
)
"""The attribute that lists the types of the tensors."""


def pipeline_inputs(graph: FlatGraph) -> dict[str, DeclaredType]:
    """The tensors that come from a pipeline of data, as far as something reads them."""
    read = {*graph.outputs, *(name for node in graph.nodes for name in used_tensors(node))}
    found: dict[str, DeclaredType] = {}
    for node in graph.nodes:
        types = node.attributes.get(_TYPES.get(node.op, ""))
        if types is None:
            continue
        shapes = node.attributes.get("output_shapes") or node.attributes.get("_output_shapes")
        dims = [] if shapes is None else [tensor_shape(shape) for shape in shapes.list.shape]
        for i, name in enumerate(tensor_names(node.name, len(types.list.type))):
            if name in read:
                dtype = element_type(types.list.type[i]) if i < len(types.list.type) else None
                found[name] = DeclaredType(dtype, dims[i] if i < len(dims) else None)
    return found
