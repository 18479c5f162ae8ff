"""An attribute that is a word out of a few."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError


def one_of(what: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value``, where it is one of ``allowed``; UnsupportedError names what may stand there."""
    if value not in allowed:
        raise UnsupportedError(f"{what} {value!r} is not supported ({', '.join(allowed)} are)")
    return value
