"""The places of the elements that are not zero, as an operation: what NonZero is made of."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType


@attrs.frozen
class FoundPlaces(Op):
    """For x [n]: how many elements are not zero, then their places, in i64 [1 + n].

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    type = "FoundPlaces"
    opset = ""
    ports = ("x",)
    required = 1
    variadic = False

    def infer(self, x: TensorType) -> TensorType:
        """See the class."""
        return TensorType(DType.i64, (1 + x.shape[0],))


@lowers(FoundPlaces, kind="reduce")
def found_places(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because counting needs a kernel of its own."""
    raise AssertionError("counting has a kernel of its own: no element is an expression of its inputs")
