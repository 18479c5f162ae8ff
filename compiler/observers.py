"""Several observers as one."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.compiler.graph import Graph
from dldt.compiler.observer import Application, Observer, PassRun, StepRun


class Observers(Observer):
    """Tells every event to each of ``parts`` in order. An application takes place where all of them allow it; all are
    asked, so that each can count."""

    def __init__(self, parts: Sequence[Observer]) -> None:
        self.parts = tuple(parts)
        self.code = any(part.code for part in parts)

    @property
    def bounded(self) -> bool:
        """See Observer."""
        return any(part.bounded for part in self.parts)

    @property
    def done(self) -> bool:
        """See Observer."""
        return any(part.done for part in self.parts)

    def imported(self, graph: Graph) -> None:
        """See Observer."""
        for part in self.parts:
            part.imported(graph)

    def pass_begins(self, index: int, name: str, graph: Graph) -> None:
        """See Observer."""
        for part in self.parts:
            part.pass_begins(index, name, graph)

    def allows(self, application: Application) -> bool:
        """See Observer."""
        return all([part.allows(application) for part in self.parts])

    def applied(self, application: Application) -> None:
        """See Observer."""
        for part in self.parts:
            part.applied(application)

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """See Observer."""
        for part in self.parts:
            part.pass_ended(run, graph)

    def step_begins(self, number: int, name: str, compilation: object) -> None:
        """See Observer."""
        for part in self.parts:
            part.step_begins(number, name, compilation)

    def step_ended(self, run: StepRun) -> None:
        """See Observer."""
        for part in self.parts:
            part.step_ended(run)
