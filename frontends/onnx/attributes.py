"""A node's attributes as plain values."""

from __future__ import annotations

from typing import Any

from onnx import AttributeProto

from dldt.compiler.errors import InputError
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.onnx.declared_type import declared_type
from dldt.frontends.onnx.external import ExternalFiles
from dldt.frontends.onnx.tensor import read_sparse, read_tensor

KINDS: dict[int, Any] = {
    AttributeProto.INT: int,
    AttributeProto.FLOAT: float,
    AttributeProto.STRING: str,
    AttributeProto.INTS: tuple[int, ...],
    AttributeProto.FLOATS: tuple[float, ...],
    AttributeProto.STRINGS: tuple[str, ...],
    AttributeProto.TENSOR: Tensor,
    AttributeProto.SPARSE_TENSOR: Tensor,
    AttributeProto.GRAPH: GraphRecord,
    AttributeProto.GRAPHS: tuple[GraphRecord, ...],
    AttributeProto.TYPE_PROTO: DeclaredType,
}
"""The annotation that stands for each ONNX attribute type."""

_LISTS = {
    AttributeProto.INTS: "ints",
    AttributeProto.FLOATS: "floats",
    AttributeProto.STRINGS: "strings",
    AttributeProto.GRAPHS: "graphs",
}
"""The field of each list."""


def plain_attribute(proto: Any, bodies: tuple[GraphRecord, ...], files: ExternalFiles) -> Any:
    """The value of an AttributeProto whose graphs are ``bodies``; a Fault where it has none."""
    kind = KINDS.get(proto.type)
    if proto.ref_attr_name:
        return Fault(InputError, "refers to a function's attribute, outside a function")
    if kind is None or _elsewhere(proto):
        return Fault(InputError, f"is of type {AttributeProto.AttributeType.Name(proto.type)}")
    if proto.type == AttributeProto.TENSOR:
        return TensorRecord(lambda what: read_tensor(proto.t, files, what))
    if proto.type == AttributeProto.SPARSE_TENSOR:
        return TensorRecord(lambda what: read_sparse(proto.sparse_tensor, files, what))
    if kind is DeclaredType:
        return declared_type(proto.tp)
    if kind is int:
        return int(proto.i)
    if kind is float:
        return float(proto.f)
    if kind is GraphRecord:
        return bodies[0] if bodies else Fault(InputError, "has no graph")
    if kind == tuple[GraphRecord, ...]:
        return bodies
    if kind in (str, tuple[str, ...]):
        return _texts(proto, kind)
    return tuple(proto.ints) if kind == tuple[int, ...] else tuple(proto.floats)


def _elsewhere(proto: Any) -> bool:
    """Whether the list that the type names is empty, and another one is not."""
    own = _LISTS.get(proto.type)
    return own is not None and not len(getattr(proto, own)) and any(len(getattr(proto, f)) for f in _LISTS.values())


def _texts(proto: Any, kind: Any) -> Any:
    try:
        texts = tuple(data.decode("utf-8") for data in ([proto.s] if kind is str else proto.strings))
    except UnicodeDecodeError:
        return Fault(InputError, "is not valid UTF-8")
    return texts[0] if kind is str else texts
