"""The versions and the machine that a compilation depends on."""

from __future__ import annotations

import importlib.metadata
import platform

from dldt.compiler.options import VARIABLES
from dldt.runtime.version import __version__

PACKAGES = ("numpy", "networkx", "attrs", "onnx", "llvmlite", "ml_dtypes", "onnxruntime", "openvino")


def environment() -> dict[str, object]:
    """Versions of dldt, Python and packages; the machine's kind; the variables of dldt's that are set."""
    return {
        "dldt": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "variables": {variable.name: variable.value for variable in VARIABLES if variable.value != variable.default},
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
