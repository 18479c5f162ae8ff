"""Starts the program that tells how a process of ours ended: one for each process and folder."""

from __future__ import annotations

import atexit
import faulthandler
import os
import subprocess
import sys
import tempfile
import threading
from typing import TextIO

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "crash_watch.py")


class CrashWatcher:
    """Watches this process until it ends. In ``folder``, which is the process's own, each model has one."""

    def __init__(self, place: str) -> None:
        """``place``: where reproducers go."""
        self.folder = tempfile.mkdtemp(prefix=f".dldt-{os.getpid()}-", dir=place)
        _keep_trace(self.folder)
        command = [sys.executable, "-I", "-S", _PROGRAM, self.folder, str(os.getpid())]
        # A session of its own: what interrupts or hangs up on the process leaves it alive.
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        atexit.register(self.dismiss)

    @classmethod
    def of(cls, place: str) -> CrashWatcher:
        """The one that this process has for the place, or a new one."""
        with _LOCK:
            if place not in _WATCHERS:
                _WATCHERS[place] = cls(place)
            return _WATCHERS[place]

    def dismiss(self) -> None:
        """The process ends as it should. It does nothing in the child of a fork, which has none."""
        pipe = self._child.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(b".")
            pipe.close()
        except OSError:  # it is gone already
            return
        self._child.wait()

    def abandon(self) -> None:
        """In the child of a fork: the end of the parent is seen although the child lives on."""
        if self._child.stdin is not None:
            self._child.stdin.close()


def _keep_trace(folder: str) -> None:
    """Let Python's fault handler write the signal, and where all threads were, to a file; it needs no memory for that.
    Where the program has it on already, it stays as it is."""
    if faulthandler.is_enabled() and not _TRACED:
        return
    file = open(os.path.join(folder, "traceback.txt"), "w", encoding="utf-8")  # noqa: SIM115 - it is open for as long as the process lives
    faulthandler.enable(file)
    _TRACED.append(file)


_LOCK = threading.Lock()
_WATCHERS: dict[str, CrashWatcher] = {}
_TRACED: list[TextIO] = []
_ABANDONED: list[CrashWatcher] = []


def _after_fork_in_child() -> None:
    global _LOCK
    _LOCK = threading.Lock()
    for watcher in _WATCHERS.values():
        watcher.abandon()
    _ABANDONED.extend(_WATCHERS.values())  # to forget a child process would be warned of
    _WATCHERS.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
