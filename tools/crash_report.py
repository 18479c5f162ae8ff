"""Leaves a reproducer where a command meets a fault of ours."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from dldt.compiler.errors import DldtError, InternalError
from dldt.tools import model_options, pass_options
from dldt.tools.arguments import Arguments


@contextlib.contextmanager
def reproducible(arguments: Arguments) -> Iterator[None]:
    """Where an internal error ends the work, a file is written that shows it again, and the error says which. The model
    goes into it with random weights."""
    try:
        yield
    except Exception as error:
        if not _is_ours(error):
            raise
        path = _written(error, arguments)
        text = str(error) if isinstance(error, InternalError) else f"internal error: {type(error).__name__}: {error}"
        raise InternalError(f"{text}\na reproducer is in {path}") from error


def _is_ours(error: Exception) -> bool:
    """Whether it is a fault of ours: no refusal, no missing package, no full disk."""
    if isinstance(error, DldtError):
        return isinstance(error, InternalError)
    return not isinstance(error, MemoryError | OSError | ImportError) and not hasattr(error, "exit_code")


def _written(error: Exception, arguments: Arguments) -> str:
    from dldt.debug.crash import write_crash

    try:
        graph = model_options.read(arguments)
    except Exception:  # the crash itself may lie in reading; then there is no graph to show
        graph = None
    try:
        return str(write_crash(error, ["dldt", *sys.argv[1:]], graph, pass_options.pipeline(arguments)))
    except Exception as failed:  # the first error is the one to be told
        return f"no file: writing it failed too ({type(failed).__name__}: {failed})"
