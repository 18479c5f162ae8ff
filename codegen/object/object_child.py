"""One child process that compiles LLVM modules: LLVM may end the process that it runs in."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("object_worker.py")


class ChildError(Exception):
    """The child refused a module, died on it, or took too long. The text is LLVM's own, if there is one."""


class ObjectChild:
    """A running ``object_worker``. Two threads may not use it at once, except for ``kill``."""

    def __init__(self, machine: Mapping[str, str], memory: int = 0) -> None:
        """``memory``: the bytes of address space that the child may have; 0 for no limit."""
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        # -P: the worker's own folder must not shadow modules of the same names.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        self._started = False
        self._machine = json.dumps({**machine, "memory": memory}).encode()

    def compile(self, text: str, options: Mapping[str, Any], timeout: float) -> dict[str, bytes]:
        """The parts that the worker made of the module: ``object`` and, if asked for, ``assembly`` and
        ``optimised_ir``.

        ``timeout`` is in seconds. Raises ChildError; after that the child cannot be used again, unless it refused the
        module.
        """
        self._timeout, self._deadline = timeout, time.monotonic() + timeout
        if not self._started:
            self._send(self._machine)
            self._started = True
        self._send(json.dumps(dict(options)).encode())
        self._send(text.encode())
        answer = json.loads(self._receive())
        if "error" in answer:
            raise ChildError(answer["error"].strip())
        return {part: self._receive() for part in answer["parts"]}

    def kill(self) -> None:
        """End the child and reap it; a ``compile`` in progress raises ChildError."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the pipes of a child that was killed; no ``compile`` may be in progress."""
        for stream in (self._process.stdin, self._process.stdout, self._noise):
            if stream is not None:
                stream.close()

    def _send(self, body: bytes) -> None:
        view = memoryview(len(body).to_bytes(4, "little") + body)
        while view:
            self._await(self._to, select.POLLOUT)
            try:
                view = view[os.write(self._to, view) :]
            except BrokenPipeError as error:
                raise ChildError(self._last_words()) from error

    def _receive(self) -> bytes:
        return self._read(int.from_bytes(self._read(4), "little"))

    def _read(self, count: int) -> bytes:
        body = bytearray()
        while len(body) < count:
            self._await(self._from, select.POLLIN)
            piece = os.read(self._from, min(count - len(body), 1 << 20))
            if not piece:
                raise ChildError(self._last_words())
            body += piece
        return bytes(body)

    def _await(self, descriptor: int, event: int) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        left = self._deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise ChildError(f"LLVM did not finish within {self._timeout:g} s (DLDT_CODEGEN_TIMEOUT sets the limit)")

    def _last_words(self) -> str:
        """Why the child ended: its signal or exit code, and the most informative line of its stderr."""
        status = self._process.wait()
        self._noise.seek(0)
        lines = [line.strip() for line in self._noise.read()[-65536:].decode(errors="replace").splitlines()]
        lines = [line for line in lines if line]
        telling = [line for line in lines if "error" in line.lower()] or lines[-1:]
        ending = f"signal {-status}" if status < 0 else f"exit code {status}"
        return f"LLVM's process ended with {ending}" + (f": {telling[0]}" if telling else "")
