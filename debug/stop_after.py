"""``--stop-after PASS:N``: the passes end with the N-th change that PASS makes."""

from __future__ import annotations

import re

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
        """The observer for ``PASS:N``; None for a text without a number, which stops after a whole pass."""
        found = re.fullmatch(r"(.+):(\d+)", text)
        return None if found is None else cls(found[1], int(found[2]))

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
            made = f"{self._seen} change{'s' * (self._seen != 1)}"
            raise UsageError(f"--stop-after {self.name}:{self.count}: the pass made only {made} to this model")
