"""The thin runtime: opens compiled artifacts and runs them with numpy and ctypes alone."""

from dldt.runtime.bound import Bound
from dldt.runtime.errors import (
    DldtRuntimeError,
    RunCancelledError,
    RunDeadlineError,
    RunMemoryError,
    RuntimeInputError,
    RuntimeLoadError,
    RuntimeStateError,
)
from dldt.runtime.job import Job
from dldt.runtime.metadata import StateInfo, StepInfo, TensorInfo
from dldt.runtime.model import Model, load
from dldt.runtime.profile import StepTime
from dldt.runtime.request import Request
from dldt.runtime.threads import default_threads
from dldt.runtime.version import __version__

__all__ = [
    "Bound",
    "DldtRuntimeError",
    "Job",
    "Model",
    "Request",
    "RunCancelledError",
    "RunDeadlineError",
    "RunMemoryError",
    "RuntimeInputError",
    "RuntimeLoadError",
    "RuntimeStateError",
    "StateInfo",
    "StepInfo",
    "StepTime",
    "TensorInfo",
    "__version__",
    "default_threads",
    "load",
]
