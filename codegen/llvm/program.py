"""The program: one LLVM function that every thread runs from the first kernel to the last."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeAlias

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.llvm.step import Call, ProgramStep
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim, Poly, Symbol, ceildiv
from dldt.compiler.types import Shape
from dldt.runtime.abi import REQUEST

Least: TypeAlias = tuple[tuple[Poly, int], ...]
"""Dims, each with the smallest size that it may have."""

_INPUTS, _OUTPUTS, _ARENA = map(REQUEST.offset, ("inputs", "outputs", "arena"))
_SYMBOLS, _TEAM, _PROFILE = map(REQUEST.offset, ("symbols", "team", "profile"))


def program_module(
    steps: Sequence[ProgramStep],
    names: Sequence[Symbol],
    arena: Dim,
    outputs: Sequence[Shape],
    target: Target,
    scratch: int = 0,
    least: Least = (),
) -> str:
    """The module with ``dldt_main``, ``dldt_arena_size`` and ``dldt_output_shapes``. ``names`` are the run-time dims in
    the order in which the host passes them. After the arena, each thread has ``scratch`` bytes of its own (a multiple
    of 64). Where a dim of ``least`` is too small, the arena's size is -1, and the host must not run the model."""
    b = Builder(target)
    _ProgramWriter(b, names).main(steps, ceildiv(arena, 64) * 64, scratch)
    _arena_size(b, names, arena, least)
    _output_shapes(b, names, outputs)
    _shares(b, names, steps)
    return b.text("dldt.program")


class _ProgramWriter:
    def __init__(self, builder: Builder, names: Sequence[Symbol]) -> None:
        self.b = builder
        self.names = names
        self.emitter = ExpressionEmitter(builder, {}, 0)
        self.scope = Scope({})

    def main(self, steps: Sequence[ProgramStep], arena: Dim, scratch: int) -> None:
        b = self.b
        b.declare("dldt_weights", "@dldt_weights = external hidden global i8, align 64")
        b.declare("dldt_barrier", "declare hidden void @dldt_barrier(ptr, i32)")
        parameters = [("ptr", "request"), ("i32", "tid"), ("i32", "threads")]
        with b.function("dldt_main", parameters) as (request, tid, threads):
            self.request, self.threads = request, threads
            self.tid64, self.threads64 = b.convert(tid, "i64"), b.convert(threads, "i64")
            self.first = b.compare("eq", tid, b.const("i32", 0))
            self.inputs, self.outputs = self._field(_INPUTS), self._field(_OUTPUTS)
            self.arena, self.team = self._field(_ARENA), self._field(_TEAM)
            self.profile = self._field(_PROFILE)
            wanted = b.compare("ne", self.profile, Ir("ptr", "null"))
            self.profiled = b.binary("and", wanted, self.first)
            dims = self._field(_SYMBOLS)
            for k, name in enumerate(self.names):
                self.scope.symbols[name] = b.load("i64", b.gep(dims, b.index(8 * k)), 8)
            end = self.emitter.dim(arena, self.scope) if scratch else b.index(0)
            self.scratch = b.gep(self.arena, b.add(end, b.mul(self.tid64, b.index(scratch))))
            self.steps(steps)

    def _field(self, offset: int) -> Ir:
        return self.b.load("ptr", self.b.gep(self.request, self.b.index(offset)), 8)

    def steps(self, steps: Sequence[ProgramStep]) -> None:
        """The first thread runs steps that are not shared. A barrier stands wherever work passes between it and the
        others."""
        runs = [list(run) for _, run in groupby(steps, key=lambda step: step.shared)]
        parts = [part for run in runs for part in ([[step] for step in run] if run[0].shared else [run])]
        for number, part in enumerate(parts):
            if number:
                self._barrier()
            if part[0].shared:
                part[0].write(self)
                continue
            with self.b.when(self.first):
                for step in part:
                    step.write(self)

    def whole(self, extent: Dim) -> tuple[Ir, Ir]:
        """See ProgramWriter."""
        return self.b.index(0), self.emitter.dim(extent, self.scope)

    def holds(self, condition: Place) -> Ir:
        """See ProgramWriter."""
        byte = self.b.load("i8", self._address(condition), 1)
        return self.b.compare("ne", byte, self.b.const("i8", 0))

    def share(self, extent: Dim, work: Dim | None) -> tuple[Ir, Ir]:
        """See ProgramWriter."""
        b = self.b
        size = self.emitter.dim(extent, self.scope)
        low = self._share(size, self.tid64)
        high = self._share(size, b.add(self.tid64, b.index(1)))
        if work is None or isinstance(work, int):
            return low, high
        shared = b.compare("ge", self.emitter.dim(work, self.scope), b.index(b.target.cpu.fit.serial_work))
        alone = b.select(self.first, b.index(0), size)
        return b.select(shared, low, alone), b.select(shared, high, size)

    def _share(self, extent: Ir, index: Ir) -> Ir:
        return self.b.binary("udiv", self.b.mul(extent, index), self.threads64)

    def _barrier(self) -> None:
        self.b.line(f"call void @dldt_barrier({self.team}, {self.threads})")

    def call(self, call: Call, low: Ir, high: Ir, line_buffers: Sequence[Ir] = ()) -> None:
        """If the request asks for a profile, the first thread adds the ticks that the call took to it."""
        b = self.b
        clock = b.choose(self.profiled, self._ticks, lambda: b.index(0))
        self._invoke(call, low, high, line_buffers)
        with b.when(self.profiled):
            slot = b.gep(self.profile, b.index(8 * call.slot))
            spent = b.sub(self._ticks(), clock)
            b.store(b.add(b.load("i64", slot, 8), spent), slot, 8)

    def _ticks(self) -> Ir:
        """The processor's time stamp (x86-64) or virtual counter (aarch64)."""
        # No inline assembly: LLVM parses it only for the machine that it runs on.
        self.b.declare("dldt_clock", "declare hidden i64 @dldt_clock()")
        return self.b.emit("i64", "call i64 @dldt_clock()")

    def _invoke(self, call: Call, low: Ir, high: Ir, line_buffers: Sequence[Ir]) -> None:
        operands = [self._address(place, line_buffers) for place in call.operands]
        dims = [self.scope.symbols[name] for name in call.symbols]
        arguments = [*operands, *dims, low, high]
        kinds = ", ".join(a.type for a in arguments)
        self.b.declare(call.function, f"declare hidden void @{call.function}({kinds})")
        self.b.line(f"call void @{call.function}({', '.join(map(str, arguments))})")

    def _address(self, place: Place, line_buffers: Sequence[Ir] = ()) -> Ir:
        offset = self.emitter.dim(place.offset, self.scope)
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


def _arena_size(b: Builder, names: Sequence[Symbol], arena: Dim, least: Least) -> None:
    with b.function("dldt_arena_size", [("ptr", "dims")], returns="i64") as (dims,):
        scope, emitter = _symbols(b, dims, names), ExpressionEmitter(b, {}, 0)
        size = emitter.dim(arena, scope)
        for dim, smallest in least:
            too_small = b.compare("lt", emitter.dim(dim, scope), b.index(smallest))
            size = b.select(too_small, b.index(-1), size)
        b.give(size)


def _output_shapes(b: Builder, names: Sequence[Symbol], outputs: Sequence[Shape]) -> None:
    with b.function("dldt_output_shapes", [("ptr", "dims"), ("ptr", "shapes")]) as (dims, shapes):
        scope, emitter = _symbols(b, dims, names), ExpressionEmitter(b, {}, 0)
        for k, dim in enumerate(d for shape in outputs for d in shape):
            b.store(emitter.dim(dim, scope), b.gep(shapes, b.index(8 * k)), 8)


def _shares(b: Builder, names: Sequence[Symbol], steps: Sequence[ProgramStep]) -> None:
    """Whether all kernels together have enough work for several threads: 0 no, 1 as long as it pays, 2 yes."""
    with b.function("dldt_shares", [("ptr", "dims")], returns="i32") as (dims,):
        scope, emitter = _symbols(b, dims, names), ExpressionEmitter(b, {}, 0)
        work, fit = shared_work(steps, b.target), b.target.cpu.fit
        # With run-time dims, the duration of one inference says nothing about that of the next.
        few = b.const("i32", int(isinstance(work, int) and work >= fit.awake_work))
        enough = b.compare("ge", emitter.dim(work, scope), b.index(fit.team_work))
        b.give(b.select(enough, b.const("i32", 2), few))


def shared_work(steps: Sequence[ProgramStep], target: Target) -> Dim:
    """Scalar operations of the kernels that threads may share; where the number is unknown, enough to wake the
    threads."""
    total: Dim = 0
    for step in steps:
        for work in step.shared_work():
            total = total + (target.cpu.fit.team_work if work is None else work)
    return total


def _symbols(b: Builder, dims: Ir, names: Sequence[Symbol]) -> Scope:
    return Scope({name: b.load("i64", b.gep(dims, b.index(8 * k)), 8) for k, name in enumerate(names)})
