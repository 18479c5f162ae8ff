"""What it means when a run ends early."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.runtime.abi import CANCELLED, CONDITION, DEADLINE_PASSED, NO_MEMORY
from dldt.runtime.errors import DldtRuntimeError, RunCancelledError, RunDeadlineError, RunMemoryError, RuntimeInputError


def run_error(status: int, detail: Sequence[int], conditions: Sequence[str]) -> DldtRuntimeError:
    """The error for what ``dldt_run`` answered. ``conditions`` are the texts of the model's conditions."""
    if status == CANCELLED:
        return RunCancelledError("the run was cancelled; its outputs are not complete")
    if status == DEADLINE_PASSED:
        return RunDeadlineError("the run's deadline has passed; its outputs are not complete")
    if status == NO_MEMORY:
        return RunMemoryError(
            f"no memory for {detail[1]} bytes whose size was found while the model ran: the system has no more, or the "
            "request's max_memory is too small"
        )
    if status == CONDITION:
        text = conditions[detail[0]] if 0 <= detail[0] < len(conditions) else f"condition {detail[0]}"
        return RuntimeInputError(f"{text}, but they are {detail[1]} and {detail[2]}")
    return DldtRuntimeError(f"the artifact reports error {status}")
