"""Conditions that are known."""

from __future__ import annotations

from functools import partial

import numpy as np

from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import Observer
from dldt.compiler.ops import If
from dldt.passes.base import transform
from dldt.passes.constant_folder import ConstantFolder
from dldt.passes.inline_body import inline_body
from dldt.passes.local_pass import LocalPass, Places


@transform
class InlineIf(LocalPass):
    """An If with a constant condition is replaced by the body that it chooses. What becomes constant by that is folded
    at once, since it may be the condition of the next If.

    ::

        true, x → If(then: c → ReLU, else: c → Abs) → y        x → ReLU → y
    """

    def places(self, graph: Graph, observer: Observer) -> Places:
        """Until no constant condition is left."""
        seen: set[int] = set()
        while True:
            ifs = [node for node in graph.order() if isinstance(node.op, If) and node.id not in seen]
            known = [node for node in ifs if _condition(node) is not None]
            if not known:
                return
            for node in known:
                seen.add(node.id)
                yield node, partial(_inline, graph, node)
            ConstantFolder(observer=observer, item=self).fold(graph)


def _condition(node: Node) -> bool | None:
    value = node.inputs[0]
    array = None if value is None else value.constant
    return None if array is None else bool(np.all(array))


def _inline(graph: Graph, node: Node) -> int:
    then_body, else_body = node.bodies
    body = then_body if _condition(node) else else_body
    given = [value for value in node.inputs[1:] if value is not None]
    for old, chosen in zip(node.outputs, inline_body(graph, body, given), strict=True):
        graph.replace(old, chosen)
    graph.discard(node)
    return 1
