"""Movements and maxima of quantised tensors, done on their bytes."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Concat, Convert, MaxPool
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.quantization import Quantization, quantization, scaled_bytes
from dldt.passes.rewrite import Rewrite


@transform
class MoveBytes(Rewrite[Match]):
    """What moves elements, or takes the largest of them, does so before they are scaled as well as behind.

    ::

        u8(round(MaxPool((x - z) * s) / s) + z)   →   MaxPool(x)
        u8(round((x - z) * s / s) + z)            →   x

    Likewise views, transposes, slices, and Concat of tensors of one scale.
    """

    pattern = node(Convert)

    def rewrite(self, match: Match) -> Value | None:
        """The movement of bytes."""
        root = match.root
        found = quantization(root)
        if found is None:
            return None
        own = _bytes(found.x, found, root)
        if own is not None:
            return own
        op, inputs = found.x.op, found.x.node.inputs
        moved = len(inputs) if isinstance(op, Concat) else 1
        moves = isinstance(op, Concat | MaxPool) or op.has(Trait.PERMUTATION) or op.has(Trait.SLICE)
        if not moves or not found.x.type.dtype.is_float or len(found.x.node.outputs) > 1:
            return None
        sources = [None if v is None else _bytes(v, found, root) for v in inputs[:moved]]
        if any(source is None for source in sources):
            return None
        return op(*sources, *inputs[moved:], name=found.x.node.name)


def _bytes(value: Value, found: Quantization, root: Value) -> Value | None:
    """The bytes of a value that is scaled as the result is; None where it is not."""
    scaled = scaled_bytes(value)
    if scaled is None or scaled.scale != found.scale or scaled.bytes.zero != found.zero:
        return None
    return scaled.bytes.data if scaled.bytes.data.type.dtype is root.type.dtype else None
