"""The thin runtime: opens compiled artifacts and runs them with numpy and ctypes alone."""

from dldt.runtime.errors import DldtRuntimeError, RuntimeInputError, RuntimeLoadError, RuntimeStateError
from dldt.runtime.job import Job
from dldt.runtime.metadata import Tensor
from dldt.runtime.model import Model, load
from dldt.runtime.request import Request
from dldt.runtime.threads import default_threads
from dldt.runtime.version import __version__

__all__ = [
    "DldtRuntimeError",
    "Job",
    "Model",
    "Request",
    "RuntimeInputError",
    "RuntimeLoadError",
    "RuntimeStateError",
    "Tensor",
    "__version__",
    "default_threads",
    "load",
]
