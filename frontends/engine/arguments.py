"""A node's inputs and attributes as the arguments of its importer, checked against what that declares."""

from __future__ import annotations

import typing
from typing import Any

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.importer import Importer
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.engine.signature import TENSORS
from dldt.frontends.engine.stored import StoredTensor
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.engine.text import Text

_LIMIT = 2**63
"""Whole numbers beyond 64 bits are none that a framework writes."""
_WORDS = {str: "STRING", Text: "STRING", TensorRecord: "TENSOR", GraphRecord: "GRAPH"}
_WORDS |= dict.fromkeys(TENSORS, "TENSOR")


def inputs_of(importer: Importer, node: NodeRecord, given: list[Imported | None]) -> list[Imported | None]:
    """The positional arguments. Raises InputError where one is missing, there are too many, or one is a sequence where
    a tensor is needed."""
    while given and given[-1] is None:
        given = given[:-1]
    ports = importer.signature.inputs
    for position, value in enumerate(given):
        own = ports[min(position, len(ports) - 1)].name if ports else ""
        if isinstance(value, StoredTensor) and own not in importer.sequences:
            raise UnsupportedError(
                f"input {shown(own)} is of type {value.kind.name}, in which numbers are only stored; cast or "
                "dequantise it"
            )
        if not (value is None or isinstance(value, Value) or own in importer.sequences):
            raise InputError(
                f"input {shown(own)} of {printable(node.op_type)} must be a tensor, {shown(node.inputs[position])} is "
                "none"
            )
    variadic = bool(ports) and ports[-1].variadic
    if len(given) > len(ports) and not variadic:
        raise InputError(f"{printable(node.op_type)} takes at most {len(ports)} inputs, {len(given)} are given")
    for position, port in enumerate(ports):
        if not port.optional and not port.variadic and (position >= len(given) or given[position] is None):
            raise InputError(f"input {shown(port.name)} of {printable(node.op_type)} is required and missing")
    if variadic and (not given or None in given[len(ports) - 1 :]):
        raise InputError(f"{printable(node.op_type)} needs at least one input, and none may be left out")
    return given


def attributes_of(importer: Importer, node: NodeRecord) -> dict[str, Any]:
    """The keyword arguments, defaults filled in. Raises InputError on a missing, unknown or ill-typed attribute."""
    declared = importer.signature.attributes
    unknown = [name for name in node.attributes if name not in declared]
    if unknown:
        known = ", ".join(declared) or "it has none"
        raise InputError(f"attribute {shown(unknown[0])} is not one of {printable(node.op_type)} ({known})")
    values: dict[str, Any] = {}
    for name, attribute in declared.items():
        if name not in node.attributes and attribute.required:
            raise InputError(f"attribute {shown(name)} of {printable(node.op_type)} is required and missing")
        values[name] = _value(node, name, attribute.kind) if name in node.attributes else attribute.default
    if importer.settings is not None:
        parameter, record = importer.settings
        values[parameter] = record(**{field.name: values.pop(field.name) for field in attrs.fields(record)})
    return values


def _value(node: NodeRecord, name: str, kind: Any) -> Any:
    given = node.attributes[name]
    if isinstance(given, Fault):
        raise given.error(f"attribute {shown(name)}", f", {_kind_name(kind)} is expected")
    if isinstance(given, Text):
        return _read(given, name, kind)
    if not _fits(given, kind):
        raise InputError(f"attribute {shown(name)} is of type {_type_name(given)}, {_kind_name(kind)} is expected")
    if isinstance(given, TensorRecord):
        return _ranked(given.read(f"attribute {shown(name)} of {node}"), name, TENSORS.get(kind))
    return _bounded(given, name)


def _ranked(array: Array, name: str, rank: int | None) -> Array:
    if rank is not None and array.ndim != rank:
        raise InputError(f"attribute {shown(name)} is a tensor of rank {array.ndim}, one of rank {rank} is expected")
    return array


def _bounded(value: Any, name: str) -> Any:
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and not -_LIMIT <= number < _LIMIT:
            raise InputError(f"attribute {shown(name)} is {str(number)[:20]}…, a number beyond 64 bits")
    return value


def _read(text: Text, name: str, kind: Any) -> Any:
    try:
        return _bounded(text.as_kind(kind), name)
    except ValueError as error:
        raise InputError(f"attribute {shown(name)} is {shown(text)}, {_kind_name(kind)} is expected") from error


def _fits(value: Any, kind: Any) -> bool:
    if typing.get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(_fits(item, typing.get_args(kind)[0]) for item in value)
    if kind in TENSORS:
        return isinstance(value, TensorRecord)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _kind_name(kind: Any) -> str:
    if typing.get_origin(kind) is tuple:
        return f"{_kind_name(typing.get_args(kind)[0])}S"
    return _WORDS.get(kind) or getattr(kind, "__name__", str(kind)).upper()


def _type_name(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{_type_name(value[0])}S" if value else "LIST"
    return _kind_name(type(value))
