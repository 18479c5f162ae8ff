"""Convolutions with dilated windows, written as blocks of space."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import BatchToSpace, SpaceToBatch
from dldt.compiler.ops.convolution import ConvolutionBase
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite
from dldt.passes.with_attributes import with_attributes

_BLOCKS = node(SpaceToBatch, anything("x"), constant("block"), constant("begin"), constant("end"), single=True)
_INNER = node(ConvolutionBase, _BLOCKS, anything("w"), name="inner", single=True)


@attrs.frozen
class _Dilated(Match):
    x: Value
    w: Value
    inner: Value
    block: Array
    begin: Array
    end: Array
    back: Array
    crops_begin: Array
    crops_end: Array


@transform
class FuseDilatedConvolution(Rewrite[_Dilated]):
    """A convolution of every k-th element is one with dilated windows.

    ::

        x → SpaceToBatch(k, pads p) → Convolution → BatchToSpace(k, crops c)    x → Convolution(dilations k, pads p - c)
    """

    pattern = node(BatchToSpace, _INNER, constant("back"), constant("crops_begin"), constant("crops_end"))

    def rewrite(self, match: _Dilated) -> Value | None:
        """The dilated convolution, where the blocks are undone as they were made and no pad is negative."""
        op = match.inner.op
        assert isinstance(op, ConvolutionBase)
        block, back = match.block.ravel(), match.back.ravel()
        plain = all(n == 1 for n in (*op.strides, *op.dilations)) and not any((*op.pads_begin, *op.pads_end))
        if not plain or op.auto_pad not in ("explicit", "valid") or not np.array_equal(block, back):
            return None
        begin, end = match.begin.ravel() - match.crops_begin.ravel(), match.end.ravel() - match.crops_end.ravel()
        outer = (block[:2] != 1, begin[:2] != 0, end[:2] != 0)
        if np.any(begin < 0) or np.any(end < 0) or any(map(np.any, outer)):
            return None
        made = with_attributes(
            op,
            dilations=tuple(int(n) for n in block[2:]),
            pads_begin=tuple(int(n) for n in begin[2:]),
            pads_end=tuple(int(n) for n in end[2:]),
            auto_pad="explicit",
        )(match.x, match.w)
        return made if made.type == match.root.type else None
