"""Optionals: known to have a value or not while a model is imported, but for those that branches make."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.sequences import FoundOptional, Imported, Nothing
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("Optional", since=15)
def optional_15(input: Imported | None = None, *, type: DeclaredType | None = None) -> Imported:
    """An optional with the input as value, or without one."""
    return Nothing() if input is None else input


@ONNX.imports("OptionalHasElement", since=15)
def optional_has_element_15(input: Imported, *, context: Context) -> Value:
    """Whether there is a value."""
    return _presence(input, context)


@ONNX.imports("OptionalHasElement", since=18)
def optional_has_element_18(input: Imported | None = None, *, context: Context) -> Value:
    """Whether there is a value; a node without an input asks of none."""
    return _presence(Nothing() if input is None else input, context)


@ONNX.imports("OptionalGetElement", since=15)
def optional_get_element_15(input: Imported) -> Imported:
    """The value; zeros where it is found when the model runs that there is none."""
    if isinstance(input, Nothing):
        raise InputError("OptionalGetElement takes the value of an optional that has none")
    return input.given if isinstance(input, FoundOptional) else input


def _presence(input: Imported, context: Context) -> Value:
    if isinstance(input, FoundOptional):
        return input.present
    return context.graph.constant(np.array(not isinstance(input, Nothing)))
