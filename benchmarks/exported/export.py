"""One network that a script exports: how it is made, and inputs of two sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import numpy as np

Arrays: TypeAlias = Mapping[str, np.ndarray]


@attrs.frozen
class Export:
    """A network. ``sizes``: inputs by name, of the size with which it is exported and of another one; ``free``: the
    dims of each input that stay free, by their positions; ``make`` writes a file of ONNX with an exporter by name."""

    name: str
    exporters: tuple[str, ...]
    sizes: tuple[Arrays, Arrays]
    free: Mapping[str, Mapping[int, str]]
    make: Callable[[Export, str, Path], Any]

    def write(self, folder: Path, exporter: str) -> None:
        """The model and its inputs, ``NAME-EXPORTER.onnx`` and ``.npz``."""
        path = folder / f"{self.name}-{exporter}.onnx"
        self.make(self, exporter, path)
        stored = {f"{i}/{name}": array for i, arrays in enumerate(self.sizes) for name, array in arrays.items()}
        np.savez(path.with_suffix(".npz"), **stored)


def normal(seed: int, *shape: int) -> np.ndarray:
    """Seeded numbers."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def tokens(seed: int, below: int, *shape: int) -> np.ndarray:
    """Seeded words of a vocabulary."""
    return np.random.default_rng(seed).integers(0, below, shape)
