"""Shape arithmetic with a known result becomes a constant."""

from __future__ import annotations

from functools import partial

import numpy as np

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Observer
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places


@transform
class SimplifyShapes(LocalPass):
    """A small integer tensor whose content is known (ShapeOf and what is computed from it) becomes a Constant.

    ::

        x[1,3,8,8] → ShapeOf → Gather(0) → y        Constant [1] → y
    """

    def places(self, graph: Graph, observer: Observer) -> Places:
        """From the inputs down; a change for each value that becomes a constant."""
        for node in graph.order():
            if node not in graph or node.op.has(Trait.BOUNDARY):
                continue
            values = [value for value in node.outputs if _is_known(value) and value.is_used]
            if values:
                yield node, partial(_replace, graph, node, values)


def _replace(graph: Graph, node: Node, values: list[Value]) -> int:
    for value in values:
        content = np.array(value.type.value, value.type.dtype.numpy).reshape(value.type.static_shape)
        graph.replace(value, graph.constant(content, name=node.name))
    graph.discard(node)
    return len(values)


def _is_known(value: Value) -> bool:
    content = value.type.value
    return content is not None and all(isinstance(item, int) for item in content)
