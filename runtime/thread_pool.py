"""The threads that a model's requests share."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref

from dldt.runtime import abi
from dldt.runtime.entry_points import EntryPoints

# A short model starts its workers after so many runs: most processes that make a few of them never make many.
_FEW = 8


class ThreadPool:
    """``threads`` - 1 workers, Python threads that wait inside the artifact for runs to take part in.

    The first ``acquire`` starts them; with ``late``, the ninth. One run at a time may have the pool; whoever finds it
    taken runs on the caller's thread alone. The workers end when the pool is closed or dropped.
    """

    def __init__(self, entry_points: EntryPoints, threads: int, *, late: bool = False) -> None:
        self.threads = threads
        self._delay = _FEW if late else 0
        self._entry_points, self._threads = entry_points, threads
        self._finalizer: weakref.finalize[[EntryPoints, _Memory, list[threading.Thread]], ThreadPool] | None = None
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
        """The address of the pool's struct for one run, to be given back by ``release``; 0: run alone."""
        if self._closed or not self._lock.acquire(blocking=False):
            return 0
        if self._closed or (self._finalizer is None and not self._begin()):
            self._lock.release()
            return 0
        return self._memory.address

    def release(self) -> None:
        """Give the pool back after a run that had it."""
        self._lock.release()

    def close(self) -> None:
        """Wait for the run that has the pool, then end the workers."""
        if self._threads == 1:
            return
        with self._lock:
            self._closed = True
            if self._finalizer is not None:
                self._finalizer()

    def _begin(self) -> bool:
        """Start the workers when it is time; False when it is not, or when there are none."""
        if self._delay:
            self._delay -= 1
            return False
        return self._start()

    def _start(self) -> bool:
        """Start the workers, fewer where the system gives no more threads; False when there are none."""
        workers: list[threading.Thread] = []
        for index in range(1, self._threads):
            worker = threading.Thread(
                target=_work, args=(self._entry_points, self._memory, index), name=f"dldt-{index}", daemon=True
            )
            try:
                worker.start()
            except RuntimeError:
                break
            workers.append(worker)
        threads = 1 + len(workers)
        crowded = threads > len(os.sched_getaffinity(0))
        self._memory.set("threads", threads)
        self._memory.set("spin", abi.SPIN_CROWDED if crowded else abi.SPIN_DEFAULT)
        self._finalizer = weakref.finalize(self, _end, self._entry_points, self._memory, workers)
        self._finalizer.atexit = False  # the end of the process ends them as well, and cannot hang
        self._closed = not workers
        return not self._closed


class _Memory:
    """The struct of a thread pool, zeroed, in memory of its own."""

    def __init__(self) -> None:
        pool = abi.THREAD_POOL
        self._buffer = ctypes.create_string_buffer(pool.size + pool.alignment)
        self.address = -(-ctypes.addressof(self._buffer) // pool.alignment) * pool.alignment

    def set(self, name: str, value: int) -> None:
        ctypes.c_uint32.from_address(self.address + abi.THREAD_POOL.offset(name)).value = value


# Neither function may hold the pool itself: as long as a worker held it, it would never be dropped.


def _work(entry_points: EntryPoints, memory: _Memory, index: int) -> None:
    entry_points.worker(memory.address, index)


def _end(entry_points: EntryPoints, memory: _Memory, workers: list[threading.Thread]) -> None:
    entry_points.stop(memory.address)
    for worker in workers:
        worker.join()
