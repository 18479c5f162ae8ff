"""Why a rewrite declined a match: the lines of its code at which None came back."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any


class Declined:
    """Calls a function and notes the lines of its file at which it, and the last function that it asked, returned
    None."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._file = function.__code__.co_filename
        self._returns: list[tuple[str, int]] = []

    def call(self, *arguments: Any) -> Any:
        """The function's result."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            return self._function(*arguments)
        finally:
            sys.settrace(before)

    @property
    def lines(self) -> list[str]:
        """``file:line: text`` for each of these lines, the innermost first."""
        return [
            f"{Path(self._file).name}:{line}, in {name}: {linecache.getline(self._file, line).strip()}"
            for name, line in dict.fromkeys(self._returns[-2:])
        ]

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._step if frame.f_code.co_filename == self._file else None

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "return" and argument is None:
            self._returns.append((frame.f_code.co_name, frame.f_lineno))
        return self._step
