"""Real models to test with: where they are, and how many of them were found."""

from __future__ import annotations

import os
from pathlib import Path

import onnx
import pytest

ROOT = Path(os.environ.get("DLDT_MODELS", Path(__file__).parents[3] / "shared" / "models"))
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def model_path(name: str) -> Path:
    """The file of a model, by its path under the models' folder, or ``light_*.onnx``; skips the test without it."""
    path = LIGHT / name if name.startswith("light_") else ROOT / name
    if not path.is_file():
        pytest.skip(f"{name} is not there (DLDT_MODELS={ROOT})")
    return path
