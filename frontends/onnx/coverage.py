"""What is imported: every operation with its versions, the types that it takes, and which dims may be free."""

from __future__ import annotations

import attrs

from dldt.frontends.onnx.fixed_dims import FIXED_DIMS
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.functions import schema_of

_TYPES = {
    "float16": "f16", "bfloat16": "bf16", "float": "f32", "double": "f64", "int8": "i8", "int16": "i16",
    "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16", "uint32": "u32", "uint64": "u64", "bool": "bool",
    "float8e4m3fn": "f8", "float8e4m3fnuz": "f8", "float8e5m2": "f8", "float8e5m2fnuz": "f8", "float8e8m0": "f8",
    "float4e2m1": "f4", "int4": "i4", "uint4": "u4", "int2": "i2", "uint2": "u2",
}  # fmt: skip
"""ONNX's name of a type → ours. Text and complex numbers are no types of tensors here."""
_ALL = tuple(dict.fromkeys(_TYPES.values()))


@attrs.frozen
class Coverage:
    """One operation. ``types``: of its data, by the schema; ``free``: which dims may be free."""

    operation: str
    versions: str
    types: str
    free: str


def coverage() -> list[Coverage]:
    """All operations: those with importers, then those that are imported as what ONNX defines them by."""
    ranges: dict[tuple[str, str], list[str]] = {}
    newest: dict[tuple[str, str], int] = {}
    for importer in ONNX.importers():
        key = (importer.domain, importer.op_type)
        until = "" if importer.until == importer.since else f"–{importer.until}"
        ranges.setdefault(key, []).append(f"{importer.since}{until}")
        newest[key] = importer.until
    rows = []
    for (domain, name), found in ranges.items():
        shown = f"{domain}::{name}" if domain else name
        rows.append(Coverage(shown, ", ".join(found), _types(name, newest[domain, name], domain), _free(name)))
    for name, versions in ONNX.defined().items():
        rows.append(Coverage(name, f"{versions} (by definition)", _types(name, ONNX.newest, ""), _free(name)))
    return rows


def _types(name: str, version: int, domain: str) -> str:
    """The types of the first input, or of the first output where there is none."""
    schema = schema_of(name, version, domain)
    if schema is None:
        return "those of onnxruntime"
    ports = list(schema.inputs) or list(schema.outputs)
    if not ports:
        return ""
    given = {text.removeprefix("tensor(").removesuffix(")") for text in ports[0].types}
    found = {_TYPES[text] for text in given if text in _TYPES}
    if found >= {*_ALL}:
        return "all"
    return " ".join(each for each in _ALL if each in found) or "sequences"


def _free(name: str) -> str:
    return f"all but {FIXED_DIMS[name]}" if name in FIXED_DIMS else "all"
