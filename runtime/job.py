"""A run in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Job:
    """The result of ``function``, which runs on a thread of its own from now on."""

    def __init__(self, function: Callable[[], dict[str, Any]]) -> None:
        self._function: Callable[[], dict[str, Any]] | None = function
        self._value: dict[str, Any] | None = None
        self._error: BaseException | None = None
        self._finished = threading.Event()
        threading.Thread(target=self._run, name="dldt-request", daemon=True).start()

    def done(self) -> bool:
        """Whether the result, or the error, is there."""
        return self._finished.is_set()

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait for the outputs by name, ``timeout`` seconds at most (TimeoutError); raises what the run raised."""
        if not self._finished.wait(timeout):
            raise TimeoutError(f"the inference did not finish within {timeout:g} s; it goes on")
        if self._error is not None:
            raise self._error
        assert self._value is not None
        return self._value

    def _run(self) -> None:
        function, self._function = self._function, None
        assert function is not None
        try:
            self._value = function()
        except BaseException as error:  # raised again by ``result``, in the caller's thread
            self._error = error
        self._finished.set()
