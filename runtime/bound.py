"""A model's run on the same arrays, again and again."""

from __future__ import annotations

from collections.abc import Callable

from dldt.runtime.binding import Array
from dldt.runtime.errors import DldtRuntimeError
from dldt.runtime.turn import Turn


class Bound:
    """A run on fixed arrays, made by ``Request.bind``, which has checked them: a call does nothing but run.

    Write new values into the arrays of ``inputs``, call, read those of ``outputs``, which every call overwrites. The
    arrays live as long as this object. It shares the request's turn: while one of the two runs, the other is refused.
    """

    __slots__ = ("_error", "_held", "_run", "_turn", "inputs", "outputs")

    def __init__(
        self,
        turn: Turn,
        run: Callable[[], int],
        error: Callable[[int], DldtRuntimeError],
        held: tuple[object, ...],
        inputs: dict[str, Array],
        outputs: dict[str, Array],
    ) -> None:
        """``error`` makes the error for an answer of ``run`` that is not 0. ``held``: what must live as long as ``run``
        may be called."""
        self._turn, self._run, self._error, self._held = turn, run, error, held
        self.inputs = inputs
        """The arrays that are read, by name, in the model's order."""
        self.outputs = outputs
        """The arrays that are written, by name, in the model's order."""

    def __call__(self) -> dict[str, Array]:
        """Run and return ``outputs``, the same dict every time."""
        turn = self._turn
        lock = turn.lock
        if not lock.acquire(False):
            turn.refuse()
        try:
            status = self._run()
        finally:
            lock.release()
        if status:
            raise self._error(status)
        return self.outputs
