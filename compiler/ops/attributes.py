"""Converters and validators of operation attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dldt.compiler.errors import InputError


def ints(values: Iterable[Any]) -> tuple[int, ...]:
    """A tuple of Python ints."""
    return tuple(int(value) for value in values)


def floats(values: Iterable[Any]) -> tuple[float, ...]:
    """A tuple of Python floats."""
    return tuple(float(value) for value in values)


def lower(text: str) -> str:
    """Lower case: OpenVINO writes some enumerations in upper case and reads them in any."""
    return str(text).lower()


def one_of(*choices: str) -> Callable[[Any, Any, str], None]:
    """An attrs validator: the attribute is one of ``choices``. Raises InputError with the operation's type."""

    def check(instance: Any, attribute: Any, value: str) -> None:
        if value not in choices:
            raise InputError(f"{instance.type}: {attribute.name} is {value!r}, must be one of {', '.join(choices)}")

    return check


def positive(instance: Any, attribute: Any, value: Any) -> None:
    """An attrs validator: the int, or every int of the tuple, is at least 1."""
    numbers = value if isinstance(value, tuple) else (value,)
    if any(number < 1 for number in numbers):
        raise InputError(f"{instance.type}: {attribute.name} is {value}, must be at least 1")


def not_negative(instance: Any, attribute: Any, value: Any) -> None:
    """An attrs validator: the int, or every int of the tuple, is at least 0."""
    numbers = value if isinstance(value, tuple) else (value,)
    if any(number < 0 for number in numbers):
        raise InputError(f"{instance.type}: {attribute.name} is {value}, must not be negative")
