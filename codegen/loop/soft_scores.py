"""The scores of the boxes that are kept, as an operation: made smaller by those kept before."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.op import Op
from dldt.compiler.types import TensorType


@attrs.frozen
class SoftScores(Op):
    """For the triples (batch, class, box) that ``SoftBoxes`` keeps [n, 3], their scores [n] when they were kept.

    The compiler makes it while it generates native code (``take_selections_apart``); it is in no operation set.
    """

    centered: bool

    type = "SoftScores"
    opset = ""
    ports = ("boxes", "scores", "triples", "limits")
    required = 4
    variadic = False

    def infer(self, boxes: TensorType, scores: TensorType, triples: TensorType, limits: TensorType) -> TensorType:
        """See the class."""
        return TensorType(scores.dtype, (triples.shape[0],))


@lowers(SoftScores, kind="reduce")
def soft_scores(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because each score depends on the boxes before."""
    raise AssertionError("scores have a kernel of its own: no element is an expression of its inputs")
