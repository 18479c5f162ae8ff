"""Pad and its kin."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.pad import Pad
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import integer, like, wide


@TENSORFLOW.imports("Pad")
def pad(input: Value, paddings: Value) -> Value:
    """Zeros put round every axis."""
    return _padded(input, paddings, "constant", None)


@TENSORFLOW.imports("PadV2")
def pad_v2(input: Value, paddings: Value, constant_values: Value) -> Value:
    """A number put round every axis."""
    return _padded(input, paddings, "constant", constant_values)


@TENSORFLOW.imports("MirrorPad")
def mirror_pad(input: Value, paddings: Value, *, mode: str) -> Value:
    """Mirror images put round every axis, without the edge (REFLECT) or with it."""
    return _padded(input, paddings, one_of("mode", mode, ("REFLECT", "SYMMETRIC")).lower(), None)


def _padded(x: Value, paddings: Value, mode: str, number: Value | None) -> Value:
    if paddings.type.shape != (x.type.rank, 2):
        raise ShapeError(f"paddings is {paddings.type}; the data {x.type} need [{x.type.rank},2]")
    if x.type.rank == 0:
        return x
    known = known_array(paddings)
    if known is not None:
        begin, end = (known[:, side].astype(np.int64) for side in (0, 1))
        fill = [] if mode != "constant" else [like(x, 0) if number is None else number]
        return Pad(mode)(x, begin, end, *fill)
    sides = [Gather()(wide(paddings), integer(side), integer(1)) for side in (0, 1)]
    return Pad(mode)(x, *sides, *([] if mode != "constant" else [like(x, 0) if number is None else number]))
