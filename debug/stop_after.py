"""``--stop-after PASS:N``: the passes end with the N-th change that PASS makes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dldt.compiler.errors import UsageError
from dldt.compiler.observer import Application, Observer


class StopAfter(Observer):
    """Lets passes change the graph until the pass of this name, with or without its options, has done so ``count``
    times."""

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self.count = count
        self._seen = 0

    @classmethod
    def parsed(cls, text: str) -> StopAfter | None:
        """The observer for ``PASS:N``; None for a text without a colon, which stops after a whole pass."""
        if ":" not in text:
            return None
        found = re.fullmatch(r"(.+):([0-9]+)", text)
        if found is None:
            raise UsageError(f"--stop-after {text}: behind the colon stands a number of changes, as in fuse-linear:3")
        return cls(found[1], int(found[2]))

    def require_in(self, names: Iterable[str]) -> None:
        """Raises UsageError where no pass of the pipeline, whose passes are given, is meant."""
        if self.name not in {each for name in names for each in (name, name.partition("{")[0])}:
            raise UsageError(f"--stop-after {self.name}:{self.count}: the pipeline has no pass of this name")

    @property
    def bounded(self) -> bool:
        """See Observer."""
        return True

    @property
    def done(self) -> bool:
        """See Observer."""
        return self._seen >= self.count

    def allows(self, application: Application) -> bool:
        """See Observer."""
        return not self.done

    def applied(self, application: Application) -> None:
        """See Observer."""
        if self.name in (application.name, application.name.partition("{")[0]):
            self._seen += 1

    def step_begins(self, number: int, name: str, compilation: object) -> None:
        """Raises UsageError where the pass never made so many changes."""
        if not self.done:
            raise UsageError(f"--stop-after {self.name}:{self.count}: {self.made}")

    @property
    def made(self) -> str:
        """What is told where there were fewer changes."""
        return f"the pass made only {self._seen} change{'s' * (self._seen != 1)} to this model"
