"""MaxPool without its second output."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import MaxPool, MaxPool8
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, node
from dldt.passes.rewrite import Rewrite


def _is_plain(value: Value) -> bool:
    op, indices = value.op, value.node.outputs[1]
    plain = isinstance(op, MaxPool8) and set(op.dilations) <= {1} and op.rounding_type in ("floor", "ceil")
    return plain and not indices.is_used and not indices.names


@attrs.frozen
class _Pooled(Match):
    x: Value


@transform
class SimplifyMaxPool(Rewrite[_Pooled]):
    """A MaxPool whose indices nobody reads, without dilations, is the MaxPool of opset 1.

    ::

        x → MaxPool-8 → y, (indices)        x → MaxPool-1 → y
    """

    pattern = node(MaxPool8, anything("x"), where=_is_plain)

    def rewrite(self, match: _Pooled) -> Value | None:
        """The plain MaxPool."""
        op = match.root.op
        assert isinstance(op, MaxPool8)
        return MaxPool(
            strides=op.strides,
            pads_begin=op.pads_begin,
            pads_end=op.pads_end,
            kernel=op.kernel,
            rounding_type=op.rounding_type,
            auto_pad=op.auto_pad,
        )(match.x)
