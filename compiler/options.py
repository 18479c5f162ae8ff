"""The environment variables that dldt reads, each declared once."""

from __future__ import annotations

import os

import attrs


@attrs.frozen
class Variable:
    """An environment variable: its name, its meaning, its default."""

    name: str
    help: str
    default: str = ""

    @property
    def value(self) -> str:
        """The text set in the environment, else the default."""
        return os.environ.get(self.name, self.default)

    @property
    def enabled(self) -> bool:
        """Whether it is set to something else than nothing, 0, off or false."""
        return self.value.lower() not in ("", "0", "off", "false")


VERIFY = Variable("DLDT_VERIFY", "verify the graph after every pass (always on in the tests)")
CODEGEN_TIMEOUT = Variable("DLDT_CODEGEN_TIMEOUT", "seconds that LLVM may take for one module", "300")
CACHE = Variable(
    "DLDT_CACHE",
    "folder of compiled kernels for later compiles, at most 2 GiB, its owner's alone (off: none; "
    "otherwise dldt in $XDG_CACHE_HOME or ~/.cache)",
)
HOST_LEVEL = Variable(
    "DLDT_HOST_LEVEL",
    "what the target host may be at most: x86-64-v2, x86-64-v3 or x86-64-v4, without the extensions that the processor "
    "has beyond; for machines of different age that share artifacts, and to test as on an older one",
)

VARIABLES = (VERIFY, CODEGEN_TIMEOUT, CACHE, HOST_LEVEL)
