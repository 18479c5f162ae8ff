"""The machine and the versions that a measurement was made on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

from dldt.codegen.host import resolve_target
from dldt.runtime import cpu
from dldt.runtime.version import __version__

PACKAGES = ("numpy", "onnxruntime", "openvino", "llvmlite")


def describe() -> dict:
    """The processor, its cores, and the versions of the measured packages."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    fields = dict(line.partition(":")[::2] for line in text.splitlines() if ":" in line)
    cleaned = {key.strip(): value.strip() for key, value in fields.items()}
    family = f" (family {cleaned.get('cpu family', '?')}, model {cleaned.get('model', '?')})"
    return {
        "cpu": cleaned.get("model name", platform.machine()) + family,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "packages": {"dldt": __version__} | {name: _version(name) for name in PACKAGES},
    }


def runs(target: str) -> bool:
    """Whether this machine has the architecture and the instructions of a target."""
    machine = resolve_target(target)
    return machine.arch == cpu.arch() and not cpu.missing(list(machine.features))


def require_target(target: str) -> None:
    """Raises SystemExit with an error where this machine does not run the target's code."""
    if not runs(target):
        raise SystemExit(f"error: this machine does not run the code of {target}, so it cannot be measured here")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
