"""The loop with a trip count and a condition."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.dims import Dim, minimum, minimum_of
from dldt.compiler.errors import InternalError, ShapeError
from dldt.compiler.op import op
from dldt.compiler.ops.logical import require_boolean
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import Array, TensorType


@op("opset5")
class Loop(Repetition):
    """for turn in range(trip_count): stop unless the condition holds, which is ``execution_condition`` at first and
    then what Result ``condition_result`` of the turn before was. A negative trip count is no limit. Parameter
    ``iteration_parameter`` is the turn's number."""

    condition_result: int = attrs.field(converter=int)
    iteration_parameter: int | None = None

    @property
    def trip_count(self) -> int | None:
        return 0

    @property
    def condition(self) -> int | None:
        return 1

    @property
    def body_condition(self) -> int | None:
        known = self.body.output_values[self.condition_result].constant
        return None if known is not None and np.all(known) else self.condition_result

    @property
    def current_iteration(self) -> int | None:
        return self.iteration_parameter

    def limit(self, inputs: Sequence[TensorType]) -> Dim | None:
        start = inputs[1].constant
        if start is not None and not np.all(start):
            return 0
        slices, own = super().limit(inputs), self._count(inputs)
        return own if slices is None else slices if own is None else minimum(own, slices)

    def turns(self, inputs: Sequence[TensorType]) -> Dim | None:
        limit, count = self.limit(inputs), inputs[0].value
        if limit == 0:
            return 0
        stops = self.body_condition is not None or inputs[1].constant is None
        known = self._count(inputs) is not None or (count is not None and isinstance(count[0], int))
        return None if stops or not known else limit

    def _count(self, inputs: Sequence[TensorType]) -> Dim | None:
        """The trip count, None where it is not known or may be negative: no limit."""
        count = inputs[0].value
        return None if count is None or minimum_of(count[0]) < 0 else count[0]

    def infer(
        self, trip_count: TensorType, execution_condition: TensorType, *inputs: TensorType
    ) -> tuple[TensorType, ...]:
        if trip_count.dtype.is_float or trip_count.elements != 1:
            raise ShapeError(f"Loop: trip_count must be one integer, got {trip_count}")
        self._check_condition(execution_condition, "execution_condition")
        if not 0 <= self.condition_result < len(self.body.output_values):
            raise ShapeError(f"Loop: the condition is result {self.condition_result}, which the body does not have")
        self._check_condition(self.body.output_values[self.condition_result].type, "the body's condition")
        return self.output_types((trip_count, execution_condition, *inputs))

    def evaluate(self, trip_count: Array, execution_condition: Array, *inputs: Array) -> tuple[Array, ...]:
        raise InternalError("Loop has no arithmetic of its own: compiler.interpret runs the body")

    def _check_condition(self, t: TensorType, what: str) -> None:
        require_boolean(t, what, self.type)
        if t.elements != 1:
            raise ShapeError(f"Loop: {what} must hold one element, got {t}")
