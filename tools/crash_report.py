"""Leaves a reproducer where the compiler, or native code, meets a fault of ours."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dldt.compiler.atomic import WRITTEN
from dldt.compiler.errors import DldtError, InternalError

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph
    from dldt.passes.pipeline import Pipeline

OURS = ("builtins", "numpy", "networkx", "attr", "llvmlite", "google", "onnx")
"""Whose exceptions are signs of a fault; others come from what the caller gave us, such as a progress callback."""


class ReportedError(InternalError):
    """A fault of ours whose reproducer is written; its message says where."""


@contextlib.contextmanager
def reproducible(
    read: Callable[[], Graph | None],
    pipeline: Callable[[], Pipeline] | None = None,
    command: Sequence[str] = (),
    inputs: Callable[[], Mapping[str, Any]] = dict,
    texts: Callable[[], Mapping[str, str]] = dict,
    *,
    any_fault: bool = False,
) -> Iterator[None]:
    """Where an internal error ends the work, a zip file is written that shows it again, and the error says which. All
    arguments are asked then, not before. ``read``: the model before the passes, which goes into it with random weights;
    ``pipeline``: the passes, by default the default ones; ``command``: what to run beside ``model.xml``, by default
    this process's command; ``inputs``: arrays; ``texts``: more files. ``any_fault``: nothing in the block is of a
    caller's, so that every exception that is no refusal is a fault of ours."""
    try:
        yield
    except Exception as error:
        if not _is_ours(error, any_fault=any_fault):
            raise
        path = _written(error, read, pipeline, command or ["dldt", *sys.argv[1:]], inputs, texts)
        text = str(error) if isinstance(error, InternalError) else f"internal error: {type(error).__name__}: {error}"
        raise ReportedError(f"{text}\na reproducer is in {path}") from error


def _is_ours(error: Exception, *, any_fault: bool) -> bool:
    """Whether it is a fault of ours that nobody has told yet: no refusal, no missing package, no full disk."""
    if isinstance(error, DldtError):
        return isinstance(error, InternalError) and not isinstance(error, ReportedError)
    if isinstance(error, MemoryError | OSError | ImportError) or hasattr(error, "exit_code"):
        return False
    return any_fault or type(error).__module__.partition(".")[0] in OURS


def _written(
    error: Exception,
    read: Callable[[], Graph | None],
    pipeline: Callable[[], Pipeline] | None,
    command: Sequence[str],
    inputs: Callable[[], Mapping[str, Any]],
    texts: Callable[[], Mapping[str, str]],
) -> str:
    before = len(WRITTEN)
    try:
        graph = read()
    except Exception:  # the crash itself may lie in reading; then there is no graph to show
        graph = None
    try:
        from dldt.debug.crash import write_crash
        from dldt.passes.pipelines import default_pipeline

        passes = (pipeline or default_pipeline)()
        return str(write_crash(error, command, graph, passes, inputs=inputs(), texts=texts()))
    except Exception as failed:  # the first error is the one to be told
        return f"no file: writing it failed too ({type(failed).__name__}: {failed})"
    finally:
        del WRITTEN[before:]  # what went into the zip file is gone again
