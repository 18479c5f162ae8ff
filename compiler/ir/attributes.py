"""An operation's attributes as XML attributes and back, driven by the fields of its class."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from dldt.compiler.errors import InputError, InternalError, UnsupportedError
from dldt.compiler.ir.limits import MAX_ATTRIBUTE
from dldt.compiler.ir.precision import find_dtype
from dldt.compiler.ir.shapes import parse_int, parse_ints
from dldt.compiler.op import Op
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.types import DType

_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?|nan", re.IGNORECASE | re.ASCII)

_UNKNOWN = re.compile(r"\?|\d*\.\.\d*")
"""A dim in the shape of a variable that may change, as a list of ints has it: -1."""

_NEUTRAL: dict[str, Callable[[str], bool]] = {
    "auto_broadcast": lambda text: text.lower() in ("numpy", "none"),
    "m_pythondiv": lambda text: text.lower() in ("true", "1"),
    "output_padding": lambda text: not text.strip(" 0,"),
    "exclude-pad": lambda _: True,
    "pool-method": lambda _: True,
    "PrimitivesPriority": lambda _: True,
    "alt_width": lambda _: True,
}
"""Attributes that some writers add to operations that do not have them, and the values that mean nothing there."""


@attrs.frozen
class IrAttribute:
    """One attribute of an operation: its field, its spelling in the IR, its Python type, its default."""

    field: str
    spelling: str
    kind: Any
    default: Any
    optional: bool


_KNOWN: dict[type[Any], tuple[IrAttribute, ...]] = {}


def attributes_of(cls: type[Any]) -> tuple[IrAttribute, ...]:
    """The attributes of the class of an operation or a composition, in the order of its fields."""
    if cls not in _KNOWN:
        hints = typing.get_type_hints(cls)
        fields: tuple[Any, ...] = attrs.fields(cls)
        _KNOWN[cls] = tuple(_attribute(field, hints[field.name]) for field in fields if field.init)
    return _KNOWN[cls]


def write_attributes(op: Op) -> dict[str, str]:
    """The operation's attributes as text by IR spelling; those that are None are left out."""
    values = ((a, getattr(op, a.field)) for a in attributes_of(type(op)))
    return {a.spelling: _text(value) for a, value in values if value is not None}


def read_attributes(cls: type[Any], data: Mapping[str, str]) -> dict[str, Any]:
    """The keyword arguments of ``cls`` from a layer's ``<data>``; absent attributes take the operation's default.

    Raises InputError for a value that is malformed or missing, UnsupportedError for an attribute that the operation
    does not have and whose value would change its meaning."""
    known = {a.spelling for a in attributes_of(cls)}
    for name, text in data.items():
        if name not in known and not _NEUTRAL.get(name, _never)(text):
            raise UnsupportedError(f"attribute {printable(name)}={shown(text)} is not supported")
    return {a.field: _read(a, data[a.spelling]) for a in attributes_of(cls) if _present(a, data)}


def parse_float(text: str) -> float:
    """One number; ``inf`` and ``nan`` too. Raises InputError."""
    if not _FLOAT.fullmatch(text.strip()):
        raise InputError(f"{shown(text)} is not a number")
    return float(text)


def _attribute(field: Any, hint: Any) -> IrAttribute:
    arguments = typing.get_args(hint)
    optional = type(None) in arguments
    if optional:
        (hint,) = (a for a in arguments if a is not type(None))
    return IrAttribute(field.alias, field.metadata.get("ir", field.name), hint, field.default, optional)


def _never(_: str) -> bool:
    return False


def _present(attribute: IrAttribute, data: Mapping[str, str]) -> bool:
    if attribute.spelling in data:
        return True
    if attribute.default is attrs.NOTHING:
        raise InputError(f"attribute {attribute.spelling} is missing")
    return False


def _read(attribute: IrAttribute, text: str) -> Any:
    try:
        return _parse(attribute.kind, text)
    except InputError as error:
        raise InputError(f"attribute {attribute.spelling}: {error}") from error


def _parse(kind: Any, text: str) -> Any:
    if typing.get_origin(kind) is tuple:
        return _parse_tuple(typing.get_args(kind)[0], text)
    parser = _PARSERS.get(kind)
    if parser is None:
        raise InternalError(f"attributes of type {kind} cannot be read from an IR")
    return parser(text)


def _parse_tuple(kind: Any, text: str) -> tuple[Any, ...]:
    if len(text) > MAX_ATTRIBUTE:
        raise InputError("the list is too long")
    if kind is int:
        return parse_ints(_UNKNOWN.sub("-1", text))
    return tuple(_parse(kind, part.strip()) for part in text.split(",")) if text.strip() else ()


def _parse_bool(text: str) -> bool:
    value = _TRUTH.get(text.strip().lower())
    if value is None:
        raise InputError(f"{shown(text)} is neither true nor false")
    return value


def _parse_dtype(text: str) -> DType:
    dtype = find_dtype(text)
    if dtype is None:
        raise UnsupportedError(f"element type {shown(text)} is not supported")
    return dtype


_PARSERS: dict[Any, Callable[[str], Any]] = {
    bool: _parse_bool,
    int: parse_int,
    float: parse_float,
    str: str,
    DType: _parse_dtype,
}


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value.value) if isinstance(value, DType) else str(value)
