"""LLVM IR texts to relocatable objects, in child processes."""

from __future__ import annotations

import math
import os
import queue
import tempfile
import threading
from collections.abc import Callable, Sequence

import attrs

from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.object.object_child import ChildError, ObjectChild
from dldt.codegen.object.source import ModuleSource
from dldt.codegen.target import Target
from dldt.compiler.budget import BudgetError, budget
from dldt.compiler.errors import DldtError, InternalError, UnsupportedError, UsageError
from dldt.compiler.options import CODEGEN_TIMEOUT
from dldt.compiler.shown import shown

# Starting a child takes about 0.3 s, as long as compiling some 100 KB of text.
_TEXT_PER_CHILD = 100_000


@attrs.frozen
class ObjectCode:
    """One compiled module: an ELF relocatable file, and its assembly and optimised IR if they were asked for."""

    object: bytes
    assembly: str | None = None
    optimised_ir: str | None = None


@attrs.frozen
class Optimisation:
    """How LLVM may optimise a module. Kernels are vectorised already, so LLVM's own vectorisers are off unless asked
    for."""

    level: int = 3
    loop_vectorization: bool = False
    slp_vectorization: bool = False
    unrolling: bool = True


def feature_text(target: Target) -> str:
    """LLVM's feature string. It turns on what the target lists, and off whatever else LLVM's processor has."""
    return ",".join([*(f"+{feature}" for feature in target.features), *(f"-{feature}" for feature in target.absent)])


def compile_modules(
    modules: Sequence[ModuleSource | str],
    target: Target,
    *,
    assembly: bool = False,
    optimisation: Optimisation | Sequence[Optimisation] = Optimisation(),
    workers: int | None = None,
    timeout: float | None = None,
    finished: Callable[[int], None] | None = None,
    cache: ObjectCache | None = None,
) -> list[ObjectCode]:
    """The objects of LLVM IR ``modules`` for ``target``, in their order.

    ``optimisation`` is one for all modules, or one for each. ``workers`` child processes share the work (by default as
    many as there are processors, fewer for little text). ``finished`` is called with the number of modules that are
    done. ``timeout`` is in seconds for one module (default: DLDT_CODEGEN_TIMEOUT). Modules that ``cache`` holds are
    neither written nor compiled again; all others are added to it.
    Raises InternalError naming the module that LLVM refused, died on or did not finish, and the file that keeps it;
    UnsupportedError where llvmlite is not installed.
    """
    options = [optimisation] * len(modules) if isinstance(optimisation, Optimisation) else list(optimisation)
    if len(options) != len(modules):
        raise InternalError(f"{len(modules)} modules, but {len(options)} sets of options to compile them by")
    patience = timeout if timeout is not None else _default_timeout()
    sources = [ModuleSource.of(module) if isinstance(module, str) else module for module in modules]
    batch = _Batch(sources, target, options, assembly, patience, finished or (lambda count: None), cache)
    return batch.run(workers)


LLVM_MEMORY = 4 << 30
"""Bytes that each process of LLVM may have beside the memory of the compile's budget."""
_NO_MEMORY = ("out of memory", "MemoryError", "bad_alloc")


class _Batch:
    """The modules of one call, shared by threads that each drive one child."""

    def __init__(
        self,
        modules: Sequence[ModuleSource],
        target: Target,
        options: Sequence[Optimisation],
        assembly: bool,
        timeout: float,
        finished: Callable[[int], None],
        cache: ObjectCache | None,
    ) -> None:
        self._modules, self._timeout = modules, timeout
        self._finished, self._cache, self._budget = finished, cache, budget()
        self._options = [attrs.asdict(option) | {"assembly": assembly} for option in options]
        self._machine = {"triple": target.triple, "cpu": target.cpu.llvm, "features": feature_text(target)}
        self._memory = int(LLVM_MEMORY + self._budget.memory) if math.isfinite(self._budget.memory) else 0
        self._texts: dict[int, str] = {}
        self._results: dict[int, ObjectCode] = {}
        self._failures: dict[int, str] = {}
        self._queue: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._keys: list[str] = []
        if cache is not None:
            pairs = zip(modules, self._options, strict=True)
            self._keys = [cache.key(module.digest, self._machine, option) for module, option in pairs]

    def run(self, workers: int | None) -> list[ObjectCode]:
        """Take the modules that the cache holds, and compile the others."""
        for index, key in enumerate(self._keys):
            parts = self._cache.load(key) if self._cache is not None else None
            if parts is not None:
                self._finish(index, parts)
        children: list[ObjectChild] = []
        threads: list[threading.Thread] = []
        try:
            for _ in range(self._queued(workers)):
                children.append(ObjectChild(self._machine, self._memory))
                threads.append(threading.Thread(target=self._serve, args=(children[-1],), daemon=True))
                threads[-1].start()
            for thread in threads:
                thread.join()
        finally:
            for child in children:
                child.kill()
            for thread in threads:
                thread.join()
            for child in children:
                child.close()
        if self._failures:
            index = min(self._failures)
            self._budget.doing = f"LLVM, at {_module_name(self._texts[index])}"
            self._budget.tick()
            if self._memory and any(words in self._failures[index] for words in _NO_MEMORY):
                most = f"{self._memory / 1e9:.1f} GB"
                raise BudgetError(
                    f"{self._budget.doing}, needs more than the {most} of memory that it may take; --max-memory "
                    "raises the limit"
                )
            raise _failure(self._texts[index], self._failures[index])
        if children and self._cache is not None:
            self._cache.trim()
        return [self._results[index] for index in range(len(self._modules))]

    def _queued(self, workers: int | None) -> int:
        """Queue the modules that are left to compile; returns how many children should compile them."""
        left = [index for index in range(len(self._modules)) if index not in self._results]
        self._texts = {index: self._modules[index].write() for index in left}
        # The largest come first, so that the last module to finish is a small one.
        for index in sorted(left, key=lambda index: -len(self._texts[index])):
            self._queue.put(index)
        count = workers or min(_processors(), 1 + sum(map(len, self._texts.values())) // _TEXT_PER_CHILD)
        return min(count, len(left))

    def _serve(self, child: ObjectChild) -> None:
        while not self._failures:
            try:
                index = self._queue.get_nowait()
            except queue.Empty:
                return
            self._compile(child, index)

    def _compile(self, child: ObjectChild, index: int) -> None:
        try:
            patience = min(self._timeout, max(self._budget.left, 0))
            parts = child.compile(self._texts[index], self._options[index], patience)
        except ChildError as error:
            self._failures[index] = str(error)
            return
        if self._cache is not None:
            self._cache.store(self._keys[index], parts)
        self._finish(index, parts)

    def _finish(self, index: int, parts: dict[str, bytes]) -> None:
        texts = [parts[part].decode() if part in parts else None for part in ("assembly", "optimised_ir")]
        self._results[index] = ObjectCode(parts["object"], *texts)
        self._finished(len(self._results))


def _failure(text: str, reason: str) -> DldtError:
    if "No module named 'llvmlite'" in reason:
        return UnsupportedError("compiling needs llvmlite: pip install 'dldt[compile]'")
    descriptor, path = tempfile.mkstemp(prefix="dldt-", suffix=".ll")
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    told = f"LLVM could not compile the module {_module_name(text)}: {reason}; its IR is kept in {path}"
    return InternalError(told, files=(path,))


def _module_name(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return first.partition("=")[2].strip().strip("'\"") if first.startswith("; ModuleID") else "(unnamed)"


def _processors() -> int:
    return len(os.sched_getaffinity(0))


def _default_timeout() -> float:
    try:
        return float(CODEGEN_TIMEOUT.value)
    except ValueError as error:
        raise UsageError(
            f"DLDT_CODEGEN_TIMEOUT must be a number of seconds, not {shown(CODEGEN_TIMEOUT.value)}"
        ) from error
