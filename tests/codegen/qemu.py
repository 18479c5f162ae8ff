"""Running a model's static executable, under qemu-user when it is for another architecture."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dldt.codegen.emit.link import Weights, link_executable, support_modules
from dldt.codegen.emit.object import compile_modules
from dldt.codegen.emit.standalone import standalone_modules
from dldt.codegen.target import Target
from dldt.runtime import cpu
from dldt.runtime.dtypes import DTYPES

Array = np.ndarray[Any, Any]


def emulator(target: Target) -> list[str] | None:
    """The command in front of a program for ``target``: nothing on its own machine, None where none is installed."""
    if target.arch == cpu.arch():
        return []
    found = shutil.which(f"qemu-{target.arch}")
    return [found] if found else None


def require_emulator(target: Target) -> None:
    """Skip the test where programs for ``target`` cannot run."""
    if emulator(target) is None:
        pytest.skip(f"qemu-{target.arch} is not installed (qemu-user)")


def build_executable(
    modules: Sequence[str],
    weights: Weights,
    metadata: Mapping[str, Any],
    target: Target,
    path: Path,
    *,
    threads: int = 1,
    runs: int = 1,
) -> Path:
    """Compile the model's LLVM modules and link them into a static executable at ``path``."""
    program = standalone_modules(metadata, target, threads=threads, runs=runs)
    everything = [*modules, *support_modules(target), *program]
    link_executable([code.object for code in compile_modules(everything, target)], weights, metadata, path, target)
    return path


def run_executable(
    path: Path, metadata: Mapping[str, Any], inputs: Mapping[str, Array], target: Target, *, timeout: float = 60
) -> dict[str, Array]:
    """Feed ``inputs`` to the executable and take its outputs, by name."""
    command = emulator(target)
    assert command is not None, "call require_emulator first"
    arrays = [np.ascontiguousarray(inputs[tensor["name"]]) for tensor in metadata["inputs"]]
    found: dict[str, int] = {}
    for tensor, array in zip(metadata["inputs"], arrays, strict=True):
        assert array.dtype == DTYPES[tensor["dtype"]], f"{tensor['name']} is {array.dtype}"
        found.update(
            (dim, size) for dim, size in zip(tensor["shape"], array.shape, strict=True) if isinstance(dim, str)
        )
    numbers = [found[symbol["name"]] for symbol in metadata["symbols"]] + [array.nbytes for array in arrays]
    text = struct.pack(f"<{len(numbers)}q", *numbers) + b"".join(array.tobytes() for array in arrays)
    done = subprocess.run([*command, os.fspath(path)], input=text, capture_output=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{path} ended with {done.returncode}: {done.stderr.decode(errors='replace')}"
    return _outputs(done.stdout, metadata)


def _outputs(text: bytes, metadata: Mapping[str, Any]) -> dict[str, Array]:
    ranks = [len(tensor["shape"]) for tensor in metadata["outputs"]]
    dims = iter(struct.unpack_from(f"<{sum(ranks)}q", text))
    at, result = 8 * sum(ranks), {}
    for tensor, rank in zip(metadata["outputs"], ranks, strict=True):
        shape, dtype = tuple(next(dims) for _ in range(rank)), DTYPES[tensor["dtype"]]
        count = int(np.prod(shape, dtype=np.int64))
        result[tensor["name"]] = np.frombuffer(text, dtype, count, at).reshape(shape)
        at += count * dtype.itemsize
    assert at == len(text)
    return result


def run_under_qemu(
    modules: Sequence[str],
    weights: Weights,
    metadata: Mapping[str, Any],
    inputs: Mapping[str, Array],
    target: Target,
    folder: Path,
    *,
    threads: int = 1,
    runs: int = 1,
) -> dict[str, Array]:
    """Outputs by name of the model made of LLVM ``modules``, run as a static executable; skips without qemu-user."""
    require_emulator(target)
    path = build_executable(modules, weights, metadata, target, folder / "model", threads=threads, runs=runs)
    return run_executable(path, metadata, inputs, target)
