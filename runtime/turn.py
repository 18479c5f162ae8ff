"""The lock that lets one run of a request happen at a time."""

from __future__ import annotations

import threading
from typing import NoReturn

from dldt.runtime.errors import RuntimeStateError


class Turn:
    """One run at a time, and none after ``close``.

    A run acquires ``lock`` without waiting, calls ``refuse`` where it fails to, and releases the lock in the end.
    """

    __slots__ = ("_closed", "lock")

    def __init__(self) -> None:
        self._closed = False
        self.lock = threading.Lock()

    def take(self) -> None:
        """Acquire the lock, or refuse."""
        if not self.lock.acquire(False):
            self.refuse()

    def refuse(self) -> NoReturn:
        """Raise RuntimeStateError, saying why no run can begin."""
        if self._closed:
            raise RuntimeStateError("the model is closed; load it again with dldt.runtime.load")
        raise RuntimeStateError("this request is running; wait for it, or create another with model.create_request()")

    def close(self) -> None:
        """Wait for a run in progress, then keep the lock for good: no other run can begin."""
        self.lock.acquire()
        self._closed = True

    def reset(self) -> None:
        """In the child of a fork no run is in progress, whoever held the lock: make a new one."""
        self.lock = threading.Lock()
        if self._closed:
            self.lock.acquire()
