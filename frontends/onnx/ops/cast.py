"""Change of element type: Cast, CastLike and BitCast."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.bit_cast import BitCast
from dldt.compiler.ops.convert import Convert
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.stored import StorageType, StoredTensor
from dldt.frontends.onnx.element_types import STORAGE_CODES, element_type
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.narrow import narrowed, widened

_ROUNDINGS = ("up", "down", "nearest")


@ONNX.imports("Cast", since=6)
def cast_6(input: Imported, *, to: int) -> Imported:
    """The elements in another type."""
    return _cast(input, _wanted(to))


@ONNX.imports("Cast", since=19)
def cast_19(input: Imported, *, to: int, saturate: int = 1) -> Imported:
    """As before; without `saturate`, what is too large for 8 bits becomes infinite or no number."""
    return _cast(input, _wanted(to), bool(saturate))


@ONNX.imports("Cast", since=24)
def cast_24(input: Imported, *, to: int, saturate: int = 1, round_mode: str = "up") -> Imported:
    """As before; `round_mode` is for the type of 8 bits that has powers of two alone."""
    return _cast(input, _wanted(to), bool(saturate), one_of("round_mode", round_mode, _ROUNDINGS))


@ONNX.imports("CastLike", since=15)
def cast_like_15(input: Imported, target_type: Imported) -> Imported:
    """The elements in the type of another tensor."""
    return _cast(input, _type_of(target_type))


@ONNX.imports("CastLike", since=19)
def cast_like_19(input: Imported, target_type: Imported, *, saturate: int = 1) -> Imported:
    """As before; `saturate` as in Cast."""
    return _cast(input, _type_of(target_type), bool(saturate))


@ONNX.imports("CastLike", since=24)
def cast_like_24(input: Imported, target_type: Imported, *, saturate: int = 1, round_mode: str = "up") -> Imported:
    """As before; `round_mode` as in Cast."""
    return _cast(input, _type_of(target_type), bool(saturate), one_of("round_mode", round_mode, _ROUNDINGS))


@ONNX.imports("BitCast", since=26)
def bit_cast_26(input: Value, *, to: int) -> Value:
    """The bits of the elements as another type of as many bits."""
    return BitCast(element_type(to, "attribute 'to'"))(input)


def _wanted(code: int) -> DType | StorageType:
    return STORAGE_CODES.get(code) or element_type(code, "attribute 'to'")


def _type_of(x: Imported) -> DType | StorageType:
    if isinstance(x, StoredTensor):
        return x.kind
    if not isinstance(x, Value):
        raise InputError("its type is to be that of a sequence; a tensor is needed there")
    return x.type.dtype


def _cast(x: Imported, wanted: DType | StorageType, saturate: bool = True, rounding: str = "up") -> Imported:
    if isinstance(x, StoredTensor):
        if wanted == x.kind:
            return x
        x = widened(x, wanted if isinstance(wanted, DType) else DType.f32)
    if not isinstance(x, Value):
        raise InputError("a tensor is needed, this is a sequence")
    if isinstance(wanted, StorageType):
        return narrowed(x, wanted, saturate=saturate, rounding=rounding)
    return x if x.type.dtype is wanted else Convert(wanted)(x)
