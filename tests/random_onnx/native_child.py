"""A process that compiles models and runs them, so that a crash or a hang ends it and not the test."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dldt.compiler.types import Array


class NativeChild:
    """``outputs`` asks the process, which is started anew where it died."""

    def __init__(self, seconds: float = 300.0) -> None:
        self._seconds = seconds
        self._process: Any = None
        self._end: Connection

    def outputs(self, model: bytes, feeds: Sequence[dict[str, Array]]) -> list[dict[str, Array]] | str:
        """The outputs for each of the feeds, or what went wrong."""
        if self._process is None:
            self._start()
        self._end.send((model, feeds))
        if not self._end.poll(self._seconds):
            self.close()
            return f"hang: no answer for {self._seconds:.0f} s"
        try:
            found: list[dict[str, Array]] | str = self._end.recv()
        except EOFError:
            self._process.join()
            code = self._process.exitcode
            self.close()
            return f"crash: exit code {code}"
        return found

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._end, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()


def _serve(end: Connection) -> None:
    from dldt.codegen.object import object as compiling
    from tests.onnx_suite.kept_child import KeptChild

    compiling.ObjectChild = KeptChild
    while True:
        try:
            model, feeds = end.recv()
        except EOFError:
            return
        try:
            end.send(_run(model, feeds))
        except Exception as error:
            end.send(f"{type(error).__name__}: {' '.join(str(error).split())}")


def _run(model: bytes, feeds: Sequence[dict[str, Array]]) -> list[dict[str, Array]]:
    from dldt.runtime.model import load
    from dldt.tools.api import compile_model, read_model

    with tempfile.TemporaryDirectory(prefix="dldt-random-") as folder:
        source, made = Path(folder) / "model.onnx", Path(folder) / "model.so"
        source.write_bytes(model)
        compile_model(read_model(source), made, "host", threads=1)
        with load(made, threads=1) as loaded:
            return [{name: array.copy() for name, array in loaded.run(given).items()} for given in feeds]
