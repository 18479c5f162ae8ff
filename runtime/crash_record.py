"""Keeps what a run was given for as long as it runs, so that a crash leaves it behind."""

from __future__ import annotations

import ctypes
import itertools
import json
import math
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dldt.runtime.array_file import write_arrays
from dldt.runtime.binding import Array
from dldt.runtime.crash_watcher import CrashWatcher
from dldt.runtime.dim_expression import DimExpression
from dldt.runtime.format import Artifact
from dldt.runtime.request_memory import INPUTS, SLOTS, STATES, SYMBOLS
from dldt.runtime.version import __version__

_AGAIN = '''"""Runs the library again on what it was given: python repro.py [LIBRARY]"""

import os
import sys

import numpy as np

from dldt import runtime

with runtime.load(sys.argv[1] if len(sys.argv) > 1 else {path!r}, threads={threads}) as model:
    request = model.create_request()
    if os.path.exists("states.npz"):
        for name, array in np.load("states.npz").items():
            request.state[name] = array
    for name, array in request.run(dict(np.load("inputs.npz"))).items():
        print(name, array.dtype, array.shape)
'''

_NUMBERS = itertools.count()


class CrashRecord:
    """The runs of one model that are in progress, each as a file of its inputs. ``threads``: as the model has them."""

    def __init__(self, folder: str, artifact: Artifact, threads: int) -> None:
        self._folder, self._artifact, self._threads = folder, artifact, threads
        self._number, self._runs = next(_NUMBERS), itertools.count()
        self._own: tuple[int, str] = (0, "")
        metadata = artifact.metadata
        self._symbols = [symbol.name for symbol in metadata.symbols]
        self._shapes = [[d if isinstance(d, int) else DimExpression(d) for d in t.shape] for t in metadata.inputs]

    def kept(self, run: Callable[[int], int]) -> Callable[[int], int]:
        """The function that runs the artifact, told of a request by its address; what it is given is kept meanwhile."""

        def watched(address: int) -> int:
            number, folder = next(self._runs), self._place()
            path, states = os.path.join(folder, f"run-{number}.npz"), os.path.join(folder, f"states-{number}.npz")
            held = self._states(address)
            if held:
                write_arrays(Path(states), held)
            write_arrays(Path(f"{path}.part"), self._inputs(address))
            os.replace(f"{path}.part", path)  # a file of this name is whole
            try:
                return run(address)
            finally:
                os.unlink(path)
                if held:
                    os.unlink(states)

        return watched

    def _place(self) -> str:
        """Our folder in this process; the child of a fork makes its own."""
        process = os.getpid()
        if self._own[0] != process:
            folder = os.path.join(CrashWatcher.of(self._folder).folder, str(self._number))
            os.mkdir(folder)
            self._describe(Path(folder))
            self._own = process, folder
        return self._own[1]

    def _describe(self, folder: Path) -> None:
        path = os.path.abspath(self._artifact.path)
        versions = {"dldt": __version__, "python": platform.python_version(), "numpy": np.__version__}
        about = {"machine": platform.machine(), "library": path, "threads": self._threads, "program": sys.argv}
        (folder / "env.json").write_text(json.dumps(versions | about, indent=1) + "\n")
        (folder / "library.json").write_text(json.dumps(self._artifact.metadata.raw, indent=1) + "\n")
        (folder / "repro.py").write_text(_AGAIN.format(path=path, threads=self._threads))

    def _inputs(self, address: int) -> dict[str, Array]:
        places, sizes = _words(address, INPUTS, len(self._shapes)), _words(address, SYMBOLS, len(self._symbols))
        dims = dict(zip(self._symbols, sizes, strict=True))
        tensors = self._artifact.metadata.inputs
        shapes = [tuple(d if isinstance(d, int) else d(dims) for d in shape) for shape in self._shapes]
        rows = zip(tensors, places, shapes, strict=True)
        return {tensor.name: _array(place, shape, tensor.dtype) for tensor, place, shape in rows}

    def _states(self, address: int) -> dict[str, Array]:
        states, found, at = self._artifact.metadata.states, dict[str, Array](), 0
        words = _words(address, STATES, sum(1 + len(state.shape) for state in states))
        slots = _words(address, SLOTS, 2 * self._artifact.metadata.slots)
        for state in states:
            shape = tuple(words[at + 1 : at + 1 + len(state.shape)])
            if words[at]:
                found[state.name] = _array(slots[2 * state.slot], shape, state.dtype)
            at += 1 + len(state.shape)
        return found


def _words(address: int, word: int, count: int) -> list[int]:
    """The numbers of the table to which a word of the request points."""
    table = ctypes.c_uint64.from_address(address + 8 * word).value
    return list((ctypes.c_int64 * count).from_address(table)) if table and count else []


def _array(address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """The array that lies there."""
    size = math.prod(shape) * dtype.itemsize
    if not size:
        return np.empty(shape, dtype)
    memory: Any = (ctypes.c_char * size).from_address(address)
    return np.ndarray(shape, dtype, memory)
