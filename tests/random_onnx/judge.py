"""Native outputs beside those of onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime

from dldt.compiler.types import Array
from tests.random_onnx.native_child import NativeChild

TOLERANCE = {np.dtype(np.float32): 1e-4, np.dtype(np.float16): 4e-3, np.dtype(np.float64): 1e-5}
"""Of the largest number of an output. Doubles that are made of f32 have the errors of these."""


class RefusedError(Exception):
    """What onnxruntime refuses itself: a size, say, that its inference of shapes takes for another one."""


def reference(model: bytes, feeds: Sequence[Mapping[str, Array]]) -> list[dict[str, Array]]:
    """What onnxruntime gives, its own graph optimisations off. Raises RefusedError where it gives nothing."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return [dict(zip(names, session.run(None, dict(given)), strict=True)) for given in feeds]
    except Exception as error:
        raise RefusedError(" ".join(str(error).split())) from error


def difference(child: NativeChild, model: Any, feeds: Sequence[dict[str, Array]]) -> str:
    """What is wrong with the native outputs; nothing where they are right."""
    data = model.SerializeToString()
    expected = reference(data, feeds)
    found = child.outputs(data, feeds)
    if isinstance(found, str):
        return found
    for k, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        for name, wanted in theirs.items():
            wrong = _wrong(ours.get(name), wanted)
            if wrong:
                return f"differs: {name} for feed {k}: {wrong}"
    return ""


def _wrong(got: Array | None, wanted: Array) -> str:
    if got is None:
        return "is missing"
    if got.dtype != wanted.dtype or got.shape != wanted.shape:
        return f"is {got.dtype}{list(got.shape)}, wanted is {wanted.dtype}{list(wanted.shape)}"
    wide, other = got.astype(np.float64), wanted.astype(np.float64)
    if not np.array_equal(np.isnan(wide), np.isnan(other)):
        return "has no numbers in other places"
    finite = np.isfinite(other)
    if not np.array_equal(wide[~finite], other[~finite], equal_nan=True):
        return "is not infinite where it should be"
    scale = max(1e-2, float(np.abs(other[finite]).max(initial=0)))
    error = float(np.abs(wide[finite] - other[finite]).max(initial=0)) / scale
    return f"error {error:.2e}" if error > TOLERANCE.get(wanted.dtype, 0.0) else ""
