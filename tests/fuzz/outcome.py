"""What the compiler makes of one model, in a process of its own: an exit code and a text, a crash, or a bound that was
passed."""

import math
import os
import resource
import signal
from pathlib import Path

import attrs
import numpy as np

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble
from dldt.compiler.budget import limited
from dldt.runtime import load
from dldt.tools.api import compile_model, read_model, transform
from dldt.tools.console import explain

SECONDS = 20
"""Of the processors: how long the clock takes depends on what else the machine does."""

PATIENCE = 30
"""A process that waits without end is killed after so many times ``seconds`` of the clock."""

BYTES = 1 << 30
CEILING = 6 << 30
"""Address space of the process beyond what it has, so that a fault does not take the machine's memory."""

MOST_ELEMENTS = 1 << 20
"""What a library is run on; larger inputs are the tester's own memory."""


@attrs.frozen
class Outcome:
    """``code``: the exit code of the command, 0 to 4; a signal's number below 0. ``seconds``: of the processors.
    ``peak``: bytes above the start."""

    code: int
    text: str
    seconds: float
    peak: int

    @property
    def fault(self) -> str:
        """What must not be, or nothing."""
        if self.code < 0:
            killed = -self.code in (signal.SIGKILL, signal.SIGXCPU)
            return "over 20 s" if killed else f"crash: {signal.Signals(-self.code).name}"
        if self.code == 4:
            return "internal error"
        if self.peak > BYTES or "out of memory" in self.text:
            return "over 1 GB"
        if self.seconds > SECONDS:
            return "over 20 s"
        return "no sentence" if self.code and not self.text.startswith("error: ") else ""


def outcome(path, target="host", library=None, seconds=SECONDS):
    """Import, passes and code generation up to LLVM; with ``library``, LLVM, the linker and a run on ones too.
    ``path``: a file, or a Seed of ``record_seeds``."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _child(reader, writer, path, target, library, seconds)
    os.close(writer)
    written, status, used = _wait(child, reader, seconds)
    before, code, text = (*written.decode().split(" ", 2), "4", "")[:3]
    number = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else int(code)
    return Outcome(number, text, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 - int(before or 0))


def _wait(child, reader, seconds):
    """The text that the process wrote, its status and what it used; it is killed where it waits without end."""
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(PATIENCE * seconds)
    with open(reader, "rb") as stream:
        text = stream.read()
    _, status, used = os.wait4(child, 0)
    signal.alarm(0)
    return text, status, used


def _child(reader, writer, path, target, library, seconds):
    os.close(reader)
    os.write(writer, b"%d " % _pages(1))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    limit = _pages(0) + CEILING
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    try:
        code, text = 0, ""
        with limited():
            _compile(path, target, library)
    except BaseException as error:
        code, text = explain(error, "dldt-compile")
    os.write(writer, f"{code} {text}"[:60000].encode("utf-8", "replace"))
    os._exit(0)


def _compile(path, target, library):
    graph = read_model(path) if isinstance(path, Path) else path.graph()
    if library is None:
        transform(graph)
        assemble(graph, resolve_target(target))
        return
    compile_model(graph, library, target, cache=False)
    _run(library)


def _run(library):
    with load(library, threads=1) as model:
        shapes = [[dim if isinstance(dim, int) else 1 for dim in tensor.shape] for tensor in model.inputs]
        if sum(map(math.prod, shapes)) > MOST_ELEMENTS:
            return
        arrays = [np.ones(shape, tensor.dtype) for shape, tensor in zip(shapes, model.inputs, strict=True)]
        model.profile(*arrays, runs=1)


def _pages(field):
    """The bytes that are mapped (0) or resident (1)."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[field]) * resource.getpagesize()
