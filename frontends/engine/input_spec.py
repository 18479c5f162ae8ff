"""What a user says about a model's inputs, and the text that says it: ``x[N,3,?,1..8]{f32},sr[]{i64}->16000``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TypeAlias

import attrs

from dldt.compiler.dims import Dim
from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.frontends.engine.symbols import Symbols

DimSpec: TypeAlias = "int | str | tuple[int, int | None] | None"
"""A dim as the user writes it: a number, a name (in double quotes where it is no identifier), a range ``"1..8"`` or
``(1, 8)``, or None for free."""

Number: TypeAlias = int | float | bool

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM = re.compile(
    rf'(?P<name>[^\[\]{{}}]*?)(\[(?P<shape>(?:{_QUOTED}|[^\]"])*)\])?(\{{(?P<type>[^}}]*)\}})?(->(?P<value>.*))?',
    re.DOTALL,
)
_DIM = re.compile(rf"{_QUOTED}|[^,\s]+")
_TOP = re.compile(rf"{_QUOTED}|[\[\](){{}},]")
_RANGE = re.compile(r"(\d*)\.\.(\d*)")
_ALIASES = {"bool": "boolean", "float": "f32", "half": "f16", "int32": "i32", "int64": "i64", "uint8": "u8"}
_MAX_TEXT = 1 << 16
_MAX_DIM = 2**40


@attrs.frozen
class InputSpec:
    """One input: its shape, element type and value, each None where the model's own stays."""

    shape: tuple[DimSpec, ...] | None = None
    dtype: DType | None = None
    value: Number | tuple[Number, ...] | None = None

    @classmethod
    def of(cls, given: InputSpec | Sequence[DimSpec] | None) -> InputSpec:
        """``given`` as a spec: a sequence is a shape. Raises UsageError."""
        if given is None or isinstance(given, InputSpec):
            return given or cls()
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise UsageError(f"an input's shape is a sequence of dims, not {shown(given)}")
        return cls(shape=tuple(_checked(dim) for dim in given))

    def dims(self, name: str, symbols: Symbols) -> tuple[Dim, ...]:
        """The shape as dims; free ones become fresh symbols named after the input and the axis."""
        return tuple(_dim(spec, f"{name}_{axis}", symbols) for axis, spec in enumerate(self.shape or ()))


def parse_inputs(text: str) -> dict[str, InputSpec]:
    """``x[1,3,640,640]{f32},sr[]{i64}->16000,mid`` as specs by name, in order. Raises UsageError.

    Inside brackets dims are separated by commas or blanks: numbers, names (``N``, ``"batch size"``), ``?`` or ``-1``
    (free), ranges ``1..8``. The spelling of the names (``node``, ``node:port``, ``port:node``) is left to the frontend.
    """
    specs: dict[str, InputSpec] = {}
    for item in split_top(text):
        match = _ITEM.fullmatch(item)
        if match is None or not match["name"].strip():
            raise UsageError(f"cannot read {shown(item)}: expected name, name[dims], name[dims]{{type}} or name->value")
        name = match["name"].strip()
        if name in specs:
            raise UsageError(f"input {shown(name)} is given twice")
        shape = None if match["shape"] is None else parse_dims(match["shape"])
        dtype = None if match["type"] is None else parse_dtype(match["type"])
        value = None if match["value"] is None else parse_value(match["value"])
        specs[name] = InputSpec(shape, dtype, value)
    return specs


def parse_input_shapes(text: str) -> list[tuple[DimSpec, ...]]:
    """``[1,3,224,224],(2,4)``: one shape an input, in the model's order. Raises UsageError."""
    shapes = []
    for item in split_top(text):
        if (item[:1], item[-1:]) not in (("[", "]"), ("(", ")")):
            raise UsageError(f"cannot read shape {shown(item)}: expected [d,d,…] or (d,d,…)")
        shapes.append(parse_dims(item[1:-1]))
    return shapes


def parse_dims(text: str) -> tuple[DimSpec, ...]:
    """``1,3,?,1..8`` or ``1 3 N`` as dim specs. Raises UsageError."""
    return tuple(_token(token) for token in _DIM.findall(text))


def parse_dtype(text: str) -> DType:
    """``f32``, ``FP32``, ``int64`` … as an element type. Raises UsageError."""
    name = text.strip().lower()
    name = _ALIASES.get(name, name.replace("fp", "f"))
    if name not in DType.__members__:
        raise UsageError(f"element type {shown(text)} is not known ({', '.join(DType.__members__)} are)")
    return DType[name]


def parse_value(text: str) -> Number | tuple[Number, ...]:
    """``16000``, ``1.5``, ``true`` or ``[1,2,3]``. Raises UsageError."""
    stripped = text.strip()
    if (stripped[:1], stripped[-1:]) in (("[", "]"), ("(", ")")):
        return tuple(_number(token) for token in re.split(r"[,\s]+", stripped[1:-1].strip()) if token)
    return _number(stripped)


def split_top(text: str) -> list[str]:
    """The parts of ``text`` between commas that stand outside brackets and quotes, stripped. Raises UsageError."""
    if len(text) > _MAX_TEXT:
        raise UsageError(f"the text is too long ({len(text)} characters)")
    parts, depth, start = [], 0, 0
    for found in _TOP.finditer(text):
        mark, position = found[0], found.start()
        depth += (mark in "[({") - (mark in "])}")
        if depth < 0:
            raise UsageError(f"unbalanced bracket {shown(mark)} at position {position + 1} of {shown(text)}")
        if mark == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    if depth:
        raise UsageError(f"a bracket is not closed in {shown(text)}")
    parts.append(text[start:].strip())
    if "" in parts:
        raise UsageError(f"nothing stands between two commas, or at an end, of {shown(text)}")
    return parts


def _token(token: str) -> DimSpec:
    if token in ("?", "-1"):
        return None
    if token.isdecimal():
        return _checked(int(token))
    return _checked(token)


def _checked(dim: DimSpec) -> DimSpec:
    """``dim`` in its plain form (ranges as pairs, free as None). Raises UsageError."""
    if dim is None or dim == -1 or dim == "?":
        return None
    if isinstance(dim, bool) or not isinstance(dim, int | str | tuple):
        raise UsageError(f"{shown(dim)} is not a dimension: give a number, a name, a range such as 1..8, or ?")
    if isinstance(dim, int):
        if not 0 <= dim <= _MAX_DIM:
            raise UsageError(f"a dimension of {dim} is out of range: 0 to 2**40, or -1 for a free one")
        return dim
    if isinstance(dim, tuple):
        return _range(dim)
    if re.fullmatch(_QUOTED, dim, re.DOTALL):
        return _unquoted(dim)
    match = _RANGE.fullmatch(dim)
    if match:
        return _range((int(match[1] or 0), int(match[2]) if match[2] else None))
    if not re.fullmatch(r"[A-Za-z_][\w.]*", dim, flags=re.ASCII):
        raise UsageError(f"{shown(dim)} is not a dimension: give a number, a name, a range such as 1..8, or ?")
    return dim


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError as error:
        raise UsageError(f"{text} is not a name: what stands between the quotes must be a string as in JSON") from error


def _range(pair: tuple[int, int | None]) -> DimSpec:
    low, high = pair
    if low < 0 or (high is not None and not low <= high <= _MAX_DIM):
        raise UsageError(f"the range {low}..{'' if high is None else high} is empty or reaches below 0")
    return pair


def _dim(spec: DimSpec, hint: str, symbols: Symbols) -> Dim:
    if isinstance(spec, int):
        return spec
    if isinstance(spec, str):
        return symbols.named(spec)
    low, high = spec or (0, None)
    return low if low == high else symbols.fresh(hint, low, high)


def _number(text: str) -> Number:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise UsageError(f"{shown(text)} is not a value: give a number, true, false, or a list [a,b,…]")
