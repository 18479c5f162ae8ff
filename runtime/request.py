"""One inference at a time, with an arena of its own."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dldt.runtime.address import address
from dldt.runtime.binding import Array, Binding
from dldt.runtime.errors import DldtRuntimeError, RuntimeInputError, RuntimeStateError
from dldt.runtime.job import Job
from dldt.runtime.library import Library, RequestRecord
from dldt.runtime.metadata import Metadata
from dldt.runtime.profile import StepTime, share_out
from dldt.runtime.team import Team

_ALIGNMENT = 64


class Request:
    """Runs a model again and again in the same arena. One run at a time; other requests may run meanwhile."""

    def __init__(self, library: Library, team: Team, binding: Binding, metadata: Metadata) -> None:
        self._library, self._team, self._binding = library, team, binding
        self._inputs = (ctypes.c_void_p * max(1, len(binding.inputs)))()
        self._outputs = (ctypes.c_void_p * max(1, len(binding.outputs)))()
        self._record = RequestRecord()
        self._record.inputs = ctypes.addressof(self._inputs)
        self._record.outputs = ctypes.addressof(self._outputs)
        self._address = ctypes.addressof(self._record)
        self._arena_size = -1
        self._scratch = metadata.scratch * team.threads
        self._steps = metadata.steps
        self._names = tuple(symbol.name for symbol in metadata.symbols)
        self._fixed_arena = metadata.arena is not None
        self._set_symbols(())
        self._set_arena(metadata.arena or 0)
        self._closed = False
        self._lock = threading.Lock()

    def run(self, *arrays: Any, out: Sequence[Array] | None = None) -> dict[str, Array]:
        """Run on arrays in the model's order, or on one dict by name; outputs by name.

        Outputs are new arrays, or those of ``out`` in the model's order, which must fit exactly.
        """
        named = arrays[0] if len(arrays) == 1 and isinstance(arrays[0], Mapping) else None
        given = arrays if named is None else self._binding.ordered(named)
        outputs = self.execute(given, out)
        return {tensor.name: array for tensor, array in zip(self._binding.outputs, outputs, strict=True)}

    def start(self, *arrays: Any, out: Sequence[Array] | None = None) -> Job:
        """Begin ``run`` on a thread of its own; the job's ``result(timeout)`` waits for the outputs.

        The arrays must not be written to before it is done.
        """
        self._begin()
        return Job(lambda: self._run_begun(arrays, out))

    def profile(self, *arrays: Any, runs: int = 10) -> list[StepTime]:
        """Run ``runs`` times on arrays as ``run`` takes them: each step's mean time, in the order of the run.

        Empty for an artifact that does not list its steps.
        """
        named = arrays[0] if len(arrays) == 1 and isinstance(arrays[0], Mapping) else None
        given = arrays if named is None else self._binding.ordered(named)
        ticks = (ctypes.c_uint64 * max(1, len(self._steps)))()
        self.execute(given)
        self._begin()
        try:
            self._record.profile = ctypes.addressof(ticks)
            started = time.perf_counter()
            for _ in range(runs):
                self._execute(given, None)
            seconds = (time.perf_counter() - started) / runs
        finally:
            self._record.profile = None
            self._lock.release()
        return share_out(self._steps, list(ticks)[: len(self._steps)], seconds)

    def execute(self, arrays: Sequence[Any], out: Sequence[Array] | None = None) -> list[Array]:
        """Run on arrays in the model's order; outputs in the model's order."""
        self._begin()
        try:
            return self._execute(arrays, out)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Wait for a run in progress; then no other can begin."""
        with self._lock:
            self._closed = True

    def reset(self) -> None:
        """In the child of a fork, no run is in progress."""
        self._lock = threading.Lock()

    def _begin(self) -> None:
        if not self._lock.acquire(blocking=False):
            if self._closed:
                raise RuntimeStateError("the model is closed")
            raise RuntimeStateError(
                "this request is running; wait for it, or create another with model.create_request()"
            )
        if self._closed:
            self._lock.release()
            raise RuntimeStateError("the model is closed; load it again with dldt.runtime.load")

    def _run_begun(self, arrays: Sequence[Any], out: Sequence[Array] | None) -> dict[str, Array]:
        try:
            named = arrays[0] if len(arrays) == 1 and isinstance(arrays[0], Mapping) else None
            outputs = self._execute(arrays if named is None else self._binding.ordered(named), out)
        finally:
            self._lock.release()
        return {tensor.name: array for tensor, array in zip(self._binding.outputs, outputs, strict=True)}

    def _execute(self, arrays: Sequence[Any], out: Sequence[Array] | None) -> list[Array]:
        binding = self._binding
        inputs = binding.check(arrays)
        symbols, shapes = binding.resolve(inputs)
        if symbols != self._symbols:
            self._set_symbols(symbols)
        if out is None:
            outputs = list(map(np.empty, shapes, binding.output_dtypes))
        else:
            outputs = binding.check_outputs(out, shapes, inputs)
        for index, array in enumerate(inputs):
            self._inputs[index] = address(array)
        for index, array in enumerate(outputs):
            self._outputs[index] = address(array)
        team = self._team.acquire()
        try:
            self._record.team = team
            status = self._library.run(self._address)
        finally:
            if team:
                self._team.release()
        if status != 0:
            raise DldtRuntimeError(f"the artifact reports error {status}")
        return outputs

    def _set_symbols(self, symbols: tuple[int, ...]) -> None:
        self._symbols: tuple[int, ...] = ()  # stays so when these are refused
        self._symbol_values = (ctypes.c_int64 * max(1, len(symbols)))(*symbols)
        self._record.symbols = ctypes.addressof(self._symbol_values)
        if symbols and not self._fixed_arena:
            size = self._library.arena_size(self._record.symbols)
            if size < 0:
                given = ", ".join(f"{name}={value}" for name, value in zip(self._names, symbols, strict=True))
                raise RuntimeInputError(f"dims {given} are too small for this model: some tensor would be empty")
            self._set_arena(size)
        self._symbols = symbols

    def _set_arena(self, size: int) -> None:
        """An arena of ``size`` bytes at least, and the threads' own memory behind it; it grows, and stays."""
        size = -(-size // _ALIGNMENT) * _ALIGNMENT + self._scratch
        if size <= self._arena_size:
            return
        self._arena = None  # the old one goes before the new one comes
        self._arena = np.empty(size + _ALIGNMENT, np.uint8)
        self._arena_size = size
        self._record.arena = -(-address(self._arena) // _ALIGNMENT) * _ALIGNMENT
