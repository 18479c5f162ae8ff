"""What it would take to fold a node: elementary operations, as an estimate from the types alone."""

from __future__ import annotations

import math

from dldt.compiler.graph import Node
from dldt.compiler.ops.linear import Linear
from dldt.compiler.traits import Trait
from dldt.compiler.types import TensorType


def folding_work(node: Node) -> int:
    """The products of a contraction, the elements in all windows of a pooling; of any other node, the elements that it
    reads and writes."""
    made = sum(map(_elements, node.types))
    given = [value.type for value in node.inputs if value is not None]
    if isinstance(node.op, Linear) and len(given) > 1:
        weights = given[1].static_shape
        channels = math.prod(weights[axis] for axis in node.op.output_channel_axes(len(weights)))
        return made * (math.prod(weights) // max(channels, 1))
    if node.op.has(Trait.POOLING):
        return made * math.prod(getattr(node.op, "kernel", ()))
    return made + sum(map(_elements, given))


def _elements(t: TensorType) -> int:
    return math.prod(t.static_shape) if t.is_static else 0
