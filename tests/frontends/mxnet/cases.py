"""A case for each operation: a model of one node, and what it is fed. Expected values are those of MXNet 1.9.1
(``make_expected.py``)."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Any

import numpy as np

from tests.frontends.mxnet.symbol_writer import SymbolWriter


@dataclasses.dataclass(frozen=True)
class Case:
    """A node; ``params``: the positions of inputs that are parameters; ``numpy``: whether shapes are those of
    numpy."""

    name: str
    op: str
    inputs: tuple[Any, ...]
    attributes: dict[str, Any]
    params: tuple[int, ...] = ()
    outputs: int = 1
    numpy: bool = False
    rtol: float = 1e-5

    @property
    def labels(self):
        """The inputs that training alone needs."""
        return ("x1",) if self.op.endswith("Output") else ()

    def writer(self):
        """The model, and its outputs."""
        net = SymbolWriter(self.numpy)
        entries = []
        for position, array in enumerate(self.inputs):
            name = f"x{position}"
            make = net.param if position in self.params else net.input
            extra = {} if position in self.params or array.dtype == np.float32 else {"__dtype__": dtype_code(array)}
            entries.append(make(name, array, **extra))
        made = net.op(self.op, *entries, name="node", **self.attributes)
        return net, [made[i] for i in range(self.outputs)]


def dtype_code(array):
    return {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6, "bool": 7}[
        array.dtype.name
    ]


CASES: dict[str, Case] = {}


def case(op, *inputs, name="", params=(), outputs=1, numpy=False, rtol=1e-5, **attributes):
    """Adds a case. An input that is a tuple is the shape of random numbers."""
    key = f"{op}{'-' + name if name else ''}"
    assert key not in CASES, key
    rng = np.random.RandomState(zlib.crc32(key.encode()))
    arrays = tuple(rng.standard_normal(x).astype(np.float32) if isinstance(x, tuple) else np.asarray(x) for x in inputs)
    CASES[key] = Case(key, op, arrays, attributes, params, outputs, numpy, rtol)


def f32(*numbers):
    return np.array(numbers, np.float32)


def uniform(shape, low, high, seed=1):
    return np.random.RandomState(seed).uniform(low, high, shape).astype(np.float32)


def whole(shape, low, high, seed=2, dtype=np.float32):
    """Whole numbers from low to high - 1."""
    return np.random.RandomState(seed).randint(low, high, shape).astype(dtype)
