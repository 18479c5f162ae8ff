"""The schema of .tflite files as tables of fields."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.frontends.tflite.schema_text import ENUMS, TABLES


@attrs.frozen
class SchemaField:
    """A field of a table. ``kind``: a scalar, ``string``, an enumeration, a union or a table."""

    slot: int
    name: str
    kind: str
    vector: bool
    default: Any


def _lines(text: str) -> dict[str, list[str]]:
    words = [line.split() for line in text.strip().replace("\n  ", " ").splitlines()]
    return {first: rest for first, *rest in words}


ENUM_NUMBERS: dict[str, dict[str, int]] = {
    name: {label: int(number) for label, _, number in (item.partition("=") for item in items)}
    for name, items in _lines(ENUMS).items()
}
"""Enumerations and unions: numbers by name."""
LABELS: dict[str, dict[int, str]] = {
    name: {number: label for label, number in numbers.items()} for name, numbers in ENUM_NUMBERS.items()
}
"""Names by number."""
BUILTINS = LABELS["BuiltinOperator"]


def _field(slot: int, text: str) -> SchemaField:
    name, _, rest = text.partition(":")
    kind, _, default = rest.partition("=")
    vector = kind.endswith("[]")
    kind = kind.removesuffix("[]")
    return SchemaField(slot, name, kind, vector, () if vector else _default(kind, default))


def _default(kind: str, text: str) -> Any:
    if kind in LABELS and kind not in UNIONS:
        return text or LABELS[kind][0]
    if kind == "bool":
        return text == "True"
    if kind in ("float", "double"):
        return float(text or 0)
    if "int" in kind and kind.islower():
        return int(text or 0)
    return "" if kind == "string" else None


UNIONS = ("BuiltinOptions", "BuiltinOptions2", "QuantizationDetails", "SparseIndexVector")
SCHEMA: dict[str, tuple[SchemaField, ...]] = {
    name: tuple(_field(slot, text) for slot, text in enumerate(items) if text != "-")
    for name, items in _lines(TABLES).items()
}
"""The fields of every table."""
