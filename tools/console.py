"""Error handling of every command: one line for an error, an exit code for its kind, a traceback only with
``--debug``."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from dldt.compiler.atomic import WRITTEN
from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, UsageError
from dldt.compiler.options import require_sound_environment
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.crash_report import reproducible
from dldt.tools.printable import printable

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph
    from dldt.passes.pipeline import Pipeline

EXTRAS = {
    **dict.fromkeys(("attr", "attrs", "networkx", "onnx", "google", "llvmlite", "ml_dtypes"), "compile"),
    "tensorflow": "tensorflow",
    "PIL": "images",
}
"""Each optional module → the extra that installs it."""

ISSUES = "please report it, with the model if you can and with what the same command prints under --debug"

Body = Callable[[Arguments], int]
Reader = Callable[[Arguments], "Graph | None"]
Passes = Callable[[Arguments], "Pipeline"]


def run_command(
    parser: Parser,
    body: Body,
    argv: Sequence[str] | None,
    failed: str = "",
    read: Reader = lambda arguments: None,
    passes: Passes | None = None,
) -> int:
    """Parse ``argv`` (default: the process's arguments) and run ``body``; returns the exit code. ``failed`` is appended
    to every message, unless a file was written: then this is said. A fault of ours leaves a reproducer, in which is the
    model that ``read`` reads, and what ``passes``, by default the default ones, made of it before they failed.

    0 ok, 1 usage, 2 input refused, 3 unsupported, 4 internal error, 130 interrupted, 141 the reader of our output left,
    128 and the number of a signal that ended it.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    before = len(WRITTEN)
    try:
        with _signals_raise():
            return _guarded(parser, body, words, failed, read, passes)
    except KeyboardInterrupt:
        print("interrupted" + (f"; {_left(failed, before)}" if failed else ""), file=sys.stderr)
        return 130
    except _EndedError as ended:
        print(f"ended by {ended.name}" + (f"; {_left(failed, before)}" if failed else ""), file=sys.stderr)
        return 128 + ended.number
    except BrokenPipeError:
        # The interpreter flushes stdout once more at exit; what is left then goes to /dev/null.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


class _EndedError(BaseException):
    """A signal asks the process to end; what is open is closed and removed on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number, self.name = number, signal.Signals(number).name


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    """SIGTERM and SIGHUP raise inside the block, where they would end the process at once."""
    numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    for number in numbers:
        signal.signal(number, _raise_ended)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _raise_ended(number: int, _: FrameType | None) -> NoReturn:
    raise _EndedError(number)


def _left(failed: str, before: int) -> str:
    """What a command that failed leaves behind."""
    written = ", ".join(printable(str(path)) for path in WRITTEN[before:])
    return f"{written} was written before" if written else failed


def _guarded(parser: Parser, body: Body, words: list[str], failed: str, read: Reader, passes: Passes | None) -> int:
    before = len(WRITTEN)
    try:
        require_sound_environment()
        arguments = parser.parse_words(words)
        bounds = limited(getattr(arguments, "max_memory", None), getattr(arguments, "max_seconds", None))
        pipeline = None if passes is None else lambda: passes(arguments)
        command = [*parser.prog.split(), *words]
        with reproducible(lambda: read(arguments), pipeline, command, any_fault=True), bounds:
            code = body(arguments)
        sys.stdout.flush()
        return code
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        if "--debug" in words:
            traceback.print_exc()
        code, text = explain(error, parser.prog)
        shown = printable(text, keep="\n") + (f"\n{_left(failed, before)}" if failed and code > 1 else "")
        print(shown, file=sys.stderr)
        return code


def explain(error: BaseException, program: str) -> tuple[int, str]:
    """The exit code of an error, and its text for the user."""
    if isinstance(error, UsageError):
        return 1, f"{_headed(str(error))}\n(see {program} --help)"
    if isinstance(error, DldtError) or _code_of(error) is not None:
        code = _code_of(error) or 4
        return code, _headed(str(error)) + (f"\nthis is a fault of dldt: {ISSUES}" if code == 4 else "")
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in EXTRAS:
        module = (error.name or "").split(".")[0]
        extra = EXTRAS[module]
        return 1, f"error: {program} needs the {extra} extra: pip install 'dldt[{extra}]' (no module {module})"
    if isinstance(error, MemoryError):
        return 2, "error: out of memory; give the process more, or compile a smaller model"
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return 2, f"error: {place}{(error.strerror or str(error)).lower()}"
    kind = type(error).__name__
    return 4, f"error: internal error: {kind}: {_first_line(error)}\nthis is a fault of dldt: {ISSUES}"


def _code_of(error: BaseException) -> int | None:
    """The exit code of one of the runtime's errors. The runtime imports nothing of ours, so its errors only carry an
    attribute."""
    code = getattr(error, "exit_code", None)
    return code if isinstance(code, int) else None


def _headed(text: str) -> str:
    return text if text.startswith("error") else f"error: {text}"


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0][:300] if lines else "no message"
