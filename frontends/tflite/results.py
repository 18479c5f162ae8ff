"""Operations whose result's type or shape stands in the result alone: the reader gives it as attributes."""

from __future__ import annotations

from typing import Any

from dldt.compiler.errors import UnsupportedError
from dldt.frontends.engine.fault import Fault
from dldt.frontends.tflite.tensor import FileTensor

RESULTS: dict[str, tuple[str, ...]] = {
    "BITCAST": ("result_type",),
    "STABLEHLO_BROADCAST_IN_DIM": ("result_shape",),
    "STABLEHLO_CONVERT": ("result_type",),
    "STABLEHLO_IOTA": ("result_type", "result_shape"),
    "STABLEHLO_RESHAPE": ("result_shape",),
}
"""The attributes that are given."""


def result_attributes(op: str, result: FileTensor | None) -> dict[str, Any]:
    """What an operation is told about its first result."""
    wanted = RESULTS.get(op, ())
    if result is None or not wanted:
        return {}
    shape: Any = result.signature
    if shape is None or None in shape:
        shape = Fault(UnsupportedError, f"is {shape}, which is not fixed")
    return {name: result.label if name == "result_type" else shape for name in wanted}
