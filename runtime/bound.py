"""A model's run on the same arrays, again and again."""

from __future__ import annotations

from collections.abc import Callable

from dldt.runtime.binding import Array
from dldt.runtime.deadline import deadline_in
from dldt.runtime.errors import DldtRuntimeError
from dldt.runtime.request_memory import DEADLINE, RequestMemory
from dldt.runtime.turn import Turn


class Bound:
    """A run on fixed arrays, made by ``Request.bind``, which has checked them: a call does nothing but run.

    Write new values into the arrays of ``inputs``, call, read those of ``outputs``, which every call overwrites. The
    arrays live as long as this object. It shares the request's turn: while one of the two runs, the other is refused;
    the request's ``cancel`` ends the one that runs.
    """

    __slots__ = ("_error", "_held", "_memory", "_run", "_turn", "inputs", "outputs")

    def __init__(
        self,
        turn: Turn,
        memory: RequestMemory,
        run: Callable[[], int],
        error: Callable[[int], DldtRuntimeError],
        held: tuple[object, ...],
        inputs: dict[str, Array],
        outputs: dict[str, Array],
    ) -> None:
        """``error`` makes the error for an answer of ``run`` that is not 0. ``held``: what must live as long as ``run``
        may be called."""
        self._turn, self._memory, self._run, self._error, self._held = turn, memory, run, error, held
        self.inputs = inputs
        """The arrays that are read, by name, in the model's order."""
        self.outputs = outputs
        """The arrays that are written, by name, in the model's order."""

    def __call__(self, deadline: float | None = None) -> dict[str, Array]:
        """Run and return ``outputs``, the same dict every time. ``deadline``: the seconds that the run may take."""
        turn = self._turn
        lock = turn.lock
        if not lock.acquire(False):
            turn.refuse()
        try:
            if turn.cancelled:
                turn.forget()
            status = self._run() if deadline is None else self._run_until(deadline_in(deadline))
            if status:
                raise self._error(status)
        finally:
            lock.release()
        return self.outputs

    def _run_until(self, deadline: int) -> int:
        words = self._memory.words
        words[DEADLINE] = deadline
        try:
            return self._run()
        finally:
            words[DEADLINE] = 0
