"""A component of a network, as the file has it."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.fields import KINDS, TRAINING, attribute_name
from dldt.frontends.kaldi.matrix import read_matrix
from dldt.frontends.kaldi.token_stream import TokenStream

MOST_FIELDS = 1000
DEEPEST = 8
"""How many fields a component may have, and how deep components may hold others."""


@attrs.frozen(eq=False)
class Component:
    """Its type, its fields by attribute name, and what stands in it without a token (nnet1): ``bare``."""

    type: str
    fields: dict[str, Any]
    bare: tuple[Any, ...] = ()
    parts: tuple[Component, ...] = ()
    """The components that it holds."""


def read_component(stream: TokenStream, ends: frozenset[str] = frozenset(), depth: int = 0) -> Component:
    """The component whose token comes next. ``ends``: tokens that stand behind one that has no end of its own."""
    token = stream.token()
    if len(token) < 3 or token[0] != "<" or token[-1] != ">" or token[1] == "/":
        raise stream.fail(f"the token of a component is expected, {shown(token)} is there")
    kind = token[1:-1]
    stream.reading = kind
    fields: dict[str, Any] = {}
    bare: list[Any] = []
    parts: list[Component] = []
    closing = f"</{kind}>"
    for _ in range(MOST_FIELDS):
        if stream.peek() != b"<":
            bare.append(_bare(stream, len(bare)))
            continue
        token = stream.next_token()
        if token in (closing, "<!EndOfComponent>"):
            stream.token()
            return Component(kind, fields, tuple(bare), tuple(parts))
        if token in ends:
            return Component(kind, fields, tuple(bare), tuple(parts))
        if token.endswith("Component>") and not token.startswith("</"):
            if depth == DEEPEST:
                raise stream.fail(f"components stand {DEEPEST} deep in one another")
            parts.append(read_component(stream, ends, depth + 1))
            stream.reading = kind
            continue
        stream.token()
        name = token.strip("<>")
        value = _value(stream, name)
        if value is not None and name not in TRAINING:
            fields[attribute_name(name)] = value
    raise stream.fail(f"the component has more than {MOST_FIELDS} fields")


def _bare(stream: TokenStream, place: int) -> Any:
    """What stands in a component of nnet1 without a token: two widths, then lists, vectors and matrices."""
    if not stream.binary:
        return read_matrix(stream) if stream.peek() == b"[" else stream.number()
    if stream.peek() in (b"F", b"D", b"C"):
        return read_matrix(stream)
    return stream.integer() if place < 2 else stream.integers()


def _value(stream: TokenStream, name: str) -> Any:
    """What stands behind a token; None where nothing does."""
    first = stream.peek()
    if first in (b"<", b""):
        return None
    kind = KINDS.get(name, "")
    if first == b"T" or (first == b"F" and _is_flag(stream)):
        return stream.boolean()
    if first in (b"F", b"D", b"C") or (first == b"[" and not (kind == "list" or _has_pairs(stream, kind))):
        return read_matrix(stream)
    if not kind:
        raise stream.fail(f"the field <{printable(name)}> is not known")
    if kind in ("list", "pairs"):
        return stream.integers(2 if kind == "pairs" else 1)
    read = stream.integer if kind == "integer" else stream.number
    value = read()
    while stream.peek() in (b"\x04", b"\x08") if stream.binary else stream.peek() not in (b"<", b"[", b""):
        if name in ("RankInOut", "AlphaInOut", "HeightInOut", "NumFiltersInOut"):
            read()
            continue
        break
    return value


def _is_flag(stream: TokenStream) -> bool:
    """Whether the F that comes next stands for False, and not for a vector of floats."""
    return bytes(stream.data[stream.position + 1 : stream.position + 2]) not in (b"V", b"M")


def _has_pairs(stream: TokenStream, kind: str) -> bool:
    """Whether a text list is one of pairs: 1,2 3,4"""
    end = stream.position
    start = stream.position
    if kind != "pairs":
        return False
    found = stream.bracketed()
    end, stream.position = stream.position, start
    return b"," in found and end > start
