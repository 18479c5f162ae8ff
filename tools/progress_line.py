"""One progress line on stderr, if stderr is a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType


class ProgressLine:
    """A context manager and a callback ``(what, done, total)``; silent unless stderr is a terminal.

    The line is drawn at most ten times a second and erased at the end, so that only the summary stays on the screen.
    """

    def __init__(self, *, enabled: bool = True) -> None:
        self._shown = enabled and sys.stderr.isatty()
        self._last = 0.0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown and self._last:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps of ``what`` are done."""
        now = time.monotonic()
        if not self._shown or (now - self._last < 0.1 and done < total):
            return
        self._last = now
        width = 24
        filled = width * done // total if total else 0
        text = f"[{'#' * filled}{'.' * (width - filled)}] {done}/{total}  {what}"
        columns = shutil.get_terminal_size().columns
        print(f"\r\x1b[K{text[: columns - 1]}", end="", file=sys.stderr, flush=True)
