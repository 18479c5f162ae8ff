"""The work and size of a graph: multiply-adds of its heavy operations, elements of its constants."""

from __future__ import annotations

from dldt.compiler import ops
from dldt.compiler.dims import Dim, product
from dldt.compiler.graph import Graph, Node
from dldt.compiler.ops.core import Constant


def multiply_adds(graph: Graph) -> Dim:
    """Multiply-adds of convolutions, matrix products and recurrent cells for one inference; may be symbolic.

    A branch counts as if it were taken; the body of a loop counts once.
    """
    total: Dim = 0
    for part in graph.walk():
        for node in part.order():
            total = total + _of_node(node)
    return total


def parameters(graph: Graph) -> int:
    """Elements of all floating-point constants."""
    return sum(
        node.op.value.size
        for part in graph.walk()
        for node in part.order()
        if isinstance(node.op, Constant) and node.types[0].dtype.is_float
    )


def _of_node(node: Node) -> Dim:
    kind = node.op.type
    inputs = [None if value is None else value.type for value in node.inputs]
    if len(inputs) < 2 or inputs[0] is None or inputs[1] is None:
        return 0
    out, weights = node.types[0].shape, inputs[1].shape
    if kind == "Convolution":
        return product(out) * product(weights[1:])
    if kind == "GroupConvolution":
        return product(out) * product(weights[2:])
    if kind == "ConvolutionBackpropData":
        return product(inputs[0].shape) * product(weights[1:])
    if kind == "GroupConvolutionBackpropData":
        return product(inputs[0].shape) * product(weights[2:])
    if isinstance(node.op, ops.MatMul):
        inner = inputs[0].shape[-2 if node.op.transpose_a and inputs[0].rank > 1 else -1]
        return product(out) * inner
    return 0
