"""Runs an artifact on this machine, where this machine can."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from dldt.codegen.target import Target
from dldt.compiler.types import Array
from dldt.debug.forked import forked
from dldt.runtime import cpu, load


def runs_here(target: Target) -> bool:
    """Whether this machine has all that the target's code needs."""
    return target.triple.partition("-")[0] == platform.machine() and not cpu.missing(list(target.features))


def run_artifact(path: Path, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs by name, on one thread. Raises CrashedError where the library's code ends its process."""
    return forked(lambda: _run(path, inputs), "the library's code")


def _run(path: Path, inputs: Mapping[str, Array]) -> dict[str, Array]:
    with load(path, threads=1) as model:
        return dict(model.run(dict(inputs)))
