"""Rows written to places that data tell, as an operation: what the scattering operations are made of."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Dim
from dldt.compiler.op import Op
from dldt.compiler.types import TensorType


@attrs.frozen
class ScatteredRows(Op):
    """data [rows, width], in which ``count`` rows of updates [count, width] are written to those at places [count] in
    i64, or joined with them, one after the other. A place outside of the data writes nothing.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    reduction: str
    rows: Dim
    width: Dim
    count: Dim

    type = "ScatteredRows"
    opset = ""
    ports = ("data", "places", "updates")
    required = 3
    variadic = False

    def infer(self, data: TensorType, *others: Any) -> TensorType:
        """See the class."""
        return TensorType(data.dtype, (self.rows, self.width))


@lowers(ScatteredRows, kind="reduce")
def scattered_rows(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because writing needs a kernel of its own."""
    raise AssertionError("writing by index has a kernel of its own: no element is an expression of its inputs")
