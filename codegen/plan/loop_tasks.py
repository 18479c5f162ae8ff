"""The task of a loop: Loop, TensorIterator and whatever else is a Repetition."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.plan.bodies import Bodies
from dldt.codegen.plan.carry import matched
from dldt.codegen.plan.stages import defined_dims
from dldt.codegen.task.define import Define, Grown
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.repeat import Repeat
from dldt.codegen.task.store_dim import StoreDim
from dldt.codegen.task.task import Block, Copy, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.condition import Condition
from dldt.compiler.dims import DefinedDim, Dim, Symbol, minimum, minimum_of, product
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Node
from dldt.compiler.inference import LEAST
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, SliceInput
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.ops.slice import from_front
from dldt.compiler.substitute import substitute
from dldt.compiler.types import TensorType

_UNLIMITED = 2**62
"""More turns than any loop makes: what a negative trip count stands for."""


def repeat(maker: Bodies, node: Node, tasks: list[Task]) -> None:
    """The tasks before the loop, the loop, and those that find the dims of its results."""
    _LoopMaker(maker, node, tasks).run()


@attrs.define(eq=False)
class _Carried:
    """A tensor that lives from turn to turn. ``made`` is what a turn makes of it; ``first`` what it holds before the
    first one, None where that does not matter."""

    tensor: Tensor
    made: Tensor
    first: Tensor | None


class _LoopMaker:
    def __init__(self, maker: Bodies, node: Node, tasks: list[Task]) -> None:
        op, (body,) = node.op, node.bodies
        assert isinstance(op, Repetition)
        self.maker, self.node, self.tasks, self.op, self.body = maker, node, tasks, op, body
        values = [v for v in node.inputs if v is not None]
        self.types = [v.type for v in values]
        self.given = [maker.plain(maker.tensor(v), tasks, v.type.dtype) for v in values]
        self.before = set(maker.known)
        """The dims that are found before the loop."""
        self.prefix = f"{node.graph.name}:{node.id}."
        self.turn, self.count = self._symbol("turn"), self._symbol("turns")
        self.results: list[Tensor] = []
        self.scans: list[Tensor] = []
        self.carried: list[_Carried] = []
        self.start: list[Task] = []
        self.end: list[Task] = []
        self.after: list[Task] = []
        self.stage = MemoryStage()
        """The tensors of the body that depend on dims which change from turn to turn."""

    def run(self) -> None:
        """Add the tasks."""
        parameters = [self._parameter(k) for k in range(len(self.body.inputs))]
        trips, condition = self._trips(), self._condition()
        inner, self.results = self.maker.body(self.body, parameters)
        for port in self.op.carried:
            self.carried.append(_Carried(parameters[port.parameter], self.results[port.result], self.given[port.input]))
        for i, out in enumerate(self.op.output_map):
            value = self.node.outputs[i]
            made = self._scan(i, out, parameters) if isinstance(out, ConcatOutput) else self._last(i, out)
            self.maker.tensors[value] = made
        self._begin()
        self._carry()
        block = Block([*self.start, *inner, *self.end], tuple((c.made, c.tensor) for c in self.carried))
        again = None if self.op.body_condition is None else self.results[self.op.body_condition]
        held = (*(c.tensor for c in self.carried), *self.scans, *self.given)
        go = self._symbol("even"), self._symbol("odd")
        self.tasks.append(Repeat(block, trips, condition, again, self.turn, self.count, go, held))
        self.tasks += [*self.after, *self._settled()]

    def _settled(self) -> list[Task]:
        """Lay out what depends on dims that turns have found: they do not change any more."""
        found = {s for v in self.node.outputs for dim in v.type.shape for s in defined_dims(dim)}
        mine = {s for s in found if s.name.startswith(self.prefix)}
        left = sorted(mine - {s for task in self.after for s in task.defines}, key=str)
        return [Define(tuple((symbol, symbol.dim) for symbol in left), MemoryStage())] if left else []

    def _symbol(self, stem: str) -> Symbol:
        return DefinedDim(f"{self.prefix}{stem}", 0)

    def _parameter(self, position: int) -> Tensor:
        """The tensor of a Parameter of the body."""
        value = self.body.inputs[position]
        kind = attrs.evolve(value.type, value=None, constant=None)
        if position == self.op.current_iteration:
            made = Tensor(value.name, kind)
            self.start.append(StoreDim(self.turn.dim, made))
            return made
        port = next(port for port in self.op.input_map if port.parameter == position)
        given = self.given[port.input]
        if isinstance(port, SliceInput):
            size = product(kind.shape) * kind.dtype.size
            turn = self.turn.dim if port.stride > 0 else given.type.shape[0] - 1 - self.turn.dim
            return Tensor(value.name, kind, parent=given, shift=turn * size)
        if port in self.op.invariant:
            return given
        made = Tensor(value.name, kind)
        return self.maker.slot(made) if self._own_dims(given.type, kind) else made

    def _own_dims(self, given: TensorType, carried: TensorType) -> dict[Symbol, Dim]:
        """The dims that change from turn to turn."""
        return matched(zip(given.shape, carried.shape, strict=True), self.before)[0]

    def _equal(self, given: TensorType, taking: TensorType) -> tuple[tuple[int, Condition], ...]:
        """The conditions that all other dims are equal."""
        pairs = matched(zip(given.shape, taking.shape, strict=True), self.before)[1]
        return self.maker.equal(pairs, self.node)

    def _trips(self) -> Dim | None:
        """The most turns that may be made, None for any number."""
        slices = Repetition.limit(self.op, self.types)
        if self.op.trip_count is None:
            return slices
        t = self.types[self.op.trip_count]
        if t.value is not None:
            count = t.value[0]
        else:
            symbol = DefinedDim(f"{self.prefix}trips", LEAST)
            self.tasks.append(Define(((symbol, (self.given[self.op.trip_count], 0)),)))
            count = symbol.dim
        if isinstance(count, int) and count < 0:
            return slices
        if minimum_of(count) < 0:
            count = from_front(count, _UNLIMITED)
        return count if slices is None else minimum(count, slices)

    def _condition(self) -> Tensor | None:
        """The tensor that says whether there is a first turn, None where there is one."""
        if self.op.condition is None:
            return None
        known = self.types[self.op.condition].constant
        if known is not None and bool(np.all(known)):
            return None
        return self.given[self.op.condition]

    def _scan(self, i: int, port: ConcatOutput, parameters: Sequence[Tensor]) -> Tensor:
        """A result to which each turn adds a part."""
        value, part = self.node.outputs[i], self.results[port.result]
        whole = Tensor(value.name, attrs.evolve(value.type, value=None, constant=None))
        self.scans.append(whole)
        size = product(part.type.shape) * part.type.dtype.size
        turns = self.op.turns(self.types)
        turn: Dim = self.turn.dim
        if port.stride < 0 and turns is None:
            raise UnsupportedError(
                f"{self.node}: output {i} is filled from its end, but how many turns there are is only known behind "
                "the last one"
            )
        inner = defined_dims(size) - {s for t in self.types for d in t.shape for s in defined_dims(d)}
        rest = [TensorType(t.dtype, t.shape[1:]) for t in (part.type, whole.type)]
        same = Define((), conditions=self._equal(*rest))
        if same.conditions:
            (self.end if inner else self.tasks).append(same)
        if turns is None or inner:
            self.maker.slot(whole)
            found = self._own_dims(*rest)
            grown = Define(tuple(found.items()), grown=(Grown(whole, (turn + 1) * size, turn * size),))
            if found:
                self.tasks.append(Define(tuple((symbol, 0) for symbol in found)))
                later = minimum(turn, 1)  # in the first turn, any shape is right
                pairs = [(later * given, later * symbol.dim) for symbol, given in found.items()]
                self.end.append(Define((), conditions=self.maker.equal(pairs, self.node)))
            (self.end if inner else self.start).append(grown)
        else:
            turn = turn if port.stride > 0 or turns is None else turns - 1 - turn
        if not inner and self._fits(part, parameters):
            part.parent, part.shift = whole, turn * size
        else:
            self.end.append(Copy(Tensor(part.name, part.type, parent=whole, shift=turn * size), part))
        return whole

    def _fits(self, part: Tensor, parameters: Sequence[Tensor]) -> bool:
        """Whether the body can write the part where it belongs."""
        free = part.parent is None and part.place is None and part.constant is None and not part.layout.block
        return free and part not in parameters and part.base not in self.given and not part.layout.gap

    def _last(self, i: int, port: BodyOutput) -> Tensor:
        """What a turn hands to the next one, as the last turn left it."""
        value = self.node.outputs[i]
        kind = attrs.evolve(value.type, value=None, constant=None)
        known = next((c for c, p in zip(self.carried, self.op.carried, strict=False) if p.result == port.result), None)
        if known is not None:
            found, conditions = self._own_dims(known.tensor.type, kind), self._equal(known.tensor.type, kind)
            if found or conditions:
                self.after.append(Define(tuple(found.items()), MemoryStage(), conditions=conditions))
            return Tensor(value.name, kind, parent=known.tensor)
        made = Tensor(value.name, kind)
        result = self.results[port.result]
        own = self._own_dims(result.type, kind)
        if own:
            self.maker.slot(made)
            self.tasks.append(Define(tuple((symbol, 0) for symbol in own)))
        self.carried.append(_Carried(made, result, None))
        return made

    def _begin(self) -> None:
        """Give the carried values what they hold before the first turn."""
        for each in self.carried:
            if each.first is None:
                continue
            own, conditions = (
                self._own_dims(each.first.type, each.tensor.type),
                self._equal(each.first.type, each.tensor.type),
            )
            if own or conditions:
                grown = (Grown(each.tensor, each.tensor.bytes),) if own else ()
                self.tasks.append(Define(tuple(own.items()), self.stage if own else None, grown, conditions))
            self.tasks.append(Copy(each.tensor, each.first))

    def _carry(self) -> None:
        """Hand what the turn made to the next one. All new dims are found before any is replaced: what a turn made may
        have a shape that is written with the old ones."""
        changing = [c for c in self.carried if c.made is not c.tensor]
        bases = {c.tensor.base for c in self.carried}
        for each in changing:
            if each.made.base in bases:
                kept = Tensor(each.made.name, each.made.type)
                self.end.append(Copy(kept, each.made))
                each.made = kept
        old = [pair for c in changing for pair in self._own_dims(c.made.type, c.tensor.type).items()]
        following = {symbol: self._symbol(f"next.{k}") for k, symbol in enumerate(dict(old))}
        renamed = {symbol: new.dim for symbol, new in following.items()}
        conditions = [each for c in changing for each in self._equal(c.made.type, c.tensor.type)]
        if conditions:
            self.end.append(Define((), conditions=tuple(conditions)))
        if following:
            grown = tuple(
                Grown(c.tensor, substitute(c.tensor.bytes, renamed))
                for c in changing
                if self._own_dims(c.made.type, c.tensor.type)
            )
            self.end.append(Define(tuple((following[symbol], dim) for symbol, dim in dict(old).items()), grown=grown))
        for each in changing:
            shape = tuple(substitute(dim, renamed) for dim in each.tensor.type.shape)
            target = each.tensor
            if shape != target.type.shape:
                target = Tensor(target.name, attrs.evolve(target.type, shape=shape), parent=target)
            self.end.append(Copy(target, each.made))
        if following:
            self.end.append(Define(tuple((symbol, new.dim) for symbol, new in following.items()), self.stage))
