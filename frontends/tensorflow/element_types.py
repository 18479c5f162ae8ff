"""TensorFlow's numbers of element types."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.types import DType
from dldt.frontends.engine.fault import Fault

_ORDER = (
    "INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16 QINT16 "
    "QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64 FLOAT8_E5M2 FLOAT8_E4M3FN FLOAT8_E4M3FNUZ "
    "FLOAT8_E4M3B11FNUZ FLOAT8_E5M2FNUZ INT4 UINT4 INT2 UINT2"
)
NUMBERS = {f"DT_{name}": number for number, name in enumerate(_ORDER.split())}
"""By name; a number that is larger by 100 is a reference to such a tensor."""

REFERENCE = 100

_NAMES = {number: name[3:].lower() for name, number in NUMBERS.items()}
_TYPES = {
    "float": DType.f32,
    "double": DType.f64,
    "half": DType.f16,
    "bfloat16": DType.bf16,
    "int64": DType.i64,
    "int32": DType.i32,
    "int16": DType.i16,
    "int8": DType.i8,
    "uint64": DType.u64,
    "uint32": DType.u32,
    "uint16": DType.u16,
    "uint8": DType.u8,
    "bool": DType.boolean,
    "qint8": DType.i8,
    "quint8": DType.u8,
    "qint16": DType.i16,
    "quint16": DType.u16,
    "qint32": DType.i32,
}


def type_name(number: int) -> str:
    """``float``, ``resource``; the number itself where there is no such type."""
    own = number - REFERENCE if number > REFERENCE else number
    return _NAMES.get(own, f"number {own}")


def element_type(number: int) -> DType | Fault:
    """The DType of a number, or what is wrong with it."""
    name = type_name(number)
    return _TYPES.get(name) or Fault(UnsupportedError, f"is of type {name}, which no tensor can have here")
