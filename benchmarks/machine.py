"""What a measurement was made on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

from dldt.runtime.version import __version__

PACKAGES = ("numpy", "onnxruntime", "openvino", "llvmlite")


def describe() -> dict:
    """The processor, its cores, the versions of what was measured."""
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


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
