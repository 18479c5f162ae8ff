"""How the inputs and outputs of a loop and those of its body belong together, as OpenVINO describes it.

Every record names an input of the operation, a Parameter of the body or a Result of the body by its position.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from dldt.compiler.dims import Dim, floordiv, maximum
from dldt.compiler.errors import ShapeError


@attrs.frozen
class Slices:
    """The parts of a tensor along ``axis`` (counted from the front), one a turn: each ``part_size`` long, ``stride``
    after the one before. They lie between the indices ``start`` and ``end``, both included, which count from the back
    where they are negative. A negative stride walks from the back to the front; inside a part nothing is turned
    round."""

    axis: int = attrs.field(default=0, converter=int)
    start: int = attrs.field(default=0, converter=int)
    stride: int = attrs.field(default=1, converter=int)
    part_size: int = attrs.field(default=1, converter=int)
    end: int = attrs.field(default=-1, converter=int)

    def __attrs_post_init__(self) -> None:
        if self.part_size < 1 or self.stride == 0 or self.axis < 0:
            raise ShapeError(
                f"slices of size {self.part_size} with stride {self.stride} along axis {self.axis} are not possible"
            )

    @property
    def is_whole(self) -> bool:
        """Whether the parts are the whole tensor, one after the other, forward or backward."""
        ends = (0, -1) if self.stride > 0 else (-1, 0)
        return (self.start, self.end) == ends and abs(self.stride) == self.part_size

    def turns(self, size: Dim) -> Dim:
        """How many parts there are along an axis of ``size``."""
        first, last = (x if x >= 0 else size + x for x in (self.start, self.end))
        length = last - first + 1 if self.stride > 0 else first - last + 1
        return maximum(floordiv(length - self.part_size, abs(self.stride)) + 1, 0)

    def place(self, turn: int, size: int) -> slice:
        """Where the part of a turn lies along an axis of ``size``."""
        start = self.start if self.start >= 0 else size + self.start
        low = start + turn * self.stride - (0 if self.stride > 0 else self.part_size - 1)
        return slice(low, low + self.part_size)


@attrs.frozen
class SliceInput(Slices):
    """Parameter ``parameter`` of the body takes another part of input ``input`` in every turn."""

    input: int = attrs.field(kw_only=True, converter=int)
    parameter: int = attrs.field(kw_only=True, converter=int)


@attrs.frozen
class MergedInput:
    """A carried value: the Parameter takes the input in the first turn, and then what Result ``result`` of the turn
    before was (the back edge)."""

    input: int = attrs.field(converter=int)
    parameter: int = attrs.field(converter=int)
    result: int = attrs.field(converter=int)


@attrs.frozen
class InvariantInput:
    """The Parameter takes the input in every turn."""

    input: int = attrs.field(converter=int)
    parameter: int = attrs.field(converter=int)


@attrs.frozen
class BodyOutput:
    """The output is the Result of the last turn; where there was none, the value that is carried to that Result."""

    result: int = attrs.field(converter=int)


@attrs.frozen
class ConcatOutput(Slices):
    """The output has the Results of all turns as its parts (a scan output)."""

    result: int = attrs.field(kw_only=True, converter=int)


InputPort: TypeAlias = SliceInput | MergedInput | InvariantInput
OutputPort: TypeAlias = BodyOutput | ConcatOutput

PORTS = (SliceInput, MergedInput, InvariantInput, BodyOutput, ConcatOutput)
"""The classes of ports."""

KINDS: dict[str, Callable[..., Any]] = {
    "slice": lambda input, parameter, *rest: SliceInput(*rest, input=input, parameter=parameter),
    "merged": MergedInput,
    "invariant": InvariantInput,
    "last": BodyOutput,
    "concat": lambda result, *rest: ConcatOutput(*rest, result=result),
}
"""The word for each kind of port in the text form of a graph → the record of the numbers behind it."""


def port_tuple(port: InputPort | OutputPort) -> tuple[str | int, ...]:
    """A port in the text form: its kind, what it connects, and where its parts lie."""
    if isinstance(port, SliceInput):
        return "slice", port.input, port.parameter, port.axis, port.start, port.stride, port.part_size, port.end
    if isinstance(port, ConcatOutput):
        return "concat", port.result, port.axis, port.start, port.stride, port.part_size, port.end
    if isinstance(port, MergedInput):
        return "merged", port.input, port.parameter, port.result
    return ("invariant", port.input, port.parameter) if isinstance(port, InvariantInput) else ("last", port.result)


def ports(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Ports as records; each may be given as ``port_tuple`` spells it."""
    return tuple(KINDS[port[0]](*port[1:]) if isinstance(port, tuple) else port for port in given)
