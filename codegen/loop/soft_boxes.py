"""The boxes that are kept where overlaps make scores smaller, as an operation."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Dim, ceildiv, minimum
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType


@attrs.frozen
class SoftBoxes(Op):
    """As ``KeptBoxes``, for soft non-maximum suppression: a box that is kept multiplies the scores of those that
    overlap it by exp(scale · overlap²). ``limits`` are two numbers of f32: the score that a box must exceed, and
    ``scale``. Behind the triples is memory for the scores of a class.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    centered: bool
    most: int | None

    type = "SoftBoxes"
    opset = ""
    ports = ("boxes", "scores", "most_kept", "limits")
    required = 4
    variadic = False

    def infer(self, boxes: TensorType, scores: TensorType, most_kept: TensorType, limits: TensorType) -> TensorType:
        """See the class."""
        return TensorType(DType.i64, (self.rows(scores) + ceildiv(scores.shape[2], 6), 3))

    def rows(self, scores: TensorType) -> Dim:
        """The rows before the memory for scores: of 4 bytes each, six to a row."""
        batches, classes, size = scores.shape
        bound: Dim = size if self.most is None else minimum(size, max(self.most, 0))
        return 1 + batches * classes * bound


@lowers(SoftBoxes, kind="reduce")
def soft_boxes(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because each box depends on those kept before."""
    raise AssertionError("boxes are kept by a kernel of its own: no element is an expression of its inputs")
