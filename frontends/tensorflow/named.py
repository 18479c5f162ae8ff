"""Importers of the same form, made of tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from dldt.compiler.graph import Value


def named(function: Callable[..., Any], inputs: str, **attributes: tuple[type, Any]) -> Callable[..., Any]:
    """``function`` with parameters of these names: inputs, and attributes with their types and defaults."""

    def importer(*values: Value, **given: Any) -> Any:
        return function(*values, **given)

    parameters = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in inputs.split()]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
        for name, (_, default) in attributes.items()
    ]
    made: Any = importer
    made.__signature__ = inspect.Signature(parameters)
    made.__annotations__ = {p.name: Value for p in parameters} | {n: kind for n, (kind, _) in attributes.items()}
    made.__doc__ = function.__doc__
    return importer
