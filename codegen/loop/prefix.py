"""The first rows of a tensor, as many as a kernel has found."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Symbol
from dldt.compiler.op import Op
from dldt.compiler.types import TensorType


@attrs.frozen
class Prefix(Op):
    """The rows of found [1 + bound, ...] behind the first one, as many as the first number of the first row says:
    ``count``. A view: the rows stay where they are.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    count: Symbol

    type = "Prefix"
    opset = ""
    ports = ("found",)
    required = 1
    variadic = False

    def infer(self, found: TensorType) -> TensorType:
        """See the class."""
        return TensorType(found.dtype, (self.count.dim, *found.shape[1:]))


@lowers(Prefix, kind="move")
def prefix(op: Prefix, types: tuple[TensorType, ...], found: Access) -> Access:
    """y[i] = found[i + 1]."""

    return Access(types[0], lambda index: found((index[0] + 1, *index[1:])))
