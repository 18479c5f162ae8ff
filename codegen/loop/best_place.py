"""Where the best element along an axis stands, as an operation: what TopK of one element is made of."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType

FEWER = 16
"""Of fewer columns (elements behind the axis) each is searched by itself; of more, so many are searched together."""


@attrs.frozen
class BestPlace(Op):
    """The position of the largest (``mode`` max) or smallest (min) element of x along ``axis``, whose size becomes 1;
    of equals the first. NaN is larger than all numbers.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    axis: int
    mode: str
    dtype: DType

    type = "BestPlace"
    opset = ""
    ports = ("x",)
    required = 1
    variadic = False

    def infer(self, x: TensorType) -> TensorType:
        """See the class."""
        return TensorType(self.dtype, (*x.shape[: self.axis], 1, *x.shape[self.axis + 1 :]))


@lowers(BestPlace, kind="reduce")
def best_place(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because the search needs a kernel of its own."""
    raise AssertionError("the search has a kernel of its own: no element is an expression of its inputs")
