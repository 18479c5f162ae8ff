"""The step that runs one of several lists of steps, by a size that is known when the model runs."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from dldt.codegen.llvm.divided import WorkLoad, loaded
from dldt.codegen.llvm.step import ProgramStep, ProgramWriter
from dldt.compiler.dims import Dim


@attrs.frozen
class VersionsStep(ProgramStep):
    """Runs the last of ``versions`` whose first size ``dim`` has reached. The first sizes rise from 0."""

    dim: Dim
    versions: tuple[tuple[int, tuple[ProgramStep, ...]], ...]

    @property
    def shared(self) -> bool:
        """See ProgramStep."""
        return any(step.shared for _, steps in self.versions for step in steps)

    @property
    def load(self) -> WorkLoad | None:
        """See ProgramStep. All versions do the same work; each has a range of its own."""
        ways = [loaded([[step.load] for step in steps]) for _, steps in self.versions]
        known = [[load for load in way if load is not None] for way in ways]
        if any(len(some) < len(way) for some, way in zip(known, ways, strict=True)):
            return None
        return WorkLoad(sum((load.work for load in known[0]), start=0), 2 if self.shared else 1)

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep."""
        b, size = program.b, program.value(self.dim)
        ends = [least for least, _ in self.versions[1:]]
        for (least, steps), end in zip(self.versions, [*ends, None], strict=True):
            taken = b.compare("ge", size, b.index(least))
            if end is not None:
                taken = b.binary("and", taken, b.compare("lt", size, b.index(end)))
            with b.when(taken):
                program.steps(steps)

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep. All versions do the same; the first stands for them."""
        for step in self.versions[0][1]:
            yield from step.shared_work()
