"""The best elements of each row as an operation: what TopK is made of."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Dim, minimum
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType

SPARE = 32
"""Candidates that may come on top of those that are kept, before the worst of them go."""


@attrs.frozen
class Ranked(Op):
    """For each row of x [..., n]: the ``count`` best elements, the largest (``mode`` max) or the smallest (min), best
    first, of equals the earlier one, NaN behind all others; or, with ``by_position``, in the order of their positions.
    The result [..., width] of i64 is the kernel's memory: its first ``count`` numbers are the positions.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    count: Dim
    mode: str
    by_position: bool = False

    type = "Ranked"
    opset = ""
    ports = ("x",)
    required = 1
    variadic = False

    def infer(self, x: TensorType) -> TensorType:
        """See the class."""
        width = 2 * self.capacity(x.shape[-1]) * entry_words(x.dtype)
        return TensorType(DType.i64, (*x.shape[:-1], width))

    def capacity(self, size: Dim) -> Dim:
        """The candidates that are held at a time."""
        return minimum(size, 2 * self.count) + SPARE


def entry_words(dtype: DType) -> int:
    """The numbers of 64 bits that an entry takes."""
    return 2 if dtype.size == 8 else 1


@lowers(Ranked, kind="reduce")
def ranked(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because sorting needs a kernel of its own."""
    raise AssertionError("sorting has a kernel of its own: no element is an expression of its inputs")
