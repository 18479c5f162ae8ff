"""The errors of the runtime, each with the exit code that the commands give it."""

from __future__ import annotations


class DldtRuntimeError(Exception):
    """Base of the runtime's errors: the message is written for the user."""

    exit_code = 2


class RuntimeLoadError(DldtRuntimeError):
    """The file is no artifact that this machine can run."""


class RuntimeInputError(DldtRuntimeError, ValueError):
    """An array, a name or an option does not fit the model."""


class RuntimeStateError(DldtRuntimeError):
    """The model or the request cannot be used now: it is closed, or it is running."""

    exit_code = 1


class RunCancelledError(DldtRuntimeError):
    """The run was cancelled."""

    exit_code = 1


class RunDeadlineError(DldtRuntimeError):
    """The run took longer than it was allowed to."""

    exit_code = 1


class RunMemoryError(DldtRuntimeError, MemoryError):
    """There was no memory for what the run found that it needs."""
