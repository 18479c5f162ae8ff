"""The boxes that are kept, as an operation: what NonMaxSuppression is made of."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Dim, minimum
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType


@attrs.frozen
class KeptBoxes(Op):
    """For boxes [B, N, 4], scores [B, C, N] and ranked [B, C, width] (the places of the boxes, the best first): the
    triples (batch, class, box) that are kept, in i64 [1 + B·C·most, 3], and before them in the first row their number.
    ``centered``: a box is (x, y, width, height), else two opposite corners (y, x, y, x). ``limits`` are two numbers of
    f32: a box goes where its overlap with a kept one is above the first, or where its score is not above the second.
    ``most_kept`` is one number of i64: how many boxes of a class are kept at most. ``most`` bounds it. Only the first
    ``candidates`` of ranked are looked at, where that is not None. Boxes overlap where both sides of what they share
    are above 0 and not below ``least_side``; with ``inclusive`` a box goes where its overlap is the first limit too;
    each that is kept makes this limit ``eta`` times as large while it is above 0.5.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    centered: bool
    most: int | None
    candidates: int | None = None
    least_side: float = 0.0
    inclusive: bool = False
    eta: float = 1.0

    type = "KeptBoxes"
    opset = ""
    ports = ("boxes", "scores", "ranked", "most_kept", "limits")
    required = 5
    variadic = False

    def infer(
        self, boxes: TensorType, scores: TensorType, ranked: TensorType, most_kept: TensorType, limits: TensorType
    ) -> TensorType:
        """See the class."""
        batches, classes, size = scores.shape
        bound: Dim = size
        for limit in (self.most, self.candidates):
            bound = bound if limit is None else minimum(bound, max(limit, 0))
        return TensorType(DType.i64, (1 + batches * classes * bound, 3))


@lowers(KeptBoxes, kind="reduce")
def kept_boxes(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because each box depends on those kept before."""
    raise AssertionError("boxes are kept by a kernel of its own: no element is an expression of its inputs")
