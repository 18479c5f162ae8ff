"""The loop over the parts of its inputs."""

from __future__ import annotations

from dldt.compiler.errors import InternalError, ShapeError
from dldt.compiler.op import op
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import Array, TensorType


@op("opset1")
class TensorIterator(Repetition):
    """One turn of the body for each part of the sliced inputs, in order; all of them have equally many parts"""

    def __attrs_post_init__(self) -> None:
        if not self.sliced:
            raise ShapeError("TensorIterator: no input is sliced, so nothing says how many turns there are")

    def infer(self, *inputs: TensorType) -> tuple[TensorType, ...]:
        return self.output_types(inputs)

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        raise InternalError("TensorIterator has no arithmetic of its own: compiler.interpret runs the body")
