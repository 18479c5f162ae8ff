"""Runs native code in a copy of this process: where the code crashes, the copy ends and this process goes on."""

from __future__ import annotations

import os
import pickle
import signal
import warnings
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from dldt.compiler.errors import InternalError

T = TypeVar("T")


class CrashedError(InternalError):
    """Native code ended its process."""

    @classmethod
    def of(cls, what: str, code: int) -> CrashedError:
        """By the exit code of the process of ``what``: a signal's number below 0."""
        if code >= 0:
            return cls(f"{what} ended its process with code {code}")
        return cls(f"{what} was ended by signal {-code} ({signal.Signals(-code).name})")


def forked(work: Callable[[], T], what: str) -> T:
    """What ``work`` returns; an exception that it raises is raised here. It can change nothing in this process, and
    should print nothing. Raises CrashedError, which says that ``what`` ended it, and by which signal or code."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads do not exist in the copy, nor does it ask
        child = os.fork()
    if not child:
        os.close(reader)
        _answer(work, writer)
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as file:
            told = file.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise CrashedError.of(what, code)
    made: Any
    good, made = pickle.loads(told)
    if good:
        return made  # type: ignore[no-any-return]  # work's own
    raise made


def _answer(work: Callable[[], object], writer: int) -> NoReturn:
    """Write what the work returns or raises, and end without any of the parent's farewells."""
    code = 1
    try:
        with os.fdopen(writer, "wb") as file:
            file.write(_outcome(work))
        code = 0
    finally:
        os._exit(code)


def _outcome(work: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps((True, work()), protocol=5)
    except Exception as error:
        return _spelled(error)


def _spelled(error: Exception) -> bytes:
    """The exception; its text alone, where it cannot be made again from what it was made of."""
    try:
        text = pickle.dumps((False, error))
        pickle.loads(text)
    except Exception:
        return pickle.dumps((False, InternalError(f"{type(error).__name__}: {error}")))
    return text
