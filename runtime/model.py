"""An opened artifact."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from dldt.runtime.binding import Array, Binding
from dldt.runtime.bound import Bound
from dldt.runtime.crash_folder import crash_folder
from dldt.runtime.crash_record import CrashRecord
from dldt.runtime.entry_points import EntryPoints
from dldt.runtime.errors import RuntimeStateError
from dldt.runtime.format import Artifact, check_machine, read_artifact
from dldt.runtime.metadata import Metadata, TensorInfo
from dldt.runtime.profile import StepTime
from dldt.runtime.request import Request
from dldt.runtime.thread_pool import ThreadPool
from dldt.runtime.threads import choose_threads


def load(
    path: str | os.PathLike[str],
    *,
    threads: int | None = None,
    verify: bool | None = None,
    max_memory: int | None = None,
    crash_dir: str | os.PathLike[str] | None = None,
) -> Model:
    """Open the artifact at ``path``.

    Format, ABI, header hash, architecture and processor features are checked before any code can run, and code of less
    than 8 MB is compared with its SHA-256. ``verify``: True compares all code and the weights, which reads the whole
    file; False neither. To load an artifact is to trust it.
    ``threads``: as told, else DLDT_NUM_THREADS, else min(affinity, cgroup quota); results do not depend on it.
    ``max_memory``: the most bytes that each request may hold for its runs; RunMemoryError where one needs more.
    ``crash_dir``: a folder, else DLDT_CRASH_DIR, else none. What each run is given is kept there while it runs: where
    the process ends in the middle of it, by a signal or otherwise, another process packs it up and prints its path.
    """
    count, folder = choose_threads(threads), crash_folder(crash_dir)
    artifact = read_artifact(path, verify=verify)
    check_machine(artifact)
    return Model(artifact, count, max_memory, folder)


class Model:
    """A model ready to run, from ``load``. A context manager; several threads may use it at once."""

    def __init__(
        self, artifact: Artifact, threads: int, max_memory: int | None = None, crash_dir: str | None = None
    ) -> None:
        self.metadata: Metadata = artifact.metadata
        self.path = artifact.path
        self.threads, self.max_memory = threads, max_memory
        self._entry_points = EntryPoints(artifact)
        if crash_dir is not None:
            self._entry_points.run = CrashRecord(crash_dir, artifact, threads).kept(self._entry_points.run)
        # Workers with nothing to share would only be woken and waited for.
        used = threads if self.metadata.parallel else 1
        self._pool = ThreadPool(self._entry_points, used, late=self.metadata.short)
        self._binding = Binding(self.metadata, self._entry_points.output_shapes)
        self._requests: weakref.WeakSet[Request] = weakref.WeakSet()
        self._idle: list[Request] = []
        self._stateful = bool(self.metadata.states)
        self._closed = False
        # Held while a request is made or all are closed: none is made behind the last look at them.
        self._opening = threading.Lock()
        _MODELS.add(self)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.metadata.name

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """The inputs in the model's order, each with name, shape and dtype."""
        return self.metadata.inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """The outputs in the model's order, each with name, shape and dtype."""
        return self.metadata.outputs

    def __call__(self, *arrays: Any, out: Array | Sequence[Array] | None = None, deadline: float | None = None) -> Any:
        """Run on arrays in the model's order: one output gives an array, several a tuple in the model's order.

        ``out``: the array, or arrays, to write the outputs to. ``deadline``: the seconds that the run may take. State
        variables have their first values at the start: to keep them between runs, create a request.
        """
        targets: Any = out if out is None or isinstance(out, list | tuple) else [out]
        outputs = self._execute(arrays, targets, deadline)
        return outputs.popitem()[1] if len(outputs) == 1 else tuple(outputs.values())

    def run(self, arrays: Mapping[str, Any], *, deadline: float | None = None) -> dict[str, Array]:
        """The same with arrays by name; outputs by name."""
        return self._execute(self._binding.ordered(arrays), None, deadline)

    def profile(self, *arrays: Any, runs: int = 10) -> list[StepTime]:
        """Run ``runs`` times on arrays in the model's order, or a dict by name: the mean time of each step."""
        return self.create_request().profile(*arrays, runs=runs)

    def create_request(self, *, max_memory: int | None = None) -> Request:
        """A request with its own memory and state, for runs beside others. ``max_memory``: the most bytes that it may
        hold for its runs; None stands for what ``load`` was told."""
        limit = self.max_memory if max_memory is None else max_memory
        with self._opening:
            if self._closed:
                raise RuntimeStateError("the model is closed; load it again with dldt.runtime.load")
            request = Request(self._entry_points, self._pool, self._binding, self.metadata, limit)
            self._requests.add(request)
        return request

    def bind(self, *arrays: Any, out: Sequence[Array] | None = None) -> Bound:
        """Check these arrays once, in the model's order or one dict by name; what is returned runs on them.

        It has a request of its own. ``out``: the arrays to write to, in the model's order; new ones where it is None.
        """
        return self.create_request().bind(*arrays, out=out)

    def close(self) -> None:
        """Wait for the runs in progress, end the workers, unmap the code. Closing twice is no error."""
        with self._opening:
            if self._closed:
                return
            self._closed = True
            requests = list(self._requests)
        for request in requests:
            request.close()
        self._idle.clear()
        self._pool.close()
        self._entry_points.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        inputs, outputs = (", ".join(map(str, tensors)) for tensors in (self.inputs, self.outputs))
        return f"<Model {self.name}: ({inputs}) -> ({outputs}), {self.threads} threads>"

    def _execute(self, arrays: Sequence[Any], out: Sequence[Array] | None, deadline: float | None) -> dict[str, Array]:
        try:
            request = self._idle.pop()
        except IndexError:
            request = self.create_request()
        try:
            if self._stateful:
                request.reset()
            # An option that is not given costs nothing.
            if deadline is None:
                return request.run(*arrays, out=out)
            return request.run(*arrays, out=out, deadline=deadline)
        finally:
            self._idle.append(request)

    def _after_fork(self) -> None:
        self._opening = threading.Lock()
        self._pool.reset()
        for request in list(self._requests):
            request.after_fork()


_MODELS: weakref.WeakSet[Model] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    """The child of a fork has neither the workers nor the threads that held locks."""
    for model in list(_MODELS):
        model._after_fork()


os.register_at_fork(after_in_child=_after_fork_in_child)
