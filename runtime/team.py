"""The threads that a model's requests share."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref

from dldt.runtime.library import Library

_SIZE = 256
_THREADS, _SPIN = 16, 24
# Turns of a spin loop before a thread sleeps: with fewer processors than threads, the one awaited may need ours.
_SPIN_SHORT, _SPIN_LONG = 20, 2000
# Runs of a short model before it is worth starting threads: most processes that make few never make many.
_FEW = 8


class Team:
    """``threads`` - 1 workers of the host, parked in the artifact; started by the first ``acquire``, or ``late``: after
    some.

    One run at a time may have the team; whoever finds it taken runs on the caller's thread alone. The workers end when
    the team is closed or dropped.
    """

    def __init__(self, library: Library, threads: int, *, late: bool = False) -> None:
        self.threads = threads
        self._delay = _FEW if late else 0
        self._library, self._threads = library, threads
        self._finalizer: weakref.finalize[[Library, _Memory, list[threading.Thread]], Team] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all threads: in the child of a fork they do not exist."""
        if self._finalizer is not None:
            self._finalizer.detach()
        self._finalizer = None
        self._closed = self._threads == 1
        if self._threads > 1:
            self._lock = threading.Lock()
            self._memory = _Memory()

    def acquire(self) -> int:
        """The address of the ``dldt_team`` for one run, to be given back by ``release``; 0: run alone."""
        if self._closed or not self._lock.acquire(blocking=False):
            return 0
        if self._closed or (self._finalizer is None and not self._begin()):
            self._lock.release()
            return 0
        return self._memory.address

    def release(self) -> None:
        """Give the team back after a run that had it."""
        self._lock.release()

    def close(self) -> None:
        """Wait for the run that has the team, then end the workers."""
        if self._threads == 1:
            return
        with self._lock:
            self._closed = True
            if self._finalizer is not None:
                self._finalizer()

    def _begin(self) -> bool:
        """Start the workers, when it is time; whether they are there."""
        if self._delay:
            self._delay -= 1
            return False
        return self._start()

    def _start(self) -> bool:
        """Start the workers, fewer where the system gives no more threads; False when there are none."""
        workers: list[threading.Thread] = []
        for index in range(1, self._threads):
            worker = threading.Thread(
                target=_work, args=(self._library, self._memory, index), name=f"dldt-{index}", daemon=True
            )
            try:
                worker.start()
            except RuntimeError:
                break
            workers.append(worker)
        threads = 1 + len(workers)
        self._memory.set(_THREADS, threads)
        self._memory.set(_SPIN, _SPIN_LONG if threads <= len(os.sched_getaffinity(0)) else _SPIN_SHORT)
        self._finalizer = weakref.finalize(self, _end, self._library, self._memory, workers)
        self._finalizer.atexit = False  # the end of the process ends them as well, and cannot hang
        self._closed = not workers
        return not self._closed


class _Memory:
    """A ``dldt_team``, zeroed, in memory of its own."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(_SIZE + 64)
        self.address = -(-ctypes.addressof(self._buffer) // 64) * 64

    def set(self, offset: int, value: int) -> None:
        ctypes.c_uint32.from_address(self.address + offset).value = value


# Neither function may hold the team itself: it would never be dropped.


def _work(library: Library, memory: _Memory, index: int) -> None:
    library.worker(memory.address, index)


def _end(library: Library, memory: _Memory, workers: list[threading.Thread]) -> None:
    library.stop(memory.address)
    for worker in workers:
        worker.join()
