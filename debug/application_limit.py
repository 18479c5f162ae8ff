"""The first so many applications of all passes: what bisection halves."""

from __future__ import annotations

from dldt.compiler.observer import Application, Observer


class ApplicationLimit(Observer):
    """Allows the first ``limit`` applications, in the order in which they are asked for; None allows all. ``asked``
    lists them."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.asked: list[Application] = []

    @property
    def bounded(self) -> bool:
        """See Observer."""
        return self.limit is not None

    @property
    def done(self) -> bool:
        """See Observer."""
        return self.limit is not None and len(self.asked) >= self.limit

    def allows(self, application: Application) -> bool:
        """See Observer."""
        if self.done:
            return False
        self.asked.append(application)
        return True
