"""A registered function that imports one operation."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any

import attrs

from dldt.frontends.engine.attribute_record import AttributeRecord
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.sequences import TensorSequence
from dldt.frontends.engine.signature import Attribute, Port, Signature


@attrs.frozen
class Importer:
    """Serves the versions ``since`` to ``until`` of one operation. Inputs are the function's positional parameters,
    attributes its keyword-only ones (or the fields of a record that one takes), with the framework's names and
    defaults.

    They are read off the function when they are first asked for: most models use few of a framework's operations."""

    function: Callable[..., Any]
    op_type: str
    domain: str
    since: int
    until: int

    @property
    def signature(self) -> Signature:
        """The inputs and attributes."""
        return _parameters(self.function).signature

    @property
    def context(self) -> str | None:
        """The keyword-only parameter that takes the node's Context instead of an attribute."""
        return _parameters(self.function).context

    @property
    def settings(self) -> tuple[str, type[AttributeRecord]] | None:
        """The keyword-only parameter that takes a record of attributes, which several operations share, and its
        class."""
        return _parameters(self.function).settings

    @property
    def sequences(self) -> frozenset[str]:
        """The inputs that may be sequences or optionals, by their annotation ``Imported``."""
        return _parameters(self.function).sequences


@attrs.frozen
class _Parameters:
    signature: Signature
    context: str | None
    settings: tuple[str, type[AttributeRecord]] | None
    sequences: frozenset[str]


@cache
def _parameters(function: Callable[..., Any]) -> _Parameters:
    """What the parameters and their annotations say."""
    hints = typing.get_type_hints(function)
    inputs: list[Port] = []
    attributes: dict[str, Attribute] = {}
    context, settings = None, None
    sequences: set[str] = set()
    for parameter in inspect.signature(function).parameters.values():
        required = parameter.default is inspect.Parameter.empty
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL
            inputs.append(Port(parameter.name, not required or _may_be_none(parameter), variadic))
            sequences |= {parameter.name} if TensorSequence in typing.get_args(hints.get(parameter.name)) else set()
        elif hints[parameter.name] is Context:
            context = parameter.name
        elif _is_record(hints[parameter.name]):
            settings = (parameter.name, hints[parameter.name])
            attributes |= _fields(hints[parameter.name])
        else:
            kind = _without_none(hints[parameter.name])
            default = None if required else parameter.default
            attributes[parameter.name] = Attribute(parameter.name, kind, required, default)
    return _Parameters(Signature(tuple(inputs), attributes), context, settings, frozenset(sequences))


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, AttributeRecord)


def _fields(record: type[AttributeRecord]) -> dict[str, Attribute]:
    """The attributes that a record holds."""
    hints = typing.get_type_hints(record)
    found = {}
    for field in attrs.fields(record):
        required = field.default is attrs.NOTHING
        default = None if required else field.default
        found[field.name] = Attribute(field.name, _without_none(hints[field.name]), required, default)
    return found


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        (kind,) = [part for part in typing.get_args(hint) if part is not types.NoneType]
        return kind
    return hint


def _may_be_none(parameter: inspect.Parameter) -> bool:
    """Whether an input may be left out although further ones must be given."""
    return str(parameter.annotation).endswith("| None")
