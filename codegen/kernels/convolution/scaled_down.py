"""Whether sums of integers, once they are scaled, still are integers of 32 bits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dldt.codegen.kernels.convolution.joined_pixels import final_rounding
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Apply, Expr, Load, Nest, Number
from dldt.compiler.types import Array, DType


def scaled_down(nest: Nest, constants: Mapping[Buffer, Array | None]) -> bool:
    """Whether the nest rounds integers of 32 bits that are multiplied by constants below 1: then none of them is beyond
    32 bits, and none is NaN."""
    rounded = final_rounding(nest)
    if rounded is None or not isinstance(rounded.x, Apply) or rounded.x.name != "mul":
        return False
    number, scale = rounded.x.arguments
    return _is_whole(number) and _largest(scale, constants) < 1


def _is_whole(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.name == "cast" and expr.arguments[0].dtype is DType.i32


def _largest(expr: Expr, constants: Mapping[Buffer, Array | None]) -> float:
    """The largest absolute value of a constant; infinite where it is none, or NaN is among its numbers."""
    if isinstance(expr, Number):
        return abs(expr.value)
    array = constants.get(expr.buffer) if isinstance(expr, Load) else None
    if array is None:
        return float("inf")
    most = float(np.abs(array).max(initial=0))
    return float("inf") if np.isnan(most) else most
