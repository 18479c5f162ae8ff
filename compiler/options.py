"""The environment variables that dldt reads, each declared once."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown


@dataclass(frozen=True)  # not attrs: --help works where no extra is installed
class Variable:
    """An environment variable: its name, its meaning, its default."""

    name: str
    help: str
    default: str = ""
    takes: Callable[[str], bool] = lambda text: True
    """Whether a text is a value of it."""
    values: str = ""
    """The values it takes, in words."""

    @property
    def value(self) -> str:
        """The text set in the environment, else the default."""
        return os.environ.get(self.name, self.default)

    @property
    def enabled(self) -> bool:
        """Whether it is set to something else than nothing, 0, off or false."""
        return self.value.lower() not in ("", "0", "off", "false")


def _is_switch(text: str) -> bool:
    return text.lower() in ("", "0", "off", "false", "1", "on", "true")


def _is_seconds(text: str) -> bool:
    try:
        return 0 < float(text or "1") < math.inf
    except ValueError:
        return False


def _is_folder(text: str) -> bool:
    return not os.path.exists(text) or os.path.isdir(text)


VERIFY = Variable(
    "DLDT_VERIFY",
    "verify the graph after every pass (always on in the tests)",
    takes=_is_switch,
    values="0, off, 1 or on",
)
CODEGEN_TIMEOUT = Variable(
    "DLDT_CODEGEN_TIMEOUT",
    "seconds that LLVM may take for one module",
    "300",
    _is_seconds,
    "a number of seconds above 0",
)
CACHE = Variable(
    "DLDT_CACHE",
    "folder of compiled kernels for later compiles, at most 2 GiB, its owner's alone (off: none; "
    "otherwise dldt in $XDG_CACHE_HOME or ~/.cache)",
    takes=_is_folder,
    values="a folder, or off",
)
HOST_LEVEL = Variable(
    "DLDT_HOST_LEVEL",
    "what the target host may be at most: x86-64-v2, x86-64-v3 or x86-64-v4, without the extensions that the processor "
    "has beyond; for machines of different age that share artifacts, and to test as on an older one",
)

VARIABLES = (VERIFY, CODEGEN_TIMEOUT, CACHE, HOST_LEVEL)


def require_sound_environment() -> None:
    """Raises UsageError where a variable is set to what it does not take."""
    for variable in VARIABLES:
        if not variable.takes(variable.value):
            raise UsageError(f"{variable.name} is {shown(variable.value)}; it must be {variable.values}")
