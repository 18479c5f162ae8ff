"""A node's attributes as Python values, checked against what the importer declares."""

from __future__ import annotations

from typing import Any

from onnx import AttributeProto

from dldt.compiler.errors import InputError
from dldt.frontends.onnx.external import ExternalFiles
from dldt.frontends.onnx.record import GraphRecord, NodeRecord
from dldt.frontends.onnx.tensor import read_sparse, read_tensor
from dldt.frontends.registry import Importer, Tensor

_KINDS: dict[Any, tuple[int, ...]] = {
    int: (AttributeProto.INT,),
    float: (AttributeProto.FLOAT,),
    str: (AttributeProto.STRING,),
    tuple[int, ...]: (AttributeProto.INTS,),
    tuple[float, ...]: (AttributeProto.FLOATS,),
    tuple[str, ...]: (AttributeProto.STRINGS,),
    Tensor: (AttributeProto.TENSOR, AttributeProto.SPARSE_TENSOR),
    GraphRecord: (AttributeProto.GRAPH,),
}


def attribute_types(kind: Any) -> tuple[int, ...]:
    """The ONNX attribute types that an importer's annotation stands for."""
    return _KINDS[kind]


def read_attributes(importer: Importer, node: NodeRecord, files: ExternalFiles) -> dict[str, Any]:
    """The attributes by name, defaults filled in. Raises InputError on a missing, unknown or ill-typed one."""
    unknown = [name for name in node.attributes if name not in importer.attributes]
    if unknown:
        known = ", ".join(importer.attributes) or "it has none"
        raise InputError(f"attribute {unknown[0]!r} is not one of {node.op_type} ({known})")
    values: dict[str, Any] = {}
    for name, declared in importer.attributes.items():
        proto = node.attributes.get(name)
        if proto is None and declared.required:
            raise InputError(f"attribute {name!r} of {node.op_type} is required and missing")
        values[name] = declared.default if proto is None else _value(proto, declared.kind, node, files)
    return values


def _value(proto: Any, kind: Any, node: NodeRecord, files: ExternalFiles) -> Any:
    if proto.ref_attr_name:
        raise InputError(f"attribute {proto.name!r} refers to a function's attribute, outside a function")
    if proto.type not in _KINDS[kind]:
        names = [AttributeProto.AttributeType.Name(t) for t in (proto.type, _KINDS[kind][0])]
        raise InputError(f"attribute {proto.name!r} is of type {names[0]}, {names[1]} is expected")
    what = f"attribute {proto.name!r} of {node}"
    if kind is int:
        return int(proto.i)
    if kind is float:
        return float(proto.f)
    if kind is str:
        return _text(proto.s, what)
    if kind is GraphRecord:
        return node.bodies[proto.name]
    if kind is Tensor:
        sparse = proto.type == AttributeProto.SPARSE_TENSOR
        return read_sparse(proto.sparse_tensor, files, what) if sparse else read_tensor(proto.t, files, what)
    if kind == tuple[str, ...]:
        return tuple(_text(item, what) for item in proto.strings)
    return tuple(proto.ints) if kind == tuple[int, ...] else tuple(proto.floats)


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not valid UTF-8") from error
