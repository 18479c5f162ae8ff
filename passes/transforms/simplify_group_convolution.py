"""Grouped convolutions of one group."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convolution, GroupConvolution
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _OneGroup(Match):
    x: Value
    w: Array


@transform
class SimplifyGroupConvolution(Rewrite[_OneGroup]):
    """One group is no group.

    ::

        x → GroupConvolution(w[1,O,I,3,3]) → y        x → Convolution(w[O,I,3,3]) → y
    """

    pattern = node(GroupConvolution, anything("x"), constant("w", where=lambda w: w.shape[0] == 1))

    def rewrite(self, match: _OneGroup) -> Value | None:
        """The dense convolution on the same weights."""
        op = match.root.op
        assert isinstance(op, GroupConvolution)
        dense = Convolution(
            strides=op.strides,
            pads_begin=op.pads_begin,
            pads_end=op.pads_end,
            dilations=op.dilations,
            auto_pad=op.auto_pad,
        )
        weights = match.w.reshape(match.w.shape[1:])
        return dense(match.x, weights)
