"""Slices with a start, a stop and a step an axis."""

from __future__ import annotations

from dldt.compiler.dims import Dim, ceildiv, maximum, maximum_of, minimum, minimum_of
from dldt.compiler.errors import ShapeError, UndecidedShapeError
from dldt.compiler.inference import is_found
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dims, known_ints, normal_axes, require_integer
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@op("opset8", traits=Trait.SLICE)
class Slice(Op):
    """y = x[start:stop:step] along ``axes`` (all axes in order where left out), as in Python"""

    shape_values = True

    def infer(
        self, data: TensorType, start: TensorType, stop: TensorType, step: TensorType, axes: TensorType | None = None
    ) -> TensorType:
        starts, stops = known_dims(start, "start", self.type), known_dims(stop, "stop", self.type)
        steps = known_ints(step, "step", self.type)
        if axes is None:
            along = tuple(range(len(starts)))
        else:
            require_integer(axes, "axes", self.type)
            along = known_ints(axes, "axes", self.type)
        along = normal_axes(along, data.rank, self.type)
        if not len(starts) == len(stops) == len(steps) == len(along):
            raise ShapeError(
                f"Slice: start, stop, step and axes have {len(starts)}, {len(stops)}, {len(steps)} and {len(along)} "
                f"elements, they must have equally many"
            )
        shape = list(data.shape)
        for axis, first, last, by in zip(along, starts, stops, steps, strict=True):
            shape[axis] = slice_length(shape[axis], first, last, by, self.type)
        return TensorType(data.dtype, tuple(shape))

    def evaluate(self, data: Array, start: Array, stop: Array, step: Array, axes: Array | None = None) -> Array:
        index = [slice(None)] * data.ndim
        along = range(start.size) if axes is None else axes.ravel()
        for axis, first, last, by in zip(along, start.ravel(), stop.ravel(), step.ravel(), strict=True):
            index[int(axis)] = python_slice(int(first), int(last), int(by))
        return data[tuple(index)]


FAR = 10**9
"""Frameworks write such bounds for "to the end": no free dimension is taken to reach that far."""


def python_slice(start: int | None, stop: int, step: int) -> slice:
    """The Python slice; going down, a stop below every index means through the first element."""
    return slice(start, None if step < 0 and stop < -(2**31) else stop, step)


def slice_length(size: Dim, start: Dim, stop: Dim, step: int, what: str) -> Dim:
    """How many elements ``[start:stop:step]`` takes of ``size``; negative positions count from the end."""
    if step == 0:
        raise ShapeError(f"{what}: the step is 0")
    if step > 0:
        first, last = _clamp(start, size, 0, size, what), _clamp(stop, size, 0, size, what)
        return maximum(ceildiv(last - first, step), 0)
    first, last = _clamp(start, size, -1, size - 1, what), _clamp(stop, size, -1, size - 1, what)
    return maximum(ceildiv(first - last, -step), 0)


def from_front(position: Dim, size: Dim) -> Dim:
    """The position counted from the front, where only the data tell whether it is negative."""
    negative = minimum(maximum(-1 * position, 0), 1)
    return position + negative * size


def _clamp(position: Dim, size: Dim, low: Dim, high: Dim, what: str) -> Dim:
    if isinstance(position, int) and not isinstance(size, int) and abs(position) >= FAR:
        return high if position > 0 else low
    if maximum_of(position) < 0:
        return maximum(position + size, low)
    if is_found(position) and minimum_of(position) < 0:
        return minimum(maximum(from_front(position, size), low), high)
    if minimum_of(position) < 0:
        raise UndecidedShapeError(
            f"{what}: cannot tell at compile time whether the bound {position} counts from the end"
        )
    return minimum(position, high)
