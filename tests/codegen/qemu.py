"""Running a model's static executable, under qemu-user when it is for another architecture."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dldt.codegen.llvm.memory import memory_module
from dldt.codegen.llvm.standalone import standalone_modules
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.llvm.syscall import syscall_module
from dldt.codegen.object.link import Weights, link_executable
from dldt.codegen.object.object import compile_modules
from dldt.codegen.target import TARGETS, Target
from dldt.runtime import cpu
from dldt.runtime.dtypes import DTYPES
from dldt.runtime.format import read_artifact

Array = np.ndarray[Any, Any]
_PLAIN_NAMES = {"bf16": "bfloat16"}
"""What ml_dtypes calls the types that numpy lacks."""


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
    path: Path,
    metadata: Mapping[str, Any],
    inputs: Mapping[str, Array],
    target: Target,
    *,
    timeout: float = 60,
    head: bytes = b"",
) -> dict[str, Array]:
    """Feed ``inputs`` (after ``head``) to the executable and take its outputs, by name."""
    command = emulator(target)
    assert command is not None, "call require_emulator first"
    arrays = [np.asarray(inputs[tensor["name"]], order="C") for tensor in metadata["inputs"]]
    found: dict[str, int] = {}
    for tensor, array in zip(metadata["inputs"], arrays, strict=True):
        assert array.dtype.name in (DTYPES[tensor["dtype"]].name, _PLAIN_NAMES.get(tensor["dtype"])), tensor["name"]
        found.update(
            (dim, size) for dim, size in zip(tensor["shape"], array.shape, strict=True) if isinstance(dim, str)
        )
    numbers = [found[symbol["name"]] for symbol in metadata["symbols"]] + [array.nbytes for array in arrays]
    text = head + struct.pack(f"<{len(numbers)}q", *numbers) + b"".join(array.tobytes() for array in arrays)
    done = subprocess.run([*command, os.fspath(path)], input=text, capture_output=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{path} ended with {done.returncode}: {done.stderr.decode(errors='replace')}"
    return _outputs(done.stdout, metadata)


def run_artifact(
    path: Path, inputs: Mapping[str, Array], *, threads: int = 1, runs: int = 1, timeout: float = 60
) -> dict[str, Array]:
    """Outputs by name of an artifact for any architecture, run by a program that maps it; skips without qemu-user.

    Unlike the Python runtime's, the arrays end where memory that may not be touched begins.
    """
    artifact = read_artifact(path)
    target = TARGETS["aarch64" if artifact.metadata.arch == "aarch64" else "x86-64-v2"]
    require_emulator(target)
    metadata = artifact.metadata.raw
    used = ("symbols", "inputs", "outputs", "scratch", "dims", "slots", "states")
    signature = {key: metadata[key] for key in used if key in metadata}
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "host"
        program.write_bytes(_host(json.dumps(signature), target, threads, runs))
        program.chmod(0o755)
        note = artifact.note
        numbers = note.file_size, note.run, note.worker, note.arena_size, note.output_shapes
        head = struct.pack("<5Q", *numbers) + os.fsencode(path.resolve()).ljust(4096, b"\0")
        return run_executable(program, metadata, inputs, target, timeout=timeout, head=head)


@cache
def _host(signature: str, target: Target, threads: int, runs: int) -> bytes:
    modules = standalone_modules(json.loads(signature), target, threads=threads, runs=runs, mapped=True)
    texts = [*modules, syscall_module(target), memory_module()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "host"
        link_executable([code.object for code in compile_modules(texts, target)], (), {}, path, target)
        return path.read_bytes()


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
