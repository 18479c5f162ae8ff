"""Converters and validators of operation attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown

_F32_LIMIT = 2.0**128


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
            raise InputError(
                f"{instance.type}: {attribute.name} is {shown(value)}, must be one of {', '.join(choices)}"
            )

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


def finite(instance: Any, attribute: Any, value: Any) -> None:
    """An attrs validator: the float, or every float of the tuple, is a number that f32 can hold."""
    numbers = value if isinstance(value, tuple) else (value,)
    if not all(abs(number) < _F32_LIMIT for number in numbers):
        raise InputError(f"{instance.type}: {attribute.name} is {value}, must be finite")


def at_most(limit: int) -> Callable[[Any, Any, Any], None]:
    """An attrs validator: the int, or every int of the tuple, is not above ``limit``."""

    def check(instance: Any, attribute: Any, value: Any) -> None:
        numbers = value if isinstance(value, tuple) else (value,)
        if any(number > limit for number in numbers):
            raise InputError(f"{instance.type}: {attribute.name} is {value}, must be at most {limit}")

    return check


def at_least(limit: float) -> Callable[[Any, Any, Any], None]:
    """An attrs validator: the number is not below ``limit``."""

    def check(instance: Any, attribute: Any, value: Any) -> None:
        if not value >= limit:
            raise InputError(f"{instance.type}: {attribute.name} is {value}, must be at least {limit}")

    return check
