"""Windows: the attributes that convolutions and pooling share."""

from __future__ import annotations

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value


def auto_pad(padding: str) -> str:
    """The attribute ``padding`` as the operation set spells it."""
    if padding not in ("SAME", "VALID"):
        raise InputError(f"padding is {padding}, must be SAME or VALID")
    return "same_upper" if padding == "SAME" else "valid"


def check_rank(x: Value, rank: int) -> None:
    """Raises InputError where the data is not images of that many axes."""
    if x.type.rank != rank:
        raise InputError(f"the data is {x.type}, its rank must be {rank}")


def check_strides(*strides: int) -> None:
    """Raises InputError where a stride is not above 0."""
    if any(stride < 1 for stride in strides):
        raise InputError(f"strides {list(strides)} must be above 0")
