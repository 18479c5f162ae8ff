"""Steps of the program: what every thread runs, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.divided import WorkLoad
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.place import Place
from dldt.compiler.condition import Condition
from dldt.compiler.dims import Dim, Symbol


class ProgramWriter(Protocol):
    """Writes the program's function. Steps call its methods to write their code."""

    b: Builder
    scratch: Ir
    """The memory of the running thread."""

    def call(self, call: Call, low: Ir, high: Ir, line_buffers: Sequence[Ir] = ()) -> None:
        """Call a kernel over a range. ``line_buffers``: for each line buffer, the bytes from the thread's scratch
        memory to row 0."""

    def whole(self, extent: Dim) -> tuple[Ir, Ir]:
        """The whole range."""

    def share(self, extent: Dim) -> tuple[Ir, Ir]:
        """This thread's part of a range. The first thread gets all of it where sizes tell that sharing does not pay."""

    def worth_sharing(self, steps: Sequence[ProgramStep]) -> Ir | None:
        """Whether threads gain from sharing any of the steps in each turn of a loop; None where that is known, or
        where it cannot be told before the loop."""

    def holds(self, condition: Place) -> Ir:
        """Whether the byte at a place is not zero."""

    def value(self, dim: Dim) -> Ir:
        """The value of a dim, as it is known here."""

    def address(self, place: Place) -> Ir:
        """The address of a place."""

    def define(self, symbol: Symbol, value: Ir) -> None:
        """Give a dim that is found at run time its value: by the first thread alone. The others see it after the next
        barrier."""

    def bound(self, symbol: Symbol, value: Ir) -> AbstractContextManager[None]:
        """A context in which the dim has a value that each thread knows by itself."""

    def ensure(self, slot: int, size: Dim, kept: Dim) -> None:
        """Have room for ``size`` bytes in a slot, the first ``kept`` of which stay: by the first thread alone. If the
        host refuses, the run ends."""

    def require(self, number: int, condition: Condition) -> None:
        """End the run where a condition does not hold: by the first thread alone. ``number`` is its place in the
        metadata."""

    def first_alone(self) -> AbstractContextManager[None]:
        """A context whose code only the first thread runs."""

    def meet(self) -> None:
        """A barrier, where several threads run this code."""

    def steps(self, steps: Sequence[ProgramStep]) -> None:
        """Steps with the barriers between them."""


class ProgramStep:
    """Base of all steps."""

    @property
    def shared(self) -> bool:
        """Whether all threads take part; otherwise the first thread runs the step alone."""
        return True

    @property
    def load(self) -> WorkLoad | None:
        """What threads may share, of a step that needs no barrier beside it where they do not: it neither gives dims
        their values nor ends the run, and only its kernels read what other steps write."""
        return None

    def loads(self) -> Iterator[WorkLoad | None]:
        """What threads may share of every part of the step."""
        if self.shared:
            yield self.load

    def write(self, program: ProgramWriter) -> None:
        """Write the step."""
        raise NotImplementedError

    def shared_work(self) -> Iterator[Dim | None]:
        """The scalar operations of every part of the step that threads may share; None where they are not known."""
        raise NotImplementedError


@attrs.frozen
class Call(ProgramStep):
    """Call of a kernel function. ``parallel`` says that threads share its range; otherwise the first thread runs it."""

    function: str
    operands: tuple[Place, ...]
    symbols: tuple[Symbol, ...]
    extent: Dim
    parallel: bool
    work: Dim | None = None
    """Scalar operations, where they are known. If they depend on run-time dims, the range is shared only where that
    pays."""
    slot: int = 0
    """The profile's slot to which the call's time is added, when the request asks for a profile."""

    @property
    def shared(self) -> bool:
        """See ProgramStep."""
        return self.parallel

    @property
    def load(self) -> WorkLoad | None:
        """See ProgramStep."""
        return None if self.work is None else WorkLoad(self.work, self.extent if self.parallel else 1)

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep."""
        part = program.share(self.extent) if self.parallel else program.whole(self.extent)
        program.call(self, *part)

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep."""
        if self.parallel:
            yield self.work


@attrs.frozen
class Fork(ProgramStep):
    """One of two lists of steps, chosen by the byte at ``condition``."""

    condition: Place
    then: tuple[ProgramStep, ...]
    otherwise: tuple[ProgramStep, ...]

    @property
    def shared(self) -> bool:
        """See ProgramStep."""
        return any(step.shared for step in (*self.then, *self.otherwise))

    def loads(self) -> Iterator[WorkLoad | None]:
        """See ProgramStep."""
        for step in (*self.then, *self.otherwise):
            yield from step.loads()

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep."""
        b = program.b
        condition = program.holds(self.condition)
        inverse = b.binary("xor", condition, b.const("i1", 1))
        for chosen, steps in ((condition, self.then), (inverse, self.otherwise)):
            with b.when(chosen):
                program.steps(steps)

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep."""
        for step in (*self.then, *self.otherwise):
            yield from step.shared_work()
