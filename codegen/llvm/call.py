"""A call of a kernel function in the program."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.place import Place
from dldt.compiler.dims import Dim, Symbol


@attrs.frozen
class Call:
    """Call of a kernel function; ``parallel`` says that threads share its range (else the first thread runs it)."""

    function: str
    operands: tuple[Place, ...]
    symbols: tuple[Symbol, ...]
    extent: Dim
    parallel: bool
    work: Dim | None = None
    """Scalar operations, where they are known; at run-time dims the range is shared only if there are
    ``SERIAL_WORK``."""
    slot: int = 0
    """Where its time goes, when the request asks for a profile."""
