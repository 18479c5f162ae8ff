"""Whose turn it is to run."""

from __future__ import annotations

import threading
from typing import NoReturn

from dldt.runtime.errors import RuntimeStateError


class Turn:
    """One run at a time, and none after ``close``.

    A run takes ``lock`` without waiting, says ``refuse`` where it cannot, and gives it back.
    """

    __slots__ = ("_closed", "lock")

    def __init__(self) -> None:
        self._closed = False
        self.lock = threading.Lock()

    def take(self) -> None:
        """Begin, or refuse."""
        if not self.lock.acquire(False):
            self.refuse()

    def refuse(self) -> NoReturn:
        """Say why nobody can begin."""
        if self._closed:
            raise RuntimeStateError("the model is closed; load it again with dldt.runtime.load")
        raise RuntimeStateError("this request is running; wait for it, or create another with model.create_request()")

    def close(self) -> None:
        """Wait for a run in progress; then no other can begin: nobody gives the lock back."""
        self.lock.acquire()
        self._closed = True

    def reset(self) -> None:
        """In the child of a fork, no run is in progress."""
        self.lock = threading.Lock()
        if self._closed:
            self.lock.acquire()
