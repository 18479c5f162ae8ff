"""A node and what TensorFlow makes of its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import numpy as np

from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.ops import register


@attrs.frozen
class Fixed:
    """An input that is a constant of the model."""

    array: Any


@attrs.frozen(eq=False)
class Case:
    """One operation. ``inputs``: arrays that are fed, and Fixed ones; ``outputs``: how many are compared, all of them
    where it is 0; ``free``: the axes of the first input whose size is not known when the model is compiled."""

    op: str
    inputs: tuple[Any, ...]
    attributes: dict[str, Any] = attrs.field(factory=dict)
    outputs: int = 1
    tolerance: float = 1e-5
    free: tuple[int, ...] = ()

    def arrays(self):
        """Every input as an array."""
        return [np.asarray(x.array if isinstance(x, Fixed) else x) for x in self.inputs]


def record(cases):
    """A model of all cases, side by side, and what is fed to it."""
    nodes, inputs, constants, feeds, outputs = [], {}, {}, {}, []
    for number, case in enumerate(cases):
        name = f"c{number}"
        names = [f"{name}_x{i}" for i in range(len(case.inputs))]
        for i, (given, array) in enumerate(zip(case.inputs, case.arrays(), strict=True)):
            if isinstance(given, Fixed):
                constants[names[i]] = TensorRecord.of(array)
                continue
            free = case.free if i == 0 else ()
            dims = tuple(f"{name}_d{axis}" if axis in free else size for axis, size in enumerate(array.shape))
            inputs[names[i]] = DeclaredType(DType.of(array.dtype), dims)
            feeds[names[i]] = array
        made = tuple(name if port == 0 else f"{name}:{port}" for port in range(case.outputs))
        nodes.append(NodeRecord(case.op, name, tuple(names), made, dict(case.attributes)))
        outputs += made
    graph = GraphRecord("cases", tuple(nodes), inputs, tuple(outputs), constants)
    return ModelRecord(register(), Path("cases.pb"), graph), feeds


def agree(got, wanted, tolerance):
    """An empty text where they do, else what differs."""
    if got.shape != wanted.shape or got.dtype != wanted.dtype:
        return f"{got.dtype}{list(got.shape)} instead of {wanted.dtype}{list(wanted.shape)}"
    if wanted.dtype.kind not in "fV" and wanted.dtype.name != "bfloat16":
        return "" if np.array_equal(got, wanted) else f"{got.ravel()[:8]} instead of {wanted.ravel()[:8]}"
    a, b = got.astype(np.float64), wanted.astype(np.float64)
    odd = ~np.isfinite(b)
    if not np.array_equal(a[odd], b[odd], equal_nan=True) or not np.isfinite(a[~odd]).all():
        return f"{got.ravel()[:8]} instead of {wanted.ravel()[:8]}"
    if (~odd).sum() == 0:
        return ""
    error = np.abs(a[~odd] - b[~odd]).max() / max(np.abs(b[~odd]).max(), 1e-30)
    return "" if error <= tolerance else f"off by {error:.1e}: {got.ravel()[:6]} instead of {wanted.ravel()[:6]}"
