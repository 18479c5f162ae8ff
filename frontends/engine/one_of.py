"""An attribute that is a word out of a few."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.shown import shown


def one_of(what: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value``, where it is one of ``allowed``; UnsupportedError names what may stand there."""
    if value not in allowed:
        raise UnsupportedError(f"{what} {shown(value)} is not supported ({', '.join(allowed)} are)")
    return value
