"""Operations that are defined by others: a model's own functions, and those whose schema has a body."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import onnx
from onnx import defs, helper

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.printable import printable
from dldt.compiler.types import TensorType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.record import Definition, GraphRecord
from dldt.frontends.onnx.element_types import element_code

MakeBody: TypeAlias = Callable[[Any, "Functions", Mapping[str, Any]], GraphRecord]
"""The record of a FunctionProto, given the functions that it may call and the attributes that the node gives."""

_MAX_CALLS = 100_000


@attrs.define(eq=False)
class Functions:
    """The functions that a graph may call. ``callers``: those around it, in their own bodies."""

    own: Mapping[tuple[str, str], Any]
    callers: tuple[tuple[str, str], ...] = ()
    calls: list[int] = attrs.field(factory=lambda: [0])
    """How many bodies were made, of all functions of the model."""

    def definition(self, node: Any, version: int, known: bool, attributes: dict[str, Any], make: MakeBody) -> Any:
        """What defines a node, or None. ``known``: whether there is an importer for it, whose ``version`` it asks for.
        A function of the model's own goes first."""
        key = (node.domain, node.op_type)
        if key in self.own:
            return self._own(key, node, attributes, make)
        return None if known or not version else self._schema(node, version, attributes, make)

    def _own(self, key: tuple[str, str], node: Any, attributes: dict[str, Any], make: MakeBody) -> Definition:
        def body(_: Sequence[TensorType | None]) -> GraphRecord:
            if key in self.callers:
                raise InputError(f"function {printable(key[0])}::{printable(key[1])} calls itself")
            self.calls[0] += 1
            if self.calls[0] > _MAX_CALLS:
                raise InputError(f"the model calls functions more than {_MAX_CALLS} times")
            return make(self.own[key], attrs.evolve(self, callers=(*self.callers, key)), attributes)

        return body

    def _schema(self, node: Any, version: int, attributes: dict[str, Any], make: MakeBody) -> Definition | None:
        schema = schema_of(node.op_type, version, node.domain)
        if schema is None or not (schema.has_function or schema.has_context_dependent_function):
            return None

        def body(types: Sequence[TensorType | None]) -> GraphRecord:
            given = {name: _plain(a.default_value) for name, a in schema.attributes.items() if a.default_value.type}
            proto = _body_of(schema, version, node, attributes, types)
            return make(proto, attrs.evolve(self, callers=()), given | attributes)

        return body


def schema_of(op_type: str, version: int, domain: str) -> Any:
    """ONNX's schema of an operation in a version of its domain; None where there is none."""
    try:
        return defs.get_schema(op_type, version, domain)
    except defs.SchemaError:
        return None


def _body_of(schema: Any, version: int, node: Any, attributes: Mapping[str, Any], types: Any) -> Any:
    """The FunctionProto of the newest operation set that is not above the model's."""
    if schema.has_function:
        newest = _newest(schema.function_opset_versions, version)
        data = schema.get_function_with_opset_version(newest)
    else:
        newest = _newest(schema.context_dependent_function_opset_versions, version)
        proto = onnx.NodeProto()
        proto.CopyFrom(node)
        referring = [a for a in node.attribute if a.ref_attr_name]
        for each in referring:
            proto.attribute.remove(each)
        given = {each.name: attributes[each.name] for each in referring if each.name in attributes}
        if not all(map(_is_plain, given.values())):
            raise UnsupportedError("a function hands on an attribute that is a graph or a tensor")
        proto.attribute.extend(helper.make_attribute(name, value) for name, value in given.items())
        shown = [_type_proto(t).SerializeToString() for t in types]
        data = schema.get_context_dependent_function_with_opset_version(newest, proto.SerializeToString(), shown)
    if not data:
        raise InputError(f"ONNX has no definition of {schema.name} for these attributes and inputs")
    function = onnx.FunctionProto()
    function.ParseFromString(data)
    return function


def _newest(versions: Sequence[int], limit: int) -> int:
    served = [version for version in versions if version <= limit]
    return max(served) if served else min(versions)


def _type_proto(type: TensorType | None) -> Any:
    if type is None:
        return onnx.TypeProto()
    dims = [dim if isinstance(dim, int) else None for dim in type.shape]
    return helper.make_tensor_type_proto(element_code(type.dtype), dims)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, int | float | str) and not isinstance(value, Fault)


def _plain(default: Any) -> Any:
    value = helper.get_attribute_value(default)
    if isinstance(value, bytes):
        return value.decode()
    return tuple(v.decode() if isinstance(v, bytes) else v for v in value) if isinstance(value, list) else value
