"""The text of ``--mean-values`` and ``--scale-values``."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.frontends.engine.input_spec import split_top

ChannelValues: TypeAlias = "dict[str, tuple[float, ...]] | list[tuple[float, ...]]"
"""Numbers a channel: by the input's name, or in the order of the inputs."""

_ITEM = re.compile(r"(?P<name>[^()\[\]]*)[(\[](?P<numbers>[^()\[\]]*)[)\]]")


def parse_mean_scale(text: str) -> ChannelValues:
    """``(r,g,b)`` or ``[r,g,b],[y]``, in the inputs' order, or ``name(r,g,b),name2[y]`` by name. Raises UsageError."""
    named: dict[str, tuple[float, ...]] = {}
    ordered: list[tuple[float, ...]] = []
    for item in split_top(text):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise UsageError(f"cannot read {shown(item)}: expected (r,g,b) or name(r,g,b)")
        numbers = tuple(_number(token) for token in re.split(r"[,\s]+", match["numbers"].strip()) if token)
        if not numbers:
            raise UsageError(f"{shown(item)} has no numbers")
        name = match["name"].strip()
        if name in named:
            raise UsageError(f"values for {shown(name)} are given twice")
        if name:
            named[name] = numbers
        else:
            ordered.append(numbers)
    if named and ordered:
        raise UsageError("either all values are given by name, or none of them")
    return named or ordered


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise UsageError(f"{shown(text)} is not a number") from None
    if not math.isfinite(number):
        raise UsageError(f"{shown(text)} is not a finite number")
    return number
