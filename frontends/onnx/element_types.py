"""ONNX element types: the DType of each, and the typed storage field that holds it."""

from __future__ import annotations

from onnx import TensorProto

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.types import DType
from dldt.frontends.engine.stored import STORAGE_TYPES, StorageType

_FIELDS: dict[int, tuple[DType, str]] = {
    TensorProto.FLOAT: (DType.f32, "float_data"),
    TensorProto.UINT8: (DType.u8, "int32_data"),
    TensorProto.INT8: (DType.i8, "int32_data"),
    TensorProto.UINT16: (DType.u16, "int32_data"),
    TensorProto.INT16: (DType.i16, "int32_data"),
    TensorProto.INT32: (DType.i32, "int32_data"),
    TensorProto.INT64: (DType.i64, "int64_data"),
    TensorProto.BOOL: (DType.boolean, "int32_data"),
    TensorProto.FLOAT16: (DType.f16, "int32_data"),
    TensorProto.DOUBLE: (DType.f64, "double_data"),
    TensorProto.UINT32: (DType.u32, "uint64_data"),
    TensorProto.UINT64: (DType.u64, "uint64_data"),
    TensorProto.BFLOAT16: (DType.bf16, "int32_data"),
}
_KINDS = {kind.name: kind for kind in STORAGE_TYPES}
STORAGE_CODES: dict[int, StorageType] = {
    TensorProto.FLOAT8E4M3FN: _KINDS["float8_e4m3fn"],
    TensorProto.FLOAT8E4M3FNUZ: _KINDS["float8_e4m3fnuz"],
    TensorProto.FLOAT8E5M2: _KINDS["float8_e5m2"],
    TensorProto.FLOAT8E5M2FNUZ: _KINDS["float8_e5m2fnuz"],
    TensorProto.FLOAT8E8M0: _KINDS["float8_e8m0fnu"],
    TensorProto.FLOAT4E2M1: _KINDS["float4_e2m1fn"],
    TensorProto.INT4: _KINDS["int4"],
    TensorProto.UINT4: _KINDS["uint4"],
    TensorProto.INT2: _KINDS["int2"],
    TensorProto.UINT2: _KINDS["uint2"],
}
"""The types in which numbers are only stored, by their codes."""
TYPED_FIELDS = ("float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data")
"""Every typed storage field of a TensorProto."""


def element_type(code: int, what: str = "") -> DType:
    """The DType for an ONNX element type code. ``what`` begins the message of InputError or UnsupportedError."""
    return _entry(code, what)[0]


def element_code(dtype: DType) -> int:
    """The ONNX element type code of a DType."""
    return next(code for code, (own, _) in _FIELDS.items() if own is dtype)


def storage_field(code: int, what: str) -> str:
    """The typed field that stores elements of this type."""
    return _entry(code, what)[1]


def _entry(code: int, what: str) -> tuple[DType, str]:
    if code in _FIELDS:
        return _FIELDS[code]
    begin = f"{what}: " if what else ""
    if code not in TensorProto.DataType.values() or code == TensorProto.UNDEFINED:
        raise InputError(f"{begin}{code} is not an ONNX element type")
    raise UnsupportedError(f"{begin}tensors of element type {TensorProto.DataType.Name(code)} are not supported")
