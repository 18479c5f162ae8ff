"""Runs of a model, one at a time, in an arena of their own."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from dldt.runtime.abi import ARENA_ALIGNMENT, CONDITION, REQUEST
from dldt.runtime.address import address
from dldt.runtime.arena_memory import ArenaMemory
from dldt.runtime.binding import Array, Binding, Plain, Shape
from dldt.runtime.bound import Bound
from dldt.runtime.entry_points import EntryPoints
from dldt.runtime.errors import DldtRuntimeError, RuntimeInputError
from dldt.runtime.job import Job
from dldt.runtime.metadata import Metadata
from dldt.runtime.outcome import run_error
from dldt.runtime.profile import StepTime, share_out
from dldt.runtime.request_memory import (
    ARENA,
    DEADLINE,
    DETAIL,
    FIRST_INPUT,
    GROW,
    PROFILE,
    SLOTS,
    SYMBOLS,
    THREAD_POOL,
    RequestMemory,
)
from dldt.runtime.slots import Slots
from dldt.runtime.thread_pool import ThreadPool
from dldt.runtime.turn import Turn

_empty, _ndarray = np.empty, np.ndarray
_UNSET = (-1,)
"""No dims: those of the next run are new."""


class Request:
    """Runs a model again and again in the same arena. One run at a time; other requests may run meanwhile."""

    def __init__(
        self,
        entry_points: EntryPoints,
        pool: ThreadPool,
        binding: Binding,
        metadata: Metadata,
        max_memory: int | None = None,
    ) -> None:
        self._entry_points, self._pool, self._binding, self._metadata = entry_points, pool, binding, metadata
        self._call, self._alone = entry_points.run, pool.threads == 1
        ranks = [len(tensor.shape) for tensor in binding.outputs] if metadata.dims > len(metadata.symbols) else []
        self._memory = RequestMemory(len(binding.inputs), len(binding.outputs), metadata.dims, sum(ranks))
        self._address, self._words = self._memory.address, self._memory.words
        self._scratch = metadata.scratch * pool.threads
        self._arena: ArenaMemory | None = None
        self._symbols: tuple[int, ...] = ()
        # What inputs must be like for ``_place`` to accept them; word, name, shape and type of each output.
        self._plain: list[Plain] = []
        self._results: list[tuple[int, str, Shape, np.dtype[Any]]] = []
        # Whether the shape of an output is found by the run.
        self._found = False
        if binding.fixed:
            self._fit(*binding.fixed)
        self._max_memory = max_memory
        self._slots: Slots | None = None
        if metadata.slots:
            self._slots = Slots(metadata.slots, max_memory, lambda: 0 if self._arena is None else self._arena.size)
            self._words[SLOTS], self._words[GROW] = self._slots.address, self._slots.function
        self._cancel = ctypes.c_uint32.from_address(self._address + REQUEST.offset("cancel"))
        self._cancelled = False
        self._set_arena(metadata.arena or 0)
        self._turn = Turn()

    def run(self, *arrays: Any, out: Sequence[Array] | None = None, deadline: float | None = None) -> dict[str, Array]:
        """Run on arrays in the model's order, or on one dict by name; outputs by name, in the model's order.

        Outputs are new arrays, or those of ``out`` in the model's order, which must fit exactly. ``deadline``: the
        seconds that the run may take; RunDeadlineError where it takes longer.
        """
        turn = self._turn
        lock = turn.lock
        if not lock.acquire(False):
            turn.refuse()
        try:
            if deadline is not None:
                self._words[DEADLINE] = time.monotonic_ns() + int(1e9 * deadline)
            return self._execute(arrays, out)
        finally:
            if deadline is not None:
                self._words[DEADLINE] = 0
            lock.release()

    def cancel(self) -> None:
        """End a run in progress, from any thread: it raises RunCancelledError at the next kernel."""
        if self._turn.lock.locked():
            self._cancelled = True
            self._cancel.value = 1

    @property
    def memory(self) -> int:
        """The bytes that the request holds between runs, and keeps for the next one."""
        arena = 0 if self._arena is None else self._arena.size
        return arena + (0 if self._slots is None else self._slots.bytes)

    def release_memory(self) -> None:
        """Give the memory back that the request holds; the next run asks for it again. No bound run may follow."""
        self._turn.take()
        try:
            self._symbols, self._plain, self._arena = _UNSET, [], None
            if self._slots is not None:
                self._slots.release()
        finally:
            self._turn.lock.release()

    def bind(self, *arrays: Any, out: Sequence[Array] | None = None) -> Bound:
        """Check arrays as ``run`` takes them, once; what is returned runs on them at each call.

        Inputs that the artifact cannot read where they are, so that ``run`` would copy them, are refused.
        """
        self._turn.take()
        try:
            given = self._ordered(arrays)
            checked = self._prepare(given)
            self._binding.check_in_place(given, checked)
            self._refuse_found()
            made = [_empty(shape, dtype) for _, _, shape, dtype in self._results] if out is None else out
            outputs = self._place_outputs(made, checked)
            memory = self._memory.copy()
        finally:
            self._turn.lock.release()
        names = [tensor.name for tensor in self._binding.inputs]
        run = partial(self._call, memory.address) if self._alone else partial(self._run_together, memory)
        # The arena is held by itself too: a later run with larger dims gives the request another one.
        held = (self, memory, self._arena)
        error = partial(self._error, words=memory.words)
        return Bound(self._turn, run, error, held, dict(zip(names, checked, strict=True)), outputs)

    def start(self, *arrays: Any, out: Sequence[Array] | None = None) -> Job:
        """Begin ``run`` on a thread of its own; the job's ``result(timeout)`` waits for the outputs.

        The arrays must not be written to before it is done.
        """
        self._turn.take()
        return Job(lambda: self._run_begun(arrays, out))

    def profile(self, *arrays: Any, runs: int = 10) -> list[StepTime]:
        """Run ``runs`` times on arrays as ``run`` takes them: each step's mean time, in the order of the run.

        Empty for an artifact that does not list its steps.
        """
        steps = self._metadata.steps
        ticks = (ctypes.c_uint64 * max(1, len(steps)))()
        self._turn.take()
        try:
            self._execute(arrays, None)
            self._words[PROFILE] = ctypes.addressof(ticks)
            started = time.perf_counter()
            for _ in range(runs):
                self._execute(arrays, None)
            seconds = (time.perf_counter() - started) / runs
        finally:
            self._words[PROFILE] = 0
            self._turn.lock.release()
        return share_out(steps, list(ticks)[: len(steps)], seconds)

    def close(self) -> None:
        """Wait for a run in progress; then no other can begin."""
        self._turn.close()

    def reset(self) -> None:
        """In the child of a fork, no run is in progress."""
        self._turn.reset()

    def _run_begun(self, arrays: Sequence[Any], out: Sequence[Array] | None) -> dict[str, Array]:
        try:
            return self._execute(arrays, out)
        finally:
            self._turn.lock.release()

    def _execute(self, arrays: Sequence[Any], out: Sequence[Array] | None) -> dict[str, Array]:
        if len(arrays) == 1 and type(arrays[0]) is not _ndarray:
            arrays = self._ordered(arrays)
        if not self._place(arrays):
            arrays = self._prepare(arrays)
        words, outputs = self._words, {}
        if self._cancelled:
            self._cancelled, self._cancel.value = False, 0
        if out is None:
            for position, name, shape, dtype in self._results:
                outputs[name] = array = _empty(shape, dtype)
                words[position] = address(array)
        else:
            outputs = self._place_outputs(out, arrays)
        status = self._call(self._address) if self._alone else self._run_together(self._memory)
        if status:
            raise self._error(status)
        return self._read_outputs(outputs) if self._found else outputs

    def _error(self, status: int, words: memoryview | None = None) -> DldtRuntimeError:
        detail = (self._words if words is None else words)[DETAIL : DETAIL + 4]
        return run_error(status, _signed(detail), self._metadata.conditions)

    def _read_outputs(self, outputs: dict[str, Array]) -> dict[str, Array]:
        """All outputs: those whose shape the run has found are copied from where they lie."""
        found: dict[str, Array] = {}
        at = self._memory.first_output_dim
        for position, tensor in enumerate(self._binding.outputs, self._memory.first_output):
            shape = tuple(self._words[at : at + len(tensor.shape)])
            at += len(tensor.shape)
            made = outputs.get(tensor.name)
            if made is None:
                made = _empty(shape, tensor.dtype)
                ctypes.memmove(address(made), self._words[position], made.nbytes)
            found[tensor.name] = made
        return found

    def _refuse_found(self) -> None:
        for tensor in self._binding.outputs if self._found else ():
            if "?" in tensor.shape:
                raise RuntimeInputError(
                    f"the arrays cannot be bound: each run finds the shape of output {tensor.name!r} anew; use run"
                )

    def _ordered(self, arrays: Sequence[Any]) -> Sequence[Any]:
        """The arrays in the model's order, whether they came in it or as a dict by name."""
        if len(arrays) == 1 and isinstance(arrays[0], (dict, Mapping)):
            return self._binding.ordered(arrays[0])
        return arrays

    def _place(self, arrays: Sequence[Any]) -> bool:
        """Tell the artifact where the inputs are; False where one has another shape or type than in the run before.

        False as well where one cannot be read where it is.
        """
        plain, words = self._plain, self._words
        if len(arrays) != len(plain):
            return False
        for index, (dtype, shape, strides, low) in enumerate(plain):
            array = arrays[index]
            if type(array) is not _ndarray or array.dtype is not dtype or array.shape != shape:
                return False
            at = address(array)
            if array.strides != strides or at & low:
                return False
            words[FIRST_INPUT + index] = at
        return True

    def _prepare(self, arrays: Sequence[Any]) -> list[Array]:
        """The same for any inputs: each is checked, and copied where the artifact cannot read it where it is."""
        checked = self._binding.check(arrays)
        symbols, shapes = self._binding.resolve(checked)
        if symbols != self._symbols:
            self._set_symbols(symbols)
        self._fit([array.shape for array in checked], shapes)
        for position, array in enumerate(checked, FIRST_INPUT):
            self._words[position] = address(array)
        return checked

    def _fit(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> None:
        """The next runs are expected to be of these shapes."""
        binding, first = self._binding, self._memory.first_output
        self._plain = binding.plain(inputs)
        self._results = [
            (position, tensor.name, shape, tensor.dtype)
            for position, (tensor, shape) in enumerate(zip(binding.outputs, outputs, strict=True), first)
            if -1 not in shape
        ]
        self._found = len(self._results) < len(binding.outputs)

    def _place_outputs(self, out: Sequence[Array], inputs: Sequence[Array]) -> dict[str, Array]:
        shapes = [shape for _, _, shape, _ in self._results]
        outputs = {}
        for (position, name, _, _), array in zip(
            self._results, self._binding.check_outputs(out, shapes, inputs), strict=True
        ):
            outputs[name] = array
            self._words[position] = address(array)
        return outputs

    def _run_together(self, memory: RequestMemory) -> int:
        pool = self._pool.acquire()
        try:
            memory.words[THREAD_POOL] = pool
            return self._call(memory.address)
        finally:
            if pool:
                self._pool.release()

    def _set_symbols(self, symbols: tuple[int, ...]) -> None:
        self._symbols, self._plain = (), []  # what holds if these are refused
        for position, value in enumerate(symbols, self._memory.first_symbol):
            self._words[position] = value
        if self._metadata.arena is not None:
            self._set_arena(self._metadata.arena)
        elif symbols:
            size = self._entry_points.arena_size(self._words[SYMBOLS], self._address + REQUEST.offset("detail"))
            if size < 0:
                given = ", ".join(f"{s.text}={value}" for s, value in zip(self._metadata.symbols, symbols, strict=True))
                raise RuntimeInputError(f"the model cannot run with dims {given}: {self._error(CONDITION)}")
            self._set_arena(size)
        self._symbols = symbols

    def _set_arena(self, size: int) -> None:
        """Have an arena of at least ``size`` bytes, with the threads' scratch memory behind it; it never shrinks."""
        size = -(-size // ARENA_ALIGNMENT) * ARENA_ALIGNMENT + self._scratch
        if self._arena is not None and size <= self._arena.size:
            return
        self._arena = None  # the old one goes before the new one comes
        self._arena = ArenaMemory(size)
        self._words[ARENA] = self._arena.address


def _signed(words: Sequence[int]) -> list[int]:
    return [word - (1 << 64) if word >> 63 else word for word in words]
