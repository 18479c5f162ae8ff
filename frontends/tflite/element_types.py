"""Element types of .tflite files."""

from __future__ import annotations

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.frontends.engine.fault import Fault

_DTYPES = {
    "FLOAT32": DType.f32,
    "FLOAT16": DType.f16,
    "BFLOAT16": DType.bf16,
    "FLOAT64": DType.f64,
    "INT64": DType.i64,
    "INT32": DType.i32,
    "INT16": DType.i16,
    "INT8": DType.i8,
    "UINT64": DType.u64,
    "UINT32": DType.u32,
    "UINT16": DType.u16,
    "UINT8": DType.u8,
    "BOOL": DType.boolean,
    "INT4": DType.i8,
    "INT2": DType.i8,
    "UINT4": DType.u8,
}
PACKED = {"INT4": 4, "UINT4": 4, "INT2": 2}
"""Types of which a byte holds several numbers, and the bits of one; read, they are bytes."""


def element_type(label: str) -> DType | Fault:
    """The DType for the name of a TensorType."""
    known = _DTYPES.get(label)
    if known is not None:
        return known
    if label.startswith("TensorType "):
        return Fault(InputError, f"is of the unknown element type {label.split()[-1]}")
    return Fault(UnsupportedError, f"is of type {label}, which is not supported")


def required_type(label: str, what: str) -> DType:
    """The DType that an attribute names. Raises InputError, UnsupportedError."""
    found = element_type(label)
    if isinstance(found, Fault):
        raise found.error(f"attribute {shown(what)}")
    return found
