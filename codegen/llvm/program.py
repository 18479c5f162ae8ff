"""The program: one LLVM function that every thread runs from the first kernel to the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

import attrs

from dldt.codegen.llvm.bind_sizes import bind_sizes
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.divided import WorkLoad, depends_on, loaded, runs
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.magnitude import magnitude
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.llvm.step import Call, ProgramStep
from dldt.codegen.target import Target
from dldt.compiler.condition import Condition
from dldt.compiler.dims import DefinedDim, Dim, NamedSize, Symbol, ceildiv, symbols
from dldt.compiler.named_sizes import written_symbols
from dldt.compiler.types import Shape
from dldt.runtime.abi import CONDITION, NO_MEMORY, REQUEST, SLOT

_BROKEN = {"eq": "ne", "le": "gt", "ge": "lt", "broadcast": "ne"}
"""The comparison that is true where a condition does not hold, but for dims that broadcast: of those, none is 1."""

LARGEST = 2**62
"""Bytes that no host has."""

_INPUTS, _OUTPUTS, _ARENA = map(REQUEST.offset, ("inputs", "outputs", "arena"))
_DIMS, _PROFILE = map(REQUEST.offset, ("dims", "profile"))
_SLOTS, _OUTPUT_DIMS, _DETAIL = map(REQUEST.offset, ("slots", "output_dims", "detail"))
_STATES = REQUEST.offset("states")
_DIVIDED = Ir("ptr", "%divided")
_BARRIERS = 4
"""So many barriers' time must the work have for which a loop meets in every turn: half is saved, two are added."""
_STOP, _CANCEL, _DEADLINE = map(REQUEST.offset, ("stop", "cancel", "deadline"))


@attrs.frozen
class ProgramOutput:
    """An output of the model: its shape, and its place if its shape is found while the model runs."""

    shape: Shape
    place: Place | None = None


@attrs.frozen
class ProgramFrame:
    """What the program's steps run in. ``free`` are the free dims in the order in which the host passes them; behind
    them the dims ``found`` at run time have their words. The arena takes ``arena`` bytes; after it, each thread has
    ``scratch`` bytes of its own (a multiple of 64). Where one of ``conditions``, each with its number, does not hold,
    the arena's size is -1, and the host must not run the model."""

    free: Sequence[Symbol]
    arena: Dim
    outputs: Sequence[ProgramOutput]
    found: Sequence[Symbol] = ()
    scratch: int = 0
    conditions: Sequence[tuple[int, Condition]] = ()
    fixed: Mapping[Symbol, int] = attrs.field(factory=dict)
    """The sizes of free dims that the program is made for: it runs for no others."""
    suffix: str = ""
    """The end of the names of its functions."""
    numbered: int = 0
    """How many conditions other programs have before its own."""


def program_module(steps: Sequence[ProgramStep], frame: ProgramFrame, target: Target) -> str:
    """The module with ``dldt_main``, ``dldt_arena_size``, ``dldt_output_shapes`` and ``dldt_work``."""
    b = Builder(target)
    _ProgramWriter(b, frame).main(steps)
    _arena_size(b, frame)
    _output_shapes(b, frame)
    _work(b, frame, steps)
    return b.text(f"dldt.program{frame.suffix}")


class _ProgramWriter:
    def __init__(self, builder: Builder, frame: ProgramFrame) -> None:
        self.b, self.frame = builder, frame
        self.words = {symbol: len(frame.free) + k for k, symbol in enumerate(frame.found)}
        self.alone = False
        """Whether only the first thread runs the code that is being written."""
        self.end = ""
        """The block that follows on that code."""
        self.together: Ir | None = None
        """Whether the threads share the step that is being written, where this is chosen when the model runs."""
        self.divided = 0
        """The most steps among which such a choice is made."""
        self.emitter = ExpressionEmitter(builder, {}, 0)
        self.scope = Scope({})

    def main(self, steps: Sequence[ProgramStep]) -> None:
        """Write the function that every thread runs."""
        b, scratch = self.b, self.frame.scratch
        b.declare("dldt_weights", "@dldt_weights = external hidden global i8, align 64")
        b.declare("dldt_meet", "declare hidden i1 @dldt_meet(ptr, i32, i32, ptr)")
        b.declare("dldt_begin", "declare hidden void @dldt_begin(ptr)")
        b.declare("dldt_end", "declare hidden void @dldt_end(ptr, i64)")
        parameters = [("ptr", "request"), ("i32", "tid"), ("i32", "threads")]
        with b.function(f"dldt_main{self.frame.suffix}", parameters) as (request, tid, threads):
            self.request, self.tid, self.threads = request, tid, threads
            self.tid64, self.threads64 = b.convert(tid, "i64"), b.convert(threads, "i64")
            self.first = b.compare("eq", tid, b.const("i32", 0))
            self.inputs, self.outputs = self._field(_INPUTS), self._field(_OUTPUTS)
            self.arena = self._field(_ARENA)
            self.met = b.emit("ptr", "alloca i32, align 4")
            b.store(b.const("i32", 0), self.met, 4)
            self.watch = b.emit("ptr", "alloca [2 x ptr], align 8")
            b.store(b.select(self.first, self._field(_PROFILE), Ir("ptr", "null")), self.watch, 8)
            self.dims = self._field(_DIMS)
            for k, name in enumerate(self.frame.free):
                self.scope.symbols[name] = b.load("i64", b.gep(self.dims, b.index(8 * k)), 8)
            b.end_opening()
            arena = ceildiv(self.frame.arena, 64) * 64
            end = self.value(arena) if scratch else b.index(0)
            self.scratch = b.gep(self.arena, b.add(end, b.mul(self.tid64, b.index(scratch))))
            self.steps(steps)
            if self.words:
                self._answer(self.frame.outputs)
            if self.divided:
                with b.opening():
                    b.line(f"{_DIVIDED.name} = alloca [{self.divided} x i64], align 8")

    def _field(self, offset: int) -> Ir:
        return self.b.load("ptr", self.b.gep(self.request, self.b.index(offset)), 8)

    def steps(self, steps: Sequence[ProgramStep]) -> None:
        """The first thread runs steps that are not shared. A barrier stands wherever work passes between it and the
        others. Where sizes that are not known yet tell whether it does, ``dldt_divide`` chooses when the model runs."""
        if self.alone:
            for step in steps:
                step.write(self)
            return
        alike = [list(run) for _, run in groupby(steps, key=lambda step: step.shared)]
        parts = [part for run in alike for part in ([[step] for step in run] if run[0].shared else [run])]
        if self.together is not None:
            self._share_all(parts, self.together)
            return
        loads = loaded([[step.load for step in part] for part in parts])
        divided, first, end = runs(loads), 0, 0
        before: Ir | None = None
        for number, part in enumerate(parts):
            own = self._is_shared(number - first) if first < number < end else None
            if number:
                self._meet_if(None if own is None or before is None else self.b.binary("or", before, own))
            if number in divided:
                first, end = number, divided[number]
                self._divide(loads[first:end])
                own = self._is_shared(0)
            self.together = before = own
            self._part(part)
            self.together = None

    def _part(self, part: Sequence[ProgramStep]) -> None:
        """A shared step, or several that are not."""
        if part[0].shared:
            part[0].write(self)
            return
        with self.first_alone():
            for step in part:
                step.write(self)

    def _share_all(self, parts: Sequence[Sequence[ProgramStep]], together: Ir) -> None:
        """The parts of a step that threads share or not as a whole."""
        for number, part in enumerate(parts):
            if number:
                self._meet_if(together)
            self._part(part)

    def _meet_if(self, needed: Ir | None) -> None:
        """A barrier where it is needed; None: always."""
        if needed is None:
            self.meet()
            return
        with self.b.when(needed):
            self.meet()

    def _divide(self, loads: Sequence[WorkLoad | None]) -> None:
        """Choose which of the loads are shared."""
        b = self.b
        for number, load in enumerate(each for each in loads if each is not None):
            work = self.value(load.work)
            alone = b.sub(b.index(0), work)
            given = b.select(b.compare("gt", self.value(load.extent), b.index(1)), work, alone)
            b.store(given, b.gep(_DIVIDED, b.index(8 * number)), 8)
        self.divided = max(self.divided, len(loads))
        b.declare("dldt_divide", "declare hidden void @dldt_divide(ptr, i64, i32)")
        b.line(f"call void @dldt_divide({_DIVIDED}, {b.index(len(loads))}, {self.threads})")

    def _is_shared(self, number: int) -> Ir:
        chosen = self.b.load("i64", self.b.gep(_DIVIDED, self.b.index(8 * number)), 8)
        return self.b.compare("ne", chosen, self.b.index(0))

    def worth_sharing(self, steps: Sequence[ProgramStep]) -> Ir | None:
        """See ProgramWriter."""
        b, loads = self.b, [load for step in steps for load in step.loads()]
        known = [load for load in loads if load is not None and depends_on(load) <= set(self.frame.free)]
        if self.alone or len(known) < len(loads) or all(load.is_known for load in known):
            return None
        worth, least = b.const("i1", 0), b.index(_BARRIERS * b.target.cpu.fit.meeting)
        for load in known:
            large = b.compare("ge", self.value(load.work), least)
            several = b.compare("gt", self.value(load.extent), b.index(1))
            worth = b.binary("or", worth, b.binary("and", large, several))
        return worth

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """See ProgramWriter."""
        if self.alone:
            yield
            return
        b = self.b
        then, self.end = b.label("first"), b.label("rest")
        b.line(f"br i1 {self.first.name}, label %{then}, label %{self.end}")
        b.start_block(then)
        self.alone = True
        yield
        self.alone = False
        b.line(f"br label %{self.end}")
        b.start_block(self.end)

    def meet(self) -> None:
        """See ProgramWriter."""
        b = self.b
        if self.alone:
            self._stop_if_interrupted()
            return
        leave, on = b.label("leave"), b.label("on")
        stopped = b.emit("i1", f"call i1 @dldt_meet({self.request}, {self.tid}, {self.threads}, {self.met})")
        b.line(f"br i1 {stopped.name}, label %{leave}, label %{on}")
        b.start_block(leave)
        b.line("ret void")
        b.start_block(on)

    def _stop_word(self) -> Ir:
        """The word in which the first thread says before a barrier that the run ends there; see ``dldt_meet``."""
        b = self.b
        odd = b.binary("and", b.load("i32", self.met, 4), b.const("i32", 1))
        return b.gep(b.gep(self.request, b.index(_STOP)), b.mul(b.convert(odd, "i64"), b.index(4)))

    def _stop_if_interrupted(self) -> None:
        b = self.b
        cancel = b.load("i32", b.gep(self.request, b.index(_CANCEL)), 4)
        deadline = b.load("i64", b.gep(self.request, b.index(_DEADLINE)), 8)
        asked = b.binary("or", b.emit("i64", f"zext {cancel} to i64"), deadline)
        with b.when(b.compare("ne", asked, b.index(0))):
            b.declare("dldt_interrupted", "declare hidden i32 @dldt_interrupted(ptr)")
            why = b.emit("i32", f"call i32 @dldt_interrupted({self.request})")
            self._end_if(b.compare("ne", why, b.const("i32", 0)), why)

    def _end_if(self, condition: Ir, why: Ir, *detail: Ir) -> None:
        """Where the condition holds, the run ends at the next barrier, and the first thread does nothing until then."""
        b = self.b
        with b.when(condition):
            b.store(why, self._stop_word(), 4)
            for number, value in enumerate(detail):
                b.store(value, b.gep(self.request, b.index(_DETAIL + 8 * number)), 8)
            b.line(f"br label %{self.end}")
            b.start_block(b.label("unreached"))

    def value(self, dim: Dim) -> Ir:
        """See ProgramWriter."""
        return self.emitter.dim(dim, self._known(written_symbols(dim)))

    def _known(self, wanted: Iterable[Symbol]) -> Scope:
        """The scope with the dims in ``wanted``. One that is found at run time is read where it is used."""
        scope = self.scope.inner()
        for symbol in wanted:
            self._bind(symbol, scope)
        return scope

    def _bind(self, symbol: Symbol, scope: Scope) -> None:
        if symbol in scope.symbols:
            return
        if not isinstance(symbol, NamedSize):
            scope.symbols[symbol] = self.b.load("i64", self._word(symbol), 8)
            return
        sources = symbols(symbol.dim)
        if sources <= set(self.frame.free):
            self._compute_first(symbol)
            scope.symbols[symbol] = self.scope.symbols[symbol]
            return
        for source in sorted(sources, key=str):
            self._bind(source, scope)
        bind_sizes([symbol.dim], scope, self.emitter)

    def _compute_first(self, size: NamedSize) -> None:
        """Compute a size of free dims where the function begins, for all its steps."""
        with self.b.opening():
            bind_sizes([size.dim], self.scope, self.emitter)

    def _word(self, symbol: Symbol) -> Ir:
        return self.b.gep(self.dims, self.b.index(8 * self.words[symbol]))

    def define(self, symbol: Symbol, value: Ir) -> None:
        """See ProgramWriter."""
        self.b.store(value, self._word(symbol), 8)

    @contextmanager
    def bound(self, symbol: Symbol, value: Ir) -> Iterator[None]:
        """See ProgramWriter."""
        self.scope.symbols[symbol] = value
        yield
        del self.scope.symbols[symbol]

    def ensure(self, slot: int, size: Dim, kept: Dim) -> None:
        """See ProgramWriter. Sizes that data ask for may be too large for integers: no host gives so much."""
        b = self.b
        bytes = _sane(b, size, self.value(size), lambda symbol: self.value(symbol.dim))
        b.declare("dldt_grow", "declare hidden i1 @dldt_grow(ptr, i32, i64, i64)")
        given = b.emit("i1", f"call i1 @dldt_grow({self.request}, i32 {slot}, {bytes}, {self.value(kept)})")
        refused = b.binary("xor", given, b.const("i1", 1))
        self._end_if(refused, b.const("i32", NO_MEMORY), b.index(slot), bytes)

    def require(self, number: int, condition: Condition) -> None:
        """See ProgramWriter."""
        b = self.b
        left, right = self.value(condition.left), self.value(condition.right)
        wrong = _is_broken(b, condition, left, right)
        self._end_if(wrong, b.const("i32", CONDITION), b.index(self.frame.numbered + number), left, right)

    def _slot(self, index: int) -> Ir:
        slots = self._field(_SLOTS)
        return self.b.load("ptr", self.b.gep(slots, self.b.index(SLOT.size * index)), 8)

    def _answer(self, outputs: Sequence[ProgramOutput]) -> None:
        """Tell the host the shapes of all outputs, and where those lie whose shape was found."""
        b = self.b
        self.meet()
        with self.first_alone():
            table = self._field(_OUTPUT_DIMS)
            with b.when(b.compare("ne", table, Ir("ptr", "null"))):
                for k, dim in enumerate(dim for output in outputs for dim in output.shape):
                    b.store(self.value(dim), b.gep(table, b.index(8 * k)), 8)
            for k, output in enumerate(outputs):
                if output.place is not None:
                    b.store(self.address(output.place), b.gep(self.outputs, b.index(8 * k)), 8)

    def whole(self, extent: Dim) -> tuple[Ir, Ir]:
        """See ProgramWriter."""
        return self.b.index(0), self.value(extent)

    def holds(self, condition: Place) -> Ir:
        """See ProgramWriter."""
        byte = self.b.load("i8", self.address(condition), 1)
        return self.b.compare("ne", byte, self.b.const("i8", 0))

    def share(self, extent: Dim) -> tuple[Ir, Ir]:
        """See ProgramWriter."""
        if self.alone:
            return self.whole(extent)
        b = self.b
        size = self.value(extent)
        low = self._share(size, self.tid64)
        high = self._share(size, b.add(self.tid64, b.index(1)))
        if self.together is None:
            return low, high
        alone = b.select(self.first, b.index(0), size)
        return b.select(self.together, low, alone), b.select(self.together, high, size)

    def _share(self, extent: Ir, index: Ir) -> Ir:
        return self.b.binary("udiv", self.b.mul(extent, index), self.threads64)

    def call(self, call: Call, low: Ir, high: Ir, line_buffers: Sequence[Ir] = ()) -> None:
        """If the request asks for a profile, the first thread adds the ticks that the call took to it."""
        # Functions look whether it does: a branch round each call would cost LLVM most of its time.
        self.b.line(f"call void @dldt_begin({self.watch})")
        self._invoke(call, low, high, line_buffers)
        self.b.line(f"call void @dldt_end({self.watch}, {self.b.index(call.slot)})")

    def _invoke(self, call: Call, low: Ir, high: Ir, line_buffers: Sequence[Ir]) -> None:
        operands = [self.address(place, line_buffers) for place in call.operands]
        known = self._known(call.symbols).symbols
        dims = [known[name] for name in call.symbols]
        arguments = [*operands, *dims, low, high]
        kinds = ", ".join(a.type for a in arguments)
        self.b.declare(call.function, f"declare hidden void @{call.function}({kinds})")
        self.b.line(f"call void @{call.function}({', '.join(map(str, arguments))})")

    def address(self, place: Place, line_buffers: Sequence[Ir] = ()) -> Ir:
        """See ProgramWriter."""
        offset = self.value(place.offset)
        if place.kind == "slot":
            return self.b.gep(self._slot(place.index), offset)
        if place.kind == "states":
            return self.b.gep(self._field(_STATES), offset)
        if place.kind == "arena":
            return self.b.gep(self.arena, offset)
        if place.kind == "scratch":
            return self.b.gep(self.scratch, offset)
        if place.kind == "line buffer":
            return self.b.emit("ptr", f"getelementptr i8, {self.scratch}, {line_buffers[place.index]}")
        if place.kind == "weights":
            return self.b.gep(Ir("ptr", "@dldt_weights"), offset)
        table = self.inputs if place.kind == "input" else self.outputs
        return self.b.gep(self.b.load("ptr", self.b.gep(table, self.b.index(8 * place.index)), 8), offset)


def _is_broken(b: Builder, condition: Condition, left: Ir, right: Ir) -> Ir:
    wrong = b.compare(_BROKEN[condition.relation], left, right)
    for side in (left, right) if condition.relation == "broadcast" else ():
        wrong = b.binary("and", wrong, b.compare("ne", side, b.index(1)))
    return wrong


def _sane(b: Builder, size: Dim, bytes: Ir, value: Callable[[Symbol], Ir]) -> Ir:
    """The bytes of a size, or ``LARGEST`` where they are more than integers hold. ``value`` gives a symbol's."""
    if isinstance(size, int):
        return bytes
    wide = magnitude(b, size, value)
    return b.select(b.compare("lt", wide, b.const("double", float(LARGEST))), bytes, b.index(LARGEST))


def _arena_size(b: Builder, frame: ProgramFrame) -> None:
    name = f"dldt_arena_size{frame.suffix}"
    with b.function(name, [("ptr", "dims"), ("ptr", "detail")], returns="i64") as (dims, detail):
        scope, emitter = _symbols(b, dims, frame.free), ExpressionEmitter(b, {}, 0)
        bind_sizes([frame.arena, *(d for _, c in frame.conditions for d in (c.left, c.right))], scope, emitter)
        broken = b.index(-1)
        for own, condition in frame.conditions:
            number = frame.numbered + own
            left, right = emitter.dim(condition.left, scope), emitter.dim(condition.right, scope)
            wrong = _is_broken(b, condition, left, right)
            first = b.binary("and", wrong, b.compare("eq", broken, b.index(-1)))
            with b.when(b.binary("and", first, b.compare("ne", detail, Ir("ptr", "null")))):
                for k, value in enumerate((b.index(number), left, right)):
                    b.store(value, b.gep(detail, b.index(8 * k)), 8)
            broken = b.select(first, b.index(number), broken)
        size = _sane(b, frame.arena, emitter.dim(frame.arena, scope), scope.symbols.__getitem__)
        b.give(b.select(b.compare("eq", broken, b.index(-1)), size, b.index(-1)))


def _output_shapes(b: Builder, frame: ProgramFrame) -> None:
    """The dims of all outputs, as far as they follow from the free dims; -1 for those that are found at run time."""
    with b.function(f"dldt_output_shapes{frame.suffix}", [("ptr", "dims"), ("ptr", "shapes")]) as (dims, shapes):
        scope, emitter, found = _symbols(b, dims, frame.free), ExpressionEmitter(b, {}, 0), set(frame.found)
        shown = [dim for output in frame.outputs for dim in output.shape]
        bind_sizes([dim for dim in shown if not symbols(dim) & found], scope, emitter)
        for k, dim in enumerate(shown):
            value = b.index(-1) if symbols(dim) & found else emitter.dim(dim, scope)
            b.store(value, b.gep(shapes, b.index(8 * k)), 8)


def _work(b: Builder, frame: ProgramFrame, steps: Sequence[ProgramStep]) -> None:
    """The scalar operations of all kernels that threads may share."""
    with b.function(f"dldt_work{frame.suffix}", [("ptr", "dims")], returns="i64") as (dims,):
        scope, emitter = _symbols(b, dims, frame.free), ExpressionEmitter(b, {}, 0)
        work = shared_work(steps, b.target)
        bind_sizes([work], scope, emitter)
        b.give(emitter.dim(work, scope))


def shared_work(steps: Sequence[ProgramStep], target: Target) -> Dim:
    """Scalar operations of the kernels that threads may share; where the number is unknown, enough to wake the
    threads."""
    total: Dim = 0
    for step in steps:
        for work in step.shared_work():
            known = work is not None and not any(isinstance(symbol, DefinedDim) for symbol in symbols(work))
            total = total + (work if known and work is not None else target.cpu.fit.team_work)
    return total


def _symbols(b: Builder, dims: Ir, names: Sequence[Symbol]) -> Scope:
    return Scope({name: b.load("i64", b.gep(dims, b.index(8 * k)), 8) for k, name in enumerate(names)})
