"""Pad into the operation that pads by itself."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import AvgPool, Clamp, MaxPool, Pad, Transpose
from dldt.compiler.ops.convolution import ConvolutionBase
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.permutation import permutation
from dldt.passes.rewrite import Rewrite
from dldt.passes.with_attributes import with_attributes


def _is_padded(value: Value) -> bool:
    data = value.inputs[0]
    return data is not None and isinstance(_behind_transpose(data)[0].op, Pad)


def _behind_transpose(data: Value) -> tuple[Value, Array | None]:
    """What a Transpose that nobody else reads reads, and its order; else the value itself."""
    source = data.inputs[0] if isinstance(data.op, Transpose) and data.is_used_once else None
    order = data.inputs[1] if source is not None else None
    if source is None or order is None or order.constant is None:
        return data, None
    return source, permutation(order.constant, data.type.rank)


@transform
class FusePad(Rewrite[Match]):
    """Zeros around the spatial dims become the pads of the convolution or pool that reads them.

    ::

        x → Pad([0,0,a,b], [0,0,c,d], 0) → Convolution(pads p)     x → Convolution(pads p + (a,b), (c,d))
        x → Pad → Transpose → Convolution                          x → Transpose → Convolution, likewise

    To an AvgPool the zeros were data, so it must count its padding from now on; where it has pads of its own that it
    does not count, it stays as it is. A MaxPool pads with minus infinity. That gives the same maximum only where the
    data is never negative (behind a ReLU, a Sigmoid or a Clamp from 0 up) and every window holds some data.
    """

    pattern = node((ConvolutionBase, MaxPool, AvgPool), where=_is_padded)

    def rewrite(self, match: Match) -> Value | None:
        """The operation with wider pads, reading the Pad's input."""
        op, (data, *rest) = match.root.op, match.root.inputs
        assert isinstance(op, ConvolutionBase | MaxPool | AvgPool)
        assert data is not None
        pad, order = _behind_transpose(data)
        begin, end = _zero_padding(pad, order)
        x = pad.inputs[0]
        if begin is None or end is None or x is None or op.auto_pad not in ("explicit", "valid"):
            return None
        own = (0,) * len(begin)
        pads_begin, pads_end = (own, own) if op.auto_pad == "valid" else (op.pads_begin, op.pads_end)
        if isinstance(op, MaxPool | AvgPool) and op.rounding_type != "floor":
            return None  # the last window of a ceiling pool depends on where the padding ends
        if isinstance(op, MaxPool) and not (_is_nonnegative(x) and _reaches_data(op, begin, end)):
            return None
        if isinstance(op, AvgPool) and any((*pads_begin, *pads_end)) and op.exclude_pad:
            return None
        changes: dict[str, object] = {
            "pads_begin": tuple(p + q for p, q in zip(pads_begin, begin, strict=True)),
            "pads_end": tuple(p + q for p, q in zip(pads_end, end, strict=True)),
            "auto_pad": "explicit",
        }
        if isinstance(op, AvgPool):
            changes["exclude_pad"] = False
        moved = x if order is None else Transpose()(x, order)
        made = with_attributes(op, **changes)(moved, *rest)
        return made if made.type == match.root.type else None


def _is_nonnegative(x: Value) -> bool:
    return x.op.has(Trait.NONNEGATIVE) or (isinstance(x.op, Clamp) and x.op.min >= 0)


def _reaches_data(op: MaxPool, begin: tuple[int, ...], end: tuple[int, ...]) -> bool:
    """Whether no window lies in the padding as a whole."""
    own = op.pads_begin, op.pads_end
    sums = [p + q for mine, more in zip(own, (begin, end), strict=True) for p, q in zip(mine, more, strict=True)]
    dense = all(step == 1 for step in getattr(op, "dilations", ()))
    return dense and all(pad < kernel for pad, kernel in zip(sums, op.kernel * 2, strict=True))


def _zero_padding(pad: Value, order: Array | None) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """The spatial pads, where batch and channels are not padded, nothing is cropped and the value is zero."""
    op, inputs = pad.op, pad.inputs
    assert isinstance(op, Pad)
    if op.pad_mode != "constant":
        return None, None
    fill = inputs[3] if len(inputs) > 3 else None
    if fill is not None and (fill.constant is None or np.any(fill.constant != 0)):
        return None, None
    begin, end = (None if v is None or v.constant is None else v.constant.ravel() for v in inputs[1:3])
    if begin is None or end is None or np.any(begin < 0) or np.any(end < 0):
        return None, None
    if order is not None:
        begin, end = begin[order], end[order]
    if np.any(begin[:2]) or np.any(end[:2]):
        return None, None
    return tuple(int(n) for n in begin[2:]), tuple(int(n) for n in end[2:])
