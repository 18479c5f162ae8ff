"""The threads that a model's requests share."""

from __future__ import annotations

import ctypes
import os
import threading

from dldt.runtime.library import Library

_SIZE = 256
_THREADS, _SPIN = 16, 24
# Turns of a spin loop before a thread sleeps: with fewer processors than threads, the one awaited may need ours.
_SPIN_SHORT, _SPIN_LONG = 20, 2000


class Team:
    """``threads`` - 1 workers of the host, parked in the artifact; started by the first ``acquire``.

    One run at a time may have the team; whoever finds it taken runs on the caller's thread alone.
    """

    def __init__(self, library: Library, threads: int) -> None:
        self._library, self._threads = library, threads
        self.reset()

    def reset(self) -> None:
        """Forget all threads: in the child of a fork they do not exist."""
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []
        self._buffer = ctypes.create_string_buffer(_SIZE + 64)
        self._address = -(-ctypes.addressof(self._buffer) // 64) * 64
        self._closed = False

    def acquire(self) -> int:
        """The address of the ``dldt_team`` for one run, to be given back by ``release``; 0: run alone."""
        if self._threads == 1 or not self._lock.acquire(blocking=False):
            return 0
        if not self._workers and not self._start():
            self._lock.release()
            return 0
        return self._address

    def release(self) -> None:
        """Give the team back after a run that had it."""
        self._lock.release()

    def close(self) -> None:
        """Wait for the run that has the team, then end the workers."""
        with self._lock:
            self._closed = True
            if not self._workers:
                return
            self._library.stop(self._address)
            for worker in self._workers:
                worker.join()
            self._workers = []

    def _start(self) -> bool:
        """Start the workers, fewer where the system gives no more threads; False when there are none."""
        if self._closed:
            return False
        for index in range(1, self._threads):
            arguments = (self._library, self._buffer, self._address, index)
            worker = threading.Thread(target=_work, args=arguments, name=f"dldt-{index}", daemon=True)
            try:
                worker.start()
            except RuntimeError:
                break
            self._workers.append(worker)
        threads = 1 + len(self._workers)
        self._set(_THREADS, threads)
        self._set(_SPIN, _SPIN_LONG if threads <= len(os.sched_getaffinity(0)) else _SPIN_SHORT)
        return threads > 1

    def _set(self, offset: int, value: int) -> None:
        ctypes.c_uint32.from_address(self._address + offset).value = value


def _work(library: Library, buffer: object, address: int, index: int) -> None:
    """A worker's life; ``buffer`` keeps the memory at ``address`` alive."""
    library.worker(address, index)
