"""Runs of a model, one at a time, in memory of their own."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from dldt.runtime.abi import CONDITION, NO_MEMORY, REQUEST
from dldt.runtime.address import address
from dldt.runtime.binding import Array, Binding, Plain, Shape
from dldt.runtime.bound import Bound
from dldt.runtime.deadline import deadline_in
from dldt.runtime.entry_points import EntryPoints
from dldt.runtime.errors import DldtRuntimeError, RunMemoryError, RuntimeInputError
from dldt.runtime.found_ranks import with_found_ranks
from dldt.runtime.held_memory import HeldMemory
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
    STATES,
    SYMBOLS,
    THREAD_POOL,
    RequestMemory,
)
from dldt.runtime.shown import shown
from dldt.runtime.states import States
from dldt.runtime.thread_pool import ThreadPool
from dldt.runtime.turn import Turn

_empty, _ndarray = np.empty, np.ndarray
_UNSET = (-1,)
"""No dims: those of the next run are new."""
_NEVER: Plain = (np.dtype(np.void), _UNSET, _UNSET, 0)
"""What no input is like."""


class Request:
    """Runs a model again and again in the same memory. One run at a time; other requests may run meanwhile."""

    def __init__(
        self,
        entry_points: EntryPoints,
        pool: ThreadPool,
        binding: Binding,
        metadata: Metadata,
        max_memory: int | None = None,
    ) -> None:
        """``max_memory``: the most bytes that the request may hold for its runs, None for no limit."""
        self._entry_points, self._pool, self._binding, self._metadata = entry_points, pool, binding, metadata
        self._call, self._alone = entry_points.run, pool.threads == 1
        ranks = [len(tensor.shape) for tensor in binding.outputs] if metadata.dims > len(metadata.symbols) else []
        self._memory = RequestMemory(len(binding.inputs), len(binding.outputs), metadata.dims, sum(ranks))
        self._address, self._words = self._memory.address, self._memory.words
        self._ranks = {tensor.name: tensor.rank_of for tensor in binding.outputs if tensor.rank_of}
        self._held = HeldMemory(metadata, pool.threads, max_memory)
        self._symbols: tuple[int, ...] = ()
        # What inputs must be like for ``_place`` to accept them; word, name, shape and type of each output.
        self._plain = self._never = [_NEVER] * (1 + len(binding.inputs))
        self._results: list[tuple[int, str, Shape, np.dtype[Any]]] = []
        # Of all outputs, with -1 for dims that the run finds; whether there are such.
        self._shapes: Sequence[Shape] = ()
        self._found = False
        if binding.fixed:
            self._fit(*binding.fixed)
        self._words[ARENA] = self._held.fit_arena(metadata.arena or 0)
        self._turn = Turn()
        self._turn.serve(self._memory)
        slots = self._held.slots
        if slots is not None:
            self._words[SLOTS], self._words[GROW] = slots.address, slots.function
        self._states = States(metadata, slots, self._turn) if metadata.states else None
        if self._states is not None:
            self._words[STATES] = self._states.address

    def run(self, *arrays: Any, out: Sequence[Array] | None = None, deadline: float | None = None) -> dict[str, Array]:
        """Run on arrays in the model's order, or on one dict by name; outputs by name, in the model's order.

        Outputs are new arrays, or those of ``out`` in the model's order, which must fit exactly (where the data decide
        the rank of an output, it has the highest one there, and the next output tells its own). ``deadline``: the
        seconds that the run may take; RunDeadlineError where it takes longer.
        """
        turn = self._turn
        lock = turn.lock
        if not lock.acquire(False):
            turn.refuse()
        try:
            if turn.cancelled:
                turn.forget()
            if deadline is not None:
                return self._execute_until(deadline_in(deadline), arrays, out)
            return self._execute(arrays, out)
        finally:
            lock.release()

    def cancel(self) -> None:
        """End the run in progress, from any thread: before its next kernel it raises RunCancelledError.

        Without a run in progress nothing happens. The request can run again afterwards.
        """
        self._turn.cancel()

    @property
    def state(self) -> States:
        """The model's state variables by name: arrays to read and to assign; None for one that is not assigned."""
        if self._states is None:
            raise RuntimeInputError(f"the model {shown(self._metadata.name)} has no state variables")
        return self._states

    def reset(self) -> None:
        """Forget the state: the next run starts with the first values of all variables."""
        self._turn.take()
        try:
            if self._states is not None:
                self._states.reset()
        finally:
            self._turn.lock.release()

    @property
    def memory(self) -> int:
        """The bytes that the request holds between runs, and keeps for the next one."""
        return self._held.bytes

    def release_memory(self) -> None:
        """Give the memory back that the request holds, but for state variables; the next run asks for it again."""
        self._turn.take()
        try:
            # No run fits these, so the next one asks for an arena.
            self._symbols, self._plain = _UNSET, self._never
            self._held.release()
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
            self._turn.serve(memory)
        finally:
            self._turn.lock.release()
        names = [tensor.name for tensor in self._binding.inputs]
        run = partial(self._call, memory.address) if self._alone else partial(self._run_together, memory)
        # The arena is held by itself too: a later run with larger dims gives the request another one.
        held = (self, self._held.arena)
        error = partial(self._error, words=memory.words)
        return Bound(self._turn, memory, run, error, held, dict(zip(names, checked, strict=True)), outputs)

    def start(self, *arrays: Any, out: Sequence[Array] | None = None, deadline: float | None = None) -> Job:
        """Begin ``run`` on a thread of its own; the job's ``result(timeout)`` waits for the outputs.

        The arrays must not be written to before it is done.
        """
        end = None if deadline is None else deadline_in(deadline)
        self._turn.take()
        return Job(lambda: self._run_begun(end, arrays, out))

    def profile(self, *arrays: Any, runs: int = 10) -> list[StepTime]:
        """Run ``runs`` times on arrays as ``run`` takes them: each step's mean time, in the order of the run.

        Empty for an artifact that does not list its steps.
        """
        if not isinstance(runs, int) or isinstance(runs, bool) or runs < 1:
            raise RuntimeInputError(f"runs must be a whole number of 1 or more, not {shown(runs)}")
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
        run = self._metadata.steps_for(self._symbols)
        return share_out([steps[k] for k in run], [ticks[k] for k in run], seconds)

    def close(self) -> None:
        """Wait for a run in progress; then no other can begin."""
        self._turn.close()

    def after_fork(self) -> None:
        """In the child of a fork, no run is in progress."""
        self._turn.after_fork()

    def _run_begun(self, end: int | None, arrays: Sequence[Any], out: Sequence[Array] | None) -> dict[str, Array]:
        try:
            return self._execute(arrays, out) if end is None else self._execute_until(end, arrays, out)
        finally:
            self._turn.lock.release()

    def _execute_until(self, end: int, arrays: Sequence[Any], out: Sequence[Array] | None) -> dict[str, Array]:
        self._words[DEADLINE] = end
        try:
            return self._execute(arrays, out)
        finally:
            self._words[DEADLINE] = 0

    def _execute(self, arrays: Sequence[Any], out: Sequence[Array] | None) -> dict[str, Array]:
        if len(arrays) == 1 and type(arrays[0]) is not _ndarray:
            arrays = self._ordered(arrays)
        if not self._place(arrays):
            arrays = self._prepare(arrays)
        words, outputs = self._words, {}
        if out is None:
            for position, name, shape, dtype in self._results:
                outputs[name] = array = _empty(shape, dtype)
                words[position] = address(array)
        else:
            outputs = self._place_outputs(out, arrays)
        status = self._call(self._address) if self._alone else self._run_together(self._memory)
        if status:
            raise self._error(status)
        outputs = self._read_outputs(outputs) if self._found else outputs
        return with_found_ranks(outputs, self._ranks) if self._ranks and out is None else outputs

    def _error(self, status: int, words: memoryview | None = None) -> DldtRuntimeError:
        if self._held.slots is not None:
            self._held.slots.raise_interruption()
            if status == NO_MEMORY:  # what larger sizes took must not stand in the way of smaller ones
                self._held.slots.release()
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
                    f"the arrays cannot be bound: each run finds the shape of output {shown(tensor.name)} anew; use run"
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
        checked = self._binding.readable(checked)
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
        self._shapes, self._found = outputs, len(self._results) < len(binding.outputs)

    def _place_outputs(self, out: Sequence[Array], inputs: Sequence[Array]) -> dict[str, Array]:
        outputs = {}
        for (position, name, _, _), array in zip(
            self._results, self._binding.check_outputs(out, self._shapes, inputs), strict=True
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
        self._symbols, self._plain = _UNSET, self._never  # what holds if these are refused
        for position, value in enumerate(symbols, self._memory.first_symbol):
            self._words[position] = value
        size = self._metadata.arena
        if size is None:
            size = self._entry_points.arena_size(self._words[SYMBOLS], self._address + REQUEST.offset("detail"))
        if size < 0:
            raise RuntimeInputError(f"the model cannot run with dims {self._given(symbols)}: {self._error(CONDITION)}")
        try:
            self._words[ARENA] = self._held.fit_arena(size)
        except RunMemoryError as error:
            raise RunMemoryError(f"{error}; the dims are {self._given(symbols)}") from None
        self._symbols = symbols

    def _given(self, symbols: tuple[int, ...]) -> str:
        pairs = zip(self._metadata.symbols, symbols, strict=True)
        return ", ".join(f"{symbol.text}={value}" for symbol, value in pairs)


def _signed(words: Sequence[int]) -> list[int]:
    return [word - (1 << 64) if word >> 63 else word for word in words]
