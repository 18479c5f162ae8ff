"""TensorFlow's own table of its operations (registry.txt), as signatures."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import attrs

from dldt.compiler.types import DType
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.signature import Attribute, Port, Signature, Tensor

_TYPES = {
    "float": DType.f32,
    "double": DType.f64,
    "half": DType.f16,
    "bfloat16": DType.bf16,
    "bool": DType.boolean,
    **{f"{sign}int{bits}": DType(f"{sign or 'i'}{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)},
    **{f"q{sign}int{bits}": DType(f"{sign or 'i'}{bits}") for sign in ("", "u") for bits in (8, 16)},
    "qint32": DType.i32,
}
_KINDS = {
    "int": int,
    "float": float,
    "bool": bool,
    "string": str,
    "type": DType,
    "shape": tuple[int | None, ...],
    "tensor": Tensor,
    "func": GraphRecord,
    "list(func)": tuple[GraphRecord, ...],
    "list(int)": tuple[int, ...],
    "list(float)": tuple[float, ...],
    "list(string)": tuple[str, ...],
}


_NUMBERS = ("complex64", "complex128")


@attrs.frozen
class Entry:
    """An operation: its signature, and the attributes that its inputs say."""

    signature: Signature
    implied: frozenset[str]


@functools.cache
def registry() -> dict[str, Entry]:
    """Every operation by name."""
    lines = Path(__file__).with_name("registry.txt").read_text(encoding="utf-8").splitlines()[1:]
    return dict(_entry(*(part.strip() for part in line.split(" |"))) for line in lines)


def _entry(name, inputs, _outputs, attributes):
    pairs = [item.split(":") for item in inputs.split()]
    variadic = [i for i, (_, kind) in enumerate(pairs) if "*" in kind]
    names = [name for name, _ in pairs]
    if variadic:  # a list swallows what comes behind it
        names = [*names[: variadic[0]], "_and_".join(names[variadic[0] :])]
    ports = tuple(Port(name, variadic=bool(variadic) and i == len(names) - 1) for i, name in enumerate(names))
    implied = {word for _, kind in pairs for word in kind.split("*") if word}
    found = [_attribute(item) for item in _split(attributes)]
    known = {a.name: a for a in found if a is not None}
    types = {a.name for a in known.values() if a.kind is DType}
    numeric = types if any(known[name].default in _NUMBERS for name in types) else frozenset()
    return name, Entry(Signature(ports, known), frozenset(implied & set(known)) | numeric | _unread(attributes))


def _split(text):
    """The attributes: words, of which defaults with spaces are JSON."""
    items = []
    for word in text.split():
        if items and items[-1].count('"') % 2:
            items[-1] += f" {word}"
        else:
            items.append(word)
    return items


def _attribute(item):
    head, _, default = item.partition("=")
    name, kind = head.split(":")
    if kind not in _KINDS:
        return None
    value = json.loads(default) if default else None
    if kind == "type" and default:
        value = _TYPES.get(value, value)
    return Attribute(name, _KINDS[kind], not default, tuple(value) if isinstance(value, list) else value)


def _unread(attributes):
    """Lists of types, which the inputs say, too."""
    return frozenset(item.split(":")[0] for item in _split(attributes) if ":list(type)" in item)
