"""Where an operation's attribute ``layout`` puts channels: between the batch and space, or last."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown
from dldt.frontends.mxnet.literal import ints

_FIRST = ("NCW", "NCHW", "NCDHW")
_LAST = ("NWC", "NHWC", "NDHWC")


def is_last(layout: str | None, rank: int) -> bool:
    """Whether channels are last. Raises InputError where the layout is not one of ``rank`` axes."""
    if layout is None or (layout in _FIRST and len(layout) == rank):
        return False
    if layout in _LAST and len(layout) == rank:
        return True
    raise InputError(f"layout {shown(layout)} is none of data of rank {rank}")


def channels_first(x: Value) -> Value:
    """Channels from the end to axis 1; of weights the same."""
    rank = x.type.rank
    return Transpose()(x, ints(0, rank - 1, *range(1, rank - 1)))


def channels_last(x: Value) -> Value:
    """Channels from axis 1 to the end."""
    rank = x.type.rank
    return Transpose()(x, ints(0, *range(2, rank), 1))


def in_layout(layout: str | None, x: Value, function: Callable[[Value], Value]) -> Value:
    """What ``function``, which has channels first, makes of ``x``, both in ``layout``."""
    if not is_last(layout, x.type.rank):
        return function(x)
    return channels_last(function(channels_first(x)))
