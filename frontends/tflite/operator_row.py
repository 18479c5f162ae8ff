"""An operator of a .tflite file, read once, however often its subgraph is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.frontends.engine.fault import Fault
from dldt.frontends.tflite.custom_options import custom_options
from dldt.frontends.tflite.flatbuffer import Table
from dldt.frontends.tflite.framework import CUSTOM
from dldt.frontends.tflite.results import result_attributes
from dldt.frontends.tflite.schema import BUILTINS
from dldt.frontends.tflite.tensor import FileTensor


@attrs.frozen(eq=False)
class OperatorRow:
    """``inputs`` and ``outputs``: tensors by their numbers, -1 for one that is left out; ``attributes``: the options,
    in which subgraphs are numbers yet."""

    op: str
    domain: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attributes: dict[str, Any]

    @classmethod
    def of(
        cls, table: Table, codes: tuple[tuple[str, str], ...], tensors: tuple[FileTensor, ...], path: Path
    ) -> OperatorRow:
        """The operator that a table describes. Raises InputError."""
        code = table["opcode_index"]
        if code >= len(codes):
            raise InputError(f"{path}: an operator names code {code}, there are {len(codes)}")
        op, domain = codes[code]
        inputs, outputs = table["inputs"], table["outputs"]
        for index in (*inputs, *outputs):
            if not -1 <= index < len(tensors):
                raise InputError(f"{path}: an operator {op} names tensor {index}, there are {len(tensors)}")
        if domain == CUSTOM:
            return cls(op, domain, inputs, outputs, custom_options(op, table["custom_options"]))
        first = tensors[outputs[0]] if outputs and outputs[0] >= 0 else None
        return cls(op, domain, inputs, outputs, _attributes(table) | result_attributes(op, first))


def operator_code(table: Table) -> tuple[str, str]:
    """The operation that an entry of the file's list stands for, and its domain."""
    number = max(table["builtin_code"], table["deprecated_builtin_code"])
    name = BUILTINS.get(number)
    if name is None:
        return f"builtin operator {number}", ""
    if name == "CUSTOM":
        return table["custom_code"], CUSTOM
    return name, ""


def _attributes(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("builtin_options", "builtin_options_2"):
        options = table[key] if table[f"{key}_type"] else None
        if options is not None:
            found |= {name: _plain(value) for name, value in options.items()}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return tuple(value.tolist())
    if isinstance(value, Table):
        return Fault(UnsupportedError, f"is a {value.kind}")
    return value
