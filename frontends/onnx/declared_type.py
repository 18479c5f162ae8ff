"""What an ONNX file says about the type of a tensor, as a plain record."""

from __future__ import annotations

import re
from typing import Any

from onnx import TensorProto

from dldt.compiler.errors import DldtError, UnsupportedError
from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.onnx.element_types import STORAGE_CODES, element_type

_SEQUENCE = (
    "is a sequence of tensors; give its items as inputs of their own, X.0, X.1, …, or as the parts of one tensor along "
    "its first axis, X[N,…]"
)
_UNNAMED = re.compile(r"[\s?*\-\d]*")


def declared_type(proto: Any) -> DeclaredType:
    """The record of a TypeProto. An optional tensor is a tensor: who runs the model gives it."""
    if proto.HasField("optional_type"):
        proto = proto.optional_type.elem_type
    if proto.HasField("sequence_type"):
        fault = Fault(UnsupportedError, _SEQUENCE)
        return DeclaredType(fault, item=declared_type(proto.sequence_type.elem_type))
    if not proto.HasField("tensor_type"):
        kind = proto.WhichOneof("value") or "no type"
        return DeclaredType(Fault(UnsupportedError, f"is not a tensor ({kind}); only tensors are supported"))
    tensor = proto.tensor_type
    shape = tuple(map(_dim, tensor.shape.dim)) if tensor.HasField("shape") else None
    stored = STORAGE_CODES.get(tensor.elem_type)
    return DeclaredType(_dtype(tensor.elem_type) if stored is None else stored.bits, shape, stored)


def _dtype(code: int) -> DType | Fault | None:
    if code == TensorProto.UNDEFINED:
        return None
    try:
        return element_type(code)
    except DldtError as error:
        return Fault(type(error), str(error))


def _dim(proto: Any) -> int | str | None:
    if proto.HasField("dim_value") and proto.dim_value >= 0:
        return int(proto.dim_value)
    return None if _UNNAMED.fullmatch(proto.dim_param) else str(proto.dim_param)
