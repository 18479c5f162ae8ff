"""FakeQuantize in front of a contraction, as bytes and their scale."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convert, Convolution, FakeQuantize, GroupConvolution, MatMul, Multiply, Subtract
from dldt.compiler.types import Array, DType
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.quantization import rounded_to_bytes, scaled_constant, zero_of
from dldt.passes.rewrite import Rewrite


@transform
class DecomposeFakeQuantize(Rewrite[Match]):
    """A FakeQuantize of 256 levels, one of which is 0, in front of a contraction with quantised weights.

    ::

        FakeQuantize(x, low, high, low, high)   →   (u8(round(x / s) + z) - z) * s      s = (high - low) / 255
                                                                                       z = -low / s
    """

    pattern = node(FakeQuantize)

    def rewrite(self, match: Match) -> Value | None:
        """The bytes, scaled."""
        root, op = match.root, match.root.op
        assert isinstance(op, FakeQuantize)
        x, *others = root.inputs
        bounds = [None if v is None else v.constant for v in others]
        if x is None or x.constant is not None or root.type.dtype is not DType.f32 or not _is_contracted(root):
            return None
        low, high, first, last = (None if b is None or b.size != 1 else b.reshape(()) for b in bounds)
        if low is None or high is None or first is None or last is None or op.levels not in (255, 256):
            return None
        if (first, last) != (low, high) or not low < high:
            return None
        zero = zero_of(low, high, op.levels)
        if zero is None or not 0 <= zero <= op.levels - 1:
            return None
        return _scaled(x, np.asarray((high - low) / np.float32(op.levels - 1), np.float32), int(zero))


def _scaled(x: Value, scale: Array, zero: int) -> Value:
    whole = Convert(DType.f32)(rounded_to_bytes(x, scale, zero, DType.u8))
    made: Value = Multiply()(Subtract()(whole, np.asarray(zero, np.float32)) if zero else whole, scale)
    return made


def _is_contracted(value: Value) -> bool:
    """Whether a contraction with quantised weights reads the value."""
    for user, port in value.uses:
        weights = user.inputs[1] if isinstance(user.op, Convolution | GroupConvolution | MatMul) and port == 0 else None
        if weights is not None and scaled_constant(weights) is not None:
            return True
    return False
