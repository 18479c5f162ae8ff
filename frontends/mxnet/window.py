"""Attributes of windows: a number for each spatial axis."""

from __future__ import annotations

from dldt.compiler.errors import InputError


def per_axis(name: str, numbers: tuple[int, ...], rank: int, default: int) -> tuple[int, ...]:
    """``numbers``, or ``default`` for each axis where there are none. Raises InputError on a wrong count."""
    found = numbers or (default,) * rank
    if len(found) != rank:
        raise InputError(f"{name} has {len(found)} numbers for {rank} spatial axes")
    if min(found, default=0) < 0 or max(found, default=0) > 1 << 20:
        raise InputError(f"{name} is {list(found)}; each must be from 0 to 2**20")
    return found
