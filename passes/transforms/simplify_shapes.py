"""Shape arithmetic with a known result becomes a constant."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.traits import Trait
from dldt.passes.base import Pass, transform


@transform
class SimplifyShapes(Pass):
    """A small integer tensor whose content is known (ShapeOf and what is computed from it) becomes a Constant.

    ::

        x[1,3,8,8] → ShapeOf → Gather(0) → y        Constant [1] → y
    """

    def apply(self, graph: Graph) -> int:
        """Replace from the inputs down; how many values became constants."""
        count = 0
        for node in graph.order():
            if node not in graph or node.op.has(Trait.BOUNDARY):
                continue
            for value in node.outputs:
                if _is_known(value) and value.is_used:
                    content = np.array(value.type.value, value.type.dtype.numpy).reshape(value.type.static_shape)
                    graph.replace(value, graph.constant(content, name=node.name))
                    count += 1
            graph.discard(node)
        return count


def _is_known(value: Value) -> bool:
    content = value.type.value
    return content is not None and all(isinstance(item, int) for item in content)
