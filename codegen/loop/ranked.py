"""The best elements of each row as an operation: what TopK is made of."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Dim, minimum
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType

FEW = 32
"""So many elements are kept in registers while a row is read."""

_MORE = 512
"""Candidates that are held beside twice those that are wanted, so that they are not sorted often."""

_SPARE = 32
"""Entries behind the last one, which a block of elements may reach."""


@attrs.frozen
class Ranked(Op):
    """For each row of x [..., n]: the ``count`` best elements, the largest (``mode`` max) or the smallest (min), best
    first, of equals the earlier one, NaN larger than all numbers; or, with ``by_position``, in the order of their
    positions. The result [..., width] of i64 is the kernel's memory: its first ``count`` numbers are the positions.

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
        width = self.count if self.few else 2 * self.capacity(x.shape[-1]) * entry_words(x.dtype)
        return TensorType(DType.i64, (*x.shape[:-1], width))

    @property
    def few(self) -> bool:
        """Whether registers hold the elements that are wanted. No other memory is needed then."""
        return isinstance(self.count, int) and 0 < self.count <= FEW

    def capacity(self, size: Dim) -> Dim:
        """The candidates that are held at a time."""
        return minimum(size, 2 * self.count + _MORE) + _SPARE


def entry_words(dtype: DType) -> int:
    """The numbers of 64 bits that an entry takes."""
    return 2 if dtype.size == 8 else 1


@lowers(Ranked, kind="reduce")
def ranked(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because sorting needs a kernel of its own."""
    raise AssertionError("sorting has a kernel of its own: no element is an expression of its inputs")
