"""Element types by MXNet's numbers and names."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType

ELEMENT_TYPES = {
    0: DType.f32,
    1: DType.f64,
    2: DType.f16,
    3: DType.u8,
    4: DType.i32,
    5: DType.i8,
    6: DType.i64,
    7: DType.boolean,
    8: DType.i16,
    9: DType.u16,
    10: DType.u32,
    11: DType.u64,
    12: DType.bf16,
}
"""By the numbers that files hold."""

_NAMES = {
    "float32": DType.f32,
    "float64": DType.f64,
    "float16": DType.f16,
    "bfloat16": DType.bf16,
    "uint8": DType.u8,
    "int32": DType.i32,
    "int8": DType.i8,
    "int64": DType.i64,
    "bool": DType.boolean,
}


def element_type(name: str) -> DType:
    """The type that an attribute ``dtype`` names, by word or number. Raises InputError."""
    found = ELEMENT_TYPES.get(int(name)) if name.isdecimal() and len(name) < 3 else _NAMES.get(name)
    if found is None:
        raise InputError(f"dtype is {shown(name)}, which is none of {', '.join(_NAMES)}")
    return found
