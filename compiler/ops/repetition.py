"""What every loop has: a body that runs again and again, fed and read as its ports say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self, TypeVar

import attrs

from dldt.compiler.dims import DefinedDim, Dim, Symbol, maximum_of, minimum_of, symbols
from dldt.compiler.errors import InternalError, ShapeError, UnsupportedError
from dldt.compiler.inference import defined, same
from dldt.compiler.op import Op
from dldt.compiler.ops.axes import normal_axis
from dldt.compiler.ops.body import Body
from dldt.compiler.ops.body_ports import (
    BodyOutput,
    ConcatOutput,
    InputPort,
    InvariantInput,
    MergedInput,
    OutputPort,
    SliceInput,
    ports,
)
from dldt.compiler.shown import shown
from dldt.compiler.types import TensorType

_Port = TypeVar("_Port")


@attrs.frozen
class Repetition(Op):
    """Base of the loops. Code generation and the interpreter read these properties and know no class beside this one.

    Positions of inputs are those of the node; those of Parameters and Results are the body's. Every Parameter is fed by
    one port, or is the number of the turn. Output i is what ``output_map[i]`` says."""

    body: Body
    input_map: tuple[InputPort, ...] = attrs.field(converter=ports)
    output_map: tuple[OutputPort, ...] = attrs.field(converter=ports)

    @property
    def bodies(self) -> tuple[Any, ...]:
        return (self.body,)

    @property
    def carried(self) -> tuple[MergedInput, ...]:
        """The values that one turn hands to the next."""
        return self._inputs(MergedInput)

    @property
    def sliced(self) -> tuple[SliceInput, ...]:
        """The inputs of which each turn takes another part."""
        return self._inputs(SliceInput)

    @property
    def invariant(self) -> tuple[InvariantInput, ...]:
        """The inputs that every turn takes whole."""
        return self._inputs(InvariantInput)

    @property
    def last_values(self) -> tuple[tuple[int, BodyOutput], ...]:
        """The outputs that are a Result of the last turn, by position."""
        return tuple((i, port) for i, port in enumerate(self.output_map) if isinstance(port, BodyOutput))

    @property
    def scans(self) -> tuple[tuple[int, ConcatOutput], ...]:
        """The outputs to which each turn adds a part, by position."""
        return tuple((i, port) for i, port in enumerate(self.output_map) if isinstance(port, ConcatOutput))

    @property
    def trip_count(self) -> int | None:
        """The input that says how many turns there are at most (a negative number: no limit); None where the slices
        alone say it."""
        return None

    @property
    def condition(self) -> int | None:
        """The input that says whether there is a first turn; None where there always may be one."""
        return None

    @property
    def body_condition(self) -> int | None:
        """The Result that says whether there is another turn; None where it would always be true."""
        return None

    @property
    def current_iteration(self) -> int | None:
        """The Parameter that is the turn's number, from 0; None where the body does not ask for it."""
        return None

    def limit(self, inputs: Sequence[TensorType]) -> Dim | None:
        """How many turns there are at most, None where nothing says it."""
        counts = [port.turns(self._size(inputs, port)) for port in self.sliced]
        for count in counts[1:]:
            if not same(count, counts[0], "the number of parts of a sliced input"):
                raise ShapeError(f"{self.type}: one sliced input has {counts[0]} parts, another has {count}")
        return counts[0] if counts else None

    def turns(self, inputs: Sequence[TensorType]) -> Dim | None:
        """How many turns there are, None where this is found while they run."""
        return self.limit(inputs) if self.condition is None and self.body_condition is None else None

    def retyped(self, *inputs: TensorType | None) -> Self:
        """The loop for other input types. A carried value whose shape changes from turn to turn gets a Parameter with a
        DefinedDim where it does so."""
        given = self._given(inputs)
        body = self.body.copy()
        types = self.parameter_types(given, [value.type for value in body.inputs])
        rounds = 1 + sum(types[port.parameter].rank for port in self.carried)
        for _ in range(rounds):
            body.retype({value.node.name: t for value, t in zip(body.inputs, types, strict=True)})
            widened = self.widened(body, types)
            if widened == types:
                return attrs.evolve(self, body=body)
            types = widened
        raise InternalError(f"{self.type}: the shapes of the carried values of {shown(body.name)} do not settle")

    def parameter_types(self, inputs: Sequence[TensorType], own: Sequence[TensorType]) -> list[TensorType]:
        """The types of the Parameters in the first turn; ``own`` are those that they have, for the turn's number."""
        found = list(own)
        for port in self.input_map:
            if not 0 <= port.parameter < len(found):
                raise ShapeError(f"{self.type}: the body has no parameter {port.parameter}")
            found[port.parameter] = part_type(port, inputs)
        return found

    def widened(self, body: Body, types: Sequence[TensorType]) -> list[TensorType]:
        """``types`` with a DefinedDim wherever a carried value leaves a turn with another dim than it had."""
        found = list(types)
        for port in self.carried:
            parameter, result = body.inputs[port.parameter], body.output_values[port.result].type
            was, stem = found[port.parameter], f"{body.name}:{parameter.id}"
            self._check_kind(parameter.name, was, result)
            dims = [
                a if a == b or _is_own(a, body) else DefinedDim(f"{stem}.{axis}", 0).dim
                for axis, (a, b) in enumerate(zip(was.shape, result.shape, strict=True))
            ]
            found[port.parameter] = TensorType(was.dtype, tuple(dims))
        return found

    def output_types(self, inputs: Sequence[TensorType]) -> tuple[TensorType, ...]:
        """The types of the outputs, after a check of the ports and of the Parameters' types."""
        given = self._given(inputs)
        self._check_parameters(given)
        results = [value.type for value in self.body.output_values]
        known = {s for t in given for dim in t.shape for s in symbols(dim)}
        return tuple(self._output(i, port, given, results, known) for i, port in enumerate(self.output_map))

    def _inputs(self, kind: type[_Port]) -> tuple[_Port, ...]:
        return tuple(port for port in self.input_map if isinstance(port, kind))

    def _given(self, inputs: Sequence[TensorType | None]) -> list[TensorType]:
        given = [t for t in inputs if t is not None]
        if len(given) != len(inputs) or any(not 0 <= port.input < len(given) for port in self.input_map):
            raise ShapeError(f"{self.type}: {len(given)} inputs are given, its ports name others")
        return given

    def _size(self, inputs: Sequence[TensorType], port: SliceInput) -> Dim:
        shape = inputs[port.input].shape
        return shape[normal_axis(port.axis, len(shape), "a sliced input")]

    def _check_parameters(self, inputs: Sequence[TensorType]) -> None:
        parameters = self.body.inputs
        own = [value.type for value in parameters]
        fed = [port.parameter for port in self.input_map]
        fed += [] if self.current_iteration is None else [self.current_iteration]
        if sorted(fed) != list(range(len(parameters))):
            raise ShapeError(f"{self.type}: the body has {len(parameters)} parameters, the ports feed {sorted(fed)}")
        for port, result in self._results():
            if not 0 <= result < len(self.body.output_values):
                raise ShapeError(f"{self.type}: {port} names result {result}, which the body does not have")
        carried = {port.parameter: port for port in self.carried}
        first_turn = self.parameter_types(inputs, own)
        for index, (value, t, first) in enumerate(zip(parameters, own, first_turn, strict=True)):
            if index in carried:
                last = self.body.output_values[carried[index].result].type
                self._check_carried(value, first)
                self._check_carried(value, last)
            elif t != first and not self._are_known_equal(t, first):
                raise ShapeError(f"{self.type}: parameter {shown(value.name)} of the body is {t}, it is given {first}")

    def _are_known_equal(self, t: TensorType, given: TensorType) -> bool:
        """Whether the types are the same by what the body knows of its dims."""
        if t.dtype != given.dtype or t.rank != given.rank:
            return False
        return all(self.body.known(a) == self.body.known(b) for a, b in zip(t.shape, given.shape, strict=True))

    def _results(self) -> list[tuple[str, int]]:
        found = [("a carried value", port.result) for port in self.carried]
        return found + [(f"output {i}", port.result) for i, port in enumerate(self.output_map)]

    def _check_carried(self, value: Any, given: TensorType) -> None:
        t = _declared(value)
        self._check_kind(value.name, t, given)
        pairs = zip(t.shape, given.shape, strict=True)
        if any(not _is_own(a, self.body) and self.body.known(a) != self.body.known(b) for a, b in pairs):
            raise ShapeError(f"{self.type}: parameter {shown(value.name)} of the body is {t}, a turn gives it {given}")

    def _check_kind(self, name: str, t: TensorType, given: TensorType) -> None:
        if t.dtype != given.dtype or t.rank != given.rank:
            raise UnsupportedError(
                f"{self.type}: the carried value {shown(name)} is {t} before a turn and {given} behind it; its element "
                "type and its number of dims must stay the same"
            )

    def _output(
        self,
        index: int,
        port: OutputPort,
        inputs: Sequence[TensorType],
        results: Sequence[TensorType],
        known: set[Symbol],
    ) -> TensorType:
        t = results[port.result]
        if isinstance(port, BodyOutput):
            own = [_declared(self.body.inputs[c.parameter]) for c in self.carried if c.result == port.result]
            return self._outer(index, own[0] if own else t, known)
        axis = normal_axis(port.axis, t.rank, self.type)
        if t.shape[axis] != port.part_size:
            raise ShapeError(f"{self.type}: a scan output takes parts of {port.part_size}, the body gives {t}")
        if not port.is_whole:
            raise ShapeError(f"{self.type}: the parts of a scan output must be the whole of it: {port}")
        shape = self._outer(index, t, known).shape
        return TensorType(t.dtype, (*shape[:axis], self._made(inputs) * port.part_size, *shape[axis + 1 :]))

    def _made(self, inputs: Sequence[TensorType]) -> Dim:
        """How many turns there are, as a dim that the loop defines where it is found while they run."""
        turns = self.turns(inputs)
        if turns is not None:
            return turns
        limit = self.limit(inputs)
        bounded = limit is not None and not math.isinf(maximum_of(limit))
        return defined("turns", 0, int(maximum_of(limit)) if limit is not None and bounded else None)

    def _outer(self, index: int, t: TensorType, known: set[Symbol]) -> TensorType:
        """The type outside: what only the body knows becomes a dim that the loop defines."""
        return TensorType(t.dtype, tuple(self._outer_dim(f"{index}.{i}", d, known) for i, d in enumerate(t.shape)))

    def _outer_dim(self, where: str, dim: Dim, known: set[Symbol]) -> Dim:
        if not any(isinstance(s, DefinedDim) and s not in known for s in symbols(dim)):
            return dim
        low, high = minimum_of(dim), maximum_of(dim)
        return defined(where, int(max(low, 0)), None if math.isinf(high) else int(high))


def part_type(port: InputPort, inputs: Sequence[TensorType]) -> TensorType:
    """The type of the Parameter that ``port`` feeds, in the first turn."""
    t = inputs[port.input]
    if not isinstance(port, SliceInput):
        return TensorType(t.dtype, t.shape)
    axis = normal_axis(port.axis, t.rank, "a sliced input")
    return TensorType(t.dtype, (*t.shape[:axis], port.part_size, *t.shape[axis + 1 :]))


def _declared(parameter: Any) -> TensorType:
    """The type of a Parameter as it was declared, whatever the body knows of its dims: what is known there holds only
    while a turn runs."""
    return TensorType(parameter.op.element_type, parameter.op.shape)


def _is_own(dim: Dim, body: Body) -> bool:
    """Whether it is a DefinedDim of the body: one that a Parameter has because it changes from turn to turn."""
    return any(isinstance(s, DefinedDim) and s.name.startswith(f"{body.name}:") and dim == s.dim for s in symbols(dim))
