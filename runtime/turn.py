"""The lock that lets one run of a request happen at a time, and the word that ends it."""

from __future__ import annotations

import threading
from typing import NoReturn
from weakref import ref

from dldt.runtime.errors import RuntimeStateError
from dldt.runtime.request_memory import RequestMemory


class Turn:
    """One run at a time, and none after ``close``; ``cancel`` ends it.

    A run acquires ``lock`` without waiting, calls ``refuse`` where it fails to, calls ``forget`` where ``cancelled`` is
    set, and releases the lock in the end. It runs with a memory that was given to ``serve``.
    """

    __slots__ = ("_cancelling", "_closed", "_memories", "cancelled", "lock")

    def __init__(self) -> None:
        self._closed = False
        self.lock = threading.Lock()
        self._memories: list[ref[RequestMemory]] = []
        self.cancelled = False
        """Whether somebody has called, or is calling, ``cancel`` since the last run began."""
        self._cancelling = threading.Lock()

    def take(self) -> None:
        """Acquire the lock for a run, or refuse."""
        if not self.lock.acquire(False):
            self.refuse()
        if self.cancelled:
            self.forget()

    def refuse(self) -> NoReturn:
        """Raise RuntimeStateError, saying why no run can begin."""
        if self._closed:
            raise RuntimeStateError("the model is closed; load it again with dldt.runtime.load")
        raise RuntimeStateError("this request is running; wait for it, or create another with model.create_request()")

    def serve(self, memory: RequestMemory) -> None:
        """Runs with this memory can be cancelled."""
        with self._cancelling:
            self._memories = [known for known in self._memories if known() is not None]
            self._memories.append(ref(memory))

    def cancel(self) -> None:
        """End the run in progress; nothing happens where there is none."""
        with self._cancelling:
            # Said first: a run that begins from now on waits in ``forget`` until this is over.
            self.cancelled = True
            if self.lock.locked():
                self._set(1)

    def forget(self) -> None:
        """Nobody has cancelled the run that begins."""
        with self._cancelling:
            self.cancelled = False
            self._set(0)

    def _set(self, value: int) -> None:
        for known in self._memories:
            memory = known()
            if memory is not None:
                memory.set_cancel(value)

    def close(self) -> None:
        """Wait for a run in progress, then keep the lock for good: no other run can begin."""
        # Said first: who fails to get the lock that is taken now is told the reason.
        self._closed = True
        self.lock.acquire()

    def after_fork(self) -> None:
        """In the child of a fork no run is in progress, whoever held the locks: make new ones."""
        self.lock, self._cancelling = threading.Lock(), threading.Lock()
        if self._closed:
            self.lock.acquire()
