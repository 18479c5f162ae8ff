"""Nets that MXNet exported (``exported.npz``, by make_exported.py), with parameters that follow from their names."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np

from tests.frontends.mxnet.symbol_writer import params_bytes

FILE = Path(__file__).with_name("exported.npz")


def array_of(name, shape, dtype="float32"):
    """The parameter of that name: centred numbers that keep the size of activations; variances are positive."""
    rng = np.random.RandomState(zlib.crc32(name.encode()))
    if dtype == "int8":
        return rng.randint(-127, 128, shape).astype(np.int8)
    if name.endswith(("_var", "gamma")):
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    fan = int(np.prod(shape[1:])) if len(shape) > 1 else 16
    return (rng.standard_normal(shape) * np.sqrt(1.5 / max(fan, 1))).astype(dtype)


def parameters(shapes):
    """The arrays by name, of their shapes and types or of arrays."""
    return {name: given if isinstance(given, np.ndarray) else array_of(name, *given) for name, given in shapes.items()}


class Exported:
    """A net's files, inputs and answers."""

    def __init__(self, name):
        stored = np.load(FILE)
        keys = [key for key in stored.files if key.rpartition("/")[0] == name]
        self.symbol = stored[f"{name}/symbol"].tobytes()
        self.shapes = json.loads(stored[f"{name}/shapes"].tobytes())
        kinds = {kind: f"{name}/{kind}/" for kind in ("input", "param")}
        self.inputs, arrays = (
            {key.removeprefix(prefix): stored[key] for key in stored.files if key.startswith(prefix)}
            for prefix in kinds.values()
        )
        self.shapes |= arrays
        numbers = sorted(int(key.rpartition("/")[2]) for key in keys if key.rpartition("/")[2].isdecimal())
        self.answers = [stored[f"{name}/{number}"] for number in numbers]

    def save(self, folder):
        """Writes both files; the path of the symbol."""
        path = folder / "net-symbol.json"
        path.write_bytes(self.symbol)
        arrays = {f"arg:{name}": array for name, array in parameters(self.shapes).items()}
        (folder / "net-0000.params").write_bytes(params_bytes(arrays))
        return path
