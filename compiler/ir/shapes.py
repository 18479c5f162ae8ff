"""Shapes of Parameters as text: ints, ``?`` and ranges, with the symbols' names beside them."""

from __future__ import annotations

import json
import math
import re

from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import Dim, FreeDim, Symbol, maximum_of, minimum_of, symbol, symbols
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.ir.limits import MAX_RANK
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.substitute import substitute
from dldt.compiler.types import Shape

_RANGE = re.compile(r"([0-9]{0,18})\.\.([0-9]{0,18})")
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^",][^,]*')
_INT = re.compile(r"-?[0-9]{1,19}")
LARGEST = 2**63 - 1
MAX_EXPRESSION = 256
MAX_PRODUCTS = 4


def shape_text(shape: Shape) -> str:
    """The shape attribute of a Parameter: ``?,1..8,224``."""
    return ",".join(map(_dim_text, shape))


def symbols_text(shape: Shape) -> dict[str, str]:
    """Our own attributes that keep the symbols of a shape: ``dims`` over the placeholders s0, s1 … (a name may hold any
    character), their ``names``, quoted where they are no identifiers, and their ``bounds``. Empty for a static
    shape."""
    if all(isinstance(dim, int) for dim in shape):
        return {}
    found = {s: s for dim in shape for s in symbols(dim)}
    ordered = sorted(found.values(), key=lambda s: s.name)
    places: dict[Symbol, Dim] = {s: symbol(f"s{i}", s.lower, s.upper) for i, s in enumerate(ordered)}
    return {
        "dims": "; ".join(str(substitute(dim, places)) for dim in shape),
        "names": ",".join(map(str, ordered)),
        "bounds": "; ".join(_bounds_text(s) for s in ordered),
    }


def parse_shape(text: str, stem: str) -> Shape:
    """The shape of a Parameter's attribute. A free dim becomes a symbol of its own, ``stem`` and the axis.
    Raises InputError with the reason, UnsupportedError for a rank that is free."""
    if not text.strip():
        return ()
    if "..." in text:
        raise UnsupportedError("its rank is not known; give it a shape and save the model again")
    if text.count(",") >= MAX_RANK:
        raise InputError(f"its rank is {text.count(',') + 1}, more than {MAX_RANK}")
    return tuple(_parse_dim(part.strip(), f"{stem}_{axis}") for axis, part in enumerate(text.split(",")))


def symbol_stem(name: str) -> str:
    """``name`` as the beginning of a symbol's name: letters, digits and underscores."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)[:60]
    return plain if plain[:1].isalpha() else f"d{plain}"


def restore_symbols(shape: Shape, attributes: dict[str, str]) -> Shape:
    """``shape`` with the symbols that ``symbols_text`` wrote. Raises InputError where they contradict it."""
    names = _parse_names(attributes.get("names", ""))
    bounds = [part.strip() for part in attributes.get("bounds", "").split(";")]
    if len(bounds) != len(names) and names:
        raise InputError(f"{len(names)} symbols have {len(bounds)} bounds")
    known: dict[Symbol, Dim] = {
        FreeDim(f"s{i}"): _parse_range(b, n) for i, (n, b) in enumerate(zip(names, bounds, strict=False))
    }
    dims = tuple(_expression(text, known) for text in attributes["dims"].split(";"))
    if len(dims) != len(shape) or any(isinstance(x, int) and x != y for x, y in zip(shape, dims, strict=True)):
        raise InputError(f"its shape [{shape_text(shape)}] and the recorded dims {shown(attributes['dims'])} differ")
    return dims


def parse_ints(text: str) -> tuple[int, ...]:
    """A list of ints, ``1, 3, 224``. Raises InputError."""
    return tuple(parse_int(part) for part in text.split(",")) if text.strip() else ()


def parse_int(text: str) -> int:
    """One int that fits 64 bits. Raises InputError."""
    stripped = text.strip()
    value = int(stripped) if _INT.fullmatch(stripped) else None
    if value is None or not -LARGEST - 1 <= value <= LARGEST:
        raise InputError(f"{shown(text)} is not an integer")
    return value


def _dim_text(dim: Dim) -> str:
    if isinstance(dim, int):
        return str(dim)
    low, high = minimum_of(dim), maximum_of(dim)
    if math.isinf(high):
        return "?" if math.isinf(low) or low <= 1 else f"{int(low)}.."
    return f"{max(int(low), 0)}..{int(high)}"


def _parse_names(text: str) -> list[str]:
    """The names of ``symbols_text``. Raises InputError for a quoted one that is no string."""
    parts = [found[0] for found in _NAME.finditer(text)]
    try:
        return [json.loads(part) if part.startswith('"') else part for part in parts]
    except ValueError as error:
        raise InputError(f"the names {shown(text)} of its dims cannot be read") from error


def _bounds_text(found: Symbol) -> str:
    upper = math.inf if found.upper is None else maximum_of(found.upper)
    return f"{found.lower}..{'' if math.isinf(upper) else int(upper)}"


def _parse_dim(text: str, name: str) -> Dim:
    if text in ("?", "-1"):
        return symbol(name, 0)
    if ".." in text:
        return _parse_range(text, name)
    value = parse_int(text)
    if value < 0:
        raise InputError(f"dimension {value} is negative")
    return value


def _parse_range(text: str, name: str) -> Dim:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise InputError(f"{shown(text)} is not a range of dimensions")
    low, high = int(found[1] or 0), int(found[2]) if found[2] else None
    if high is not None and high < low:
        raise InputError(f"the range {printable(text)} is empty")
    return symbol(name, low, high) if low != high else low


def _expression(text: str, known: dict[Symbol, Dim]) -> Dim:
    """One recorded dim. A long product of sums is refused: we never write one, and it could have millions of terms."""
    if len(text) > MAX_EXPRESSION or text.count(")*") + text.count("*(") > MAX_PRODUCTS:
        raise InputError(f"dimension expression {shown(text)}… is too large")
    return substitute(parse_dim(text), known)
