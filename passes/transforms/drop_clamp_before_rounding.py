"""Activations that saturation repeats."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Clamp, Convert, ReLU
from dldt.compiler.types import DType
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.quantization import Quantization, quantization, rounded_to_bytes
from dldt.passes.rewrite import Rewrite


@transform
class DropClampBeforeRounding(Rewrite[Match]):
    """A ReLU or Clamp whose bounds are beyond those of the bytes that its result is rounded to changes nothing.

    ::

        u8(round(ReLU(x) / s) + 0)   →   u8(round(x / s) + 0)
    """

    pattern = node(Convert)

    def rewrite(self, match: Match) -> Value | None:
        """The rounding of the activation's input."""
        root = match.root
        found = quantization(root)
        if found is None or not isinstance(found.x.op, ReLU | Clamp) or not _is_vain(found, root.type.dtype):
            return None
        (x,) = found.x.node.inputs
        assert x is not None
        return rounded_to_bytes(x, np.asarray(found.scale), found.zero, root.type.dtype)


def _is_vain(found: Quantization, dtype: DType) -> bool:
    """Whether the bytes of both bounds are the least and the largest, or beyond."""
    op = found.x.op
    low, high = (op.min, op.max) if isinstance(op, Clamp) else (0.0, np.inf)
    least, most = dtype.bounds
    with np.errstate(all="ignore"):
        first, last = (np.rint(np.float32(bound) / found.scale) + found.zero for bound in (low, high))
    return bool(found.scale > 0 and first <= least and last >= most)
