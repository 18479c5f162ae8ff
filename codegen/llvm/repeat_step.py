"""The step that runs a list of steps again and again."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from dldt.codegen.llvm.divided import WorkLoad
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.step import ProgramStep, ProgramWriter
from dldt.compiler.dims import Dim, Symbol

FOREVER = 2**63 - 1


@attrs.frozen
class RepeatStep(ProgramStep):
    """Runs ``body`` while fewer than ``trips`` turns (None: any number) have been made and the byte at ``condition``
    (None: always) is not zero. At the end of each turn the byte at ``again`` says whether there is another one.
    ``turn`` is the number of turns made before this one; ``go`` are two dims that hold the answers of even and odd
    turns."""

    turn: Symbol
    count: Symbol
    body: tuple[ProgramStep, ...]
    trips: Dim | None
    condition: Place | None
    again: Place | None
    go: tuple[Symbol, Symbol]

    @property
    def shared(self) -> bool:
        """Whether threads share a step of the body; otherwise the first thread runs all turns alone."""
        return any(step.shared for step in self.body)

    def loads(self) -> Iterator[WorkLoad | None]:
        """See ProgramStep."""
        for step in self.body:
            yield from step.loads()

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep. Turns that are too small to be shared cost no barrier each."""
        b, worth = program.b, program.worth_sharing(self.body)
        if worth is None:
            self._turns(program)
            return
        with b.when(worth):
            self._turns(program)
        with b.when(b.binary("xor", worth, b.const("i1", 1))), program.first_alone():
            self._turns(program)

    def _turns(self, program: ProgramWriter) -> None:
        b = program.b
        trips = b.index(FOREVER) if self.trips is None else program.value(self.trips)
        start = b.const("i1", 1) if self.condition is None else program.holds(self.condition)
        with b.loop(b.index(0), trips, carried=[start], guarded=True) as turns, program.bound(self.turn, turns.index):
            program.steps(self.body)
            turns.yields = [self._more(program, turns.index)]
        with program.first_alone():
            program.define(self.count, turns.index)

    def _more(self, program: ProgramWriter, turn: Ir) -> Ir:
        """Whether there is another turn, after a barrier. The first thread writes the answer where nobody reads it any
        more: a thread that still reads the answer of the turn before has not passed this turn's barrier."""
        b = program.b
        if self.again is None:
            program.meet()
            return b.const("i1", 1)
        even, odd = self.go
        is_odd = b.compare("ne", b.binary("and", turn, b.index(1)), b.index(0))
        with program.first_alone():
            answer = b.emit("i64", f"zext {program.holds(self.again)} to i64")
            program.define(even, b.select(is_odd, program.value(even.dim), answer))
            program.define(odd, b.select(is_odd, answer, program.value(odd.dim)))
        program.meet()
        answer = b.select(is_odd, program.value(odd.dim), program.value(even.dim))
        return b.compare("ne", answer, b.index(0))

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep."""
        for step in self.body:
            yield from step.shared_work()
