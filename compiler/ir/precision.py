"""Element types as a port spells them: FP32, I64, BOOL …"""

from __future__ import annotations

from dldt.compiler.types import DType

_SPELLINGS = {
    DType.f64: "FP64",
    DType.f32: "FP32",
    DType.f16: "FP16",
    DType.bf16: "BF16",
    DType.boolean: "BOOL",
}

_BY_NAME = {dtype.value: dtype for dtype in DType} | {text.lower(): dtype for dtype, text in _SPELLINGS.items()}


def precision_of(dtype: DType) -> str:
    """The spelling of ``dtype`` in a port."""
    return _SPELLINGS.get(dtype, dtype.value.upper())


def find_dtype(text: str) -> DType | None:
    """The element type of either spelling (``f32``, ``FP32``), upper or lower case; None where it is not known."""
    return _BY_NAME.get(text.strip().lower())
