"""Subgraphs of a .tflite file as records: operators in their order, bodies with names of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tflite.flatbuffer import Table
from dldt.frontends.tflite.framework import BODY, INTERNAL
from dldt.frontends.tflite.integer_kernel import (
    ACTIVATIONS,
    POOLS,
    SUMMED,
    IntegerKernel,
    activation,
    bounds,
    integer_kernel,
)
from dldt.frontends.tflite.operator_row import OperatorRow
from dldt.frontends.tflite.quantized_records import (
    bound,
    byte,
    dequantize,
    joined,
    quantize,
    requantize,
    rescale,
    stands_for_floats,
    whole,
    works_on_integers,
)
from dldt.frontends.tflite.tensor import FileTensor
from dldt.frontends.tflite.variables import STATES, Variables

_MAX_OPERATORS = 1 << 18
_TENSORS = 8
"""How many tensors of a subgraph that is called count as an operator."""
_MAX_NESTING = 24
_BODY = "subgraph"
"""What the attributes are called that name a subgraph."""


@attrs.define
class Subgraphs:
    """Makes records of the subgraphs of one file."""

    path: Path
    codes: tuple[tuple[str, str], ...]
    """Operation and domain, by the index that operators give."""
    tables: tuple[Table, ...]
    buffers: tuple[memoryview | None, ...]
    operators: int = 0
    """How many were read; a subgraph that is called again counts again."""
    _seen: dict[int, tuple[tuple[FileTensor, ...], tuple[str, ...]]] = attrs.field(factory=dict)
    _rows: dict[int, tuple[OperatorRow, ...]] = attrs.field(factory=dict)
    _borders: dict[int, tuple[str, tuple[int, ...], tuple[int, ...]]] = attrs.field(factory=dict)

    def tensors(self, index: int) -> tuple[tuple[FileTensor, ...], tuple[str, ...]]:
        """The tensors of a subgraph, and their names in the file."""
        if not 0 <= index < len(self.tables):
            raise self.damaged(f"subgraph {index} is named, there are {len(self.tables)}")
        if index not in self._seen:
            tables = self.tables[index]["tensors"]
            found = tuple(FileTensor.of(table, self._data(table)) for table in tables)
            self._seen[index] = found, tuple(table["name"] for table in tables)
        return self._seen[index]

    def rows(self, index: int) -> tuple[OperatorRow, ...]:
        """The operators of a subgraph."""
        if index not in self._rows:
            tensors, _ = self.tensors(index)
            tables = self.tables[index]["operators"]
            self._rows[index] = tuple(OperatorRow.of(table, self.codes, tensors, self.path) for table in tables)
        return self._rows[index]

    def borders(self, index: int) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
        """The name of a subgraph, its inputs and its outputs."""
        if index not in self._borders:
            table, count = self.tables[index], len(self.tensors(index)[0])
            for place in (*table["inputs"], *table["outputs"]):
                if not 0 <= place < count:
                    raise self.damaged(f"a subgraph names tensor {place}, there are {count}")
            self._borders[index] = table["name"], table["inputs"], table["outputs"]
        return self._borders[index]

    def record(self, index: int, names: dict[int, str], variables: Variables | None) -> GraphRecord:
        """The subgraph as a graph; ``names``: those of tensors that are called otherwise than in the file."""
        return _Builder(self, index, 0, "", names, variables).graph()

    def spend(self, operators: int) -> None:
        """Raise InputError where a file asks for more work than any model needs."""
        self.operators += operators
        if self.operators > _MAX_OPERATORS:
            raise self.damaged(f"with all that is called, it has more than {_MAX_OPERATORS} operators")

    def damaged(self, why: str) -> InputError:
        """The error to raise."""
        return InputError(f"{self.path}: not a sound TensorFlow Lite model: {why}")

    def _data(self, table: Table) -> memoryview | None:
        buffer = int(table["buffer"])
        if buffer >= len(self.buffers):
            raise self.damaged(f"tensor {shown(table['name'])} names buffer {buffer}, there are {len(self.buffers)}")
        return self.buffers[buffer]


class _Builder:
    """One subgraph, in one place where it is used."""

    def __init__(
        self,
        file: Subgraphs,
        index: int,
        depth: int,
        prefix: str,
        given: dict[int, str],
        variables: Variables | None,
    ) -> None:
        self._file = file
        self._index = index
        self._tensors, labels = file.tensors(index)
        self._depth = depth
        if depth > _MAX_NESTING:
            raise file.damaged(f"subgraphs call each other more than {_MAX_NESTING} deep")
        file.spend(len(self._tensors) // _TENSORS)
        self._variables = variables
        self._prefix = prefix
        self._names = _distinct(labels, prefix, given)
        self._given = given
        self._floats: dict[int, str] = {}
        self._wholes: dict[int, str] = {}
        self._resources: dict[int, str] = {}
        self._nodes: list[NodeRecord] = []
        self._extra: dict[str, TensorRecord] = {}

    def graph(self, *, captures: bool = False) -> GraphRecord:
        """The record. ``captures``: its inputs are tensors from around it."""
        name, inputs, outputs = self._file.borders(self._index)
        for row in self._file.rows(self._index):
            self._file.spend(1)
            self._operator(row)
        effects: tuple[str, ...] = ()
        if self._variables is not None and self._depth == 0:
            kept = self._variables.assignments()
            self._nodes += kept
            effects = tuple(node.outputs[0] for node in kept)
        declared = {self._names[i]: self._tensors[i].declared for i in inputs}
        made = {name for node in self._nodes for name in node.outputs}
        constants = {
            self._names[i]: tensor.record
            for i, tensor in enumerate(self._tensors)
            if tensor.data is not None and self._names[i] not in declared and self._names[i] not in made
        }
        types = {self._names[i]: t.declared for i, t in enumerate(self._tensors) if self._names[i] not in constants}
        return GraphRecord(
            name=self._prefix or name,
            nodes=tuple(self._nodes),
            inputs={} if captures else declared,
            outputs=tuple(self._names[i] for i in outputs),
            initializers={n: r for n, r in {**constants, **self._extra}.items() if n not in self._given.values()}
            if captures
            else {**constants, **self._extra},
            types=types,
            effects=effects,
        )

    def _operator(self, row: OperatorRow) -> None:
        inputs, outputs = list(row.inputs), list(row.outputs)
        if row.op in ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"):
            self._stateful(row.op, row.attributes, inputs, outputs)
            return
        attributes = {
            key: self._bodies(key, value, inputs) if _BODY in key else value for key, value in row.attributes.items()
        }
        self._add(row.op, row.domain, inputs, outputs, attributes)

    def _bodies(self, key: str, value: Any, inputs: list[int]) -> Any:
        if isinstance(value, tuple):
            return tuple(self._bodies(key, each, inputs) for each in value)
        index = int(value)
        own = f"{self._prefix}{len(self._nodes)}/{key.removesuffix('_index').removesuffix('_subgraph')}/"
        if key not in ("then_subgraph_index", "else_subgraph_index"):
            return _Builder(self._file, index, self._depth + 1, own, {}, None).graph()
        self._file.tensors(index)
        _, taken, _ = self._file.borders(index)
        outer = inputs[1:]
        if len(taken) != len(outer):
            raise self._file.damaged(f"IF gives {len(outer)} tensors to a subgraph of {len(taken)} inputs")
        given = {inner: self._names[i] for inner, i in zip(taken, outer, strict=True) if i >= 0}
        return _Builder(self._file, index, self._depth + 1, own, given, None).graph(captures=True)

    def _stateful(self, op: str, attributes: dict[str, Any], inputs: list[int], outputs: list[int]) -> None:
        if op == "CALL_ONCE":
            return
        if op == "VAR_HANDLE":
            name = attributes.get("shared_name", "")
            self._resources[outputs[0] if outputs else -1] = name or "variable"
            return
        variable = self._resources.get(inputs[0] if inputs else -1)
        if variable is None or self._variables is None:
            node = NodeRecord(op, "", (), tuple(self._name(i) for i in outputs), domain=BODY)
            self._nodes.append(node)
            return
        if op == "READ_VARIABLE" and outputs and outputs[0] >= 0:
            tensor = self._tensors[outputs[0]]
            self._nodes.append(self._variables.read(variable, tensor, self._names[outputs[0]]))
        elif op == "ASSIGN_VARIABLE" and len(inputs) > 1 and inputs[1] >= 0:
            self._variables.write(variable, self._names[inputs[1]])

    def _add(self, op: str, domain: str, inputs: list[int], outputs: list[int], attributes: dict[str, Any]) -> None:
        tensors = [self._tensors[i] if i >= 0 else None for i in (*inputs, *outputs)]
        states = [inputs[p] for p in STATES.get(op, ()) if p < len(inputs) and self._is_state(inputs[p])]
        read = [self._name(i) for i in inputs]
        for state in states:
            read[inputs.index(state)] = self._state(state)
        made = [self._name(i) for i in outputs]
        after = [f"{self._names[i]}/next" for i in states]
        if op == "PAD" and works_on_integers("PADV2", attributes, tensors) and tensors[0] is not None:
            op, read = "PADV2", [*read, self._zero_point(tensors[0])]
        behind: list[NodeRecord] = []
        given, results = (tuple(self._tensors[i] if i >= 0 else None for i in each) for each in (inputs, outputs))
        kernel = integer_kernel(op, attributes, given, results)
        curve = activation(op, attributes, given, results) if op in ACTIVATIONS else None
        fused = attributes.get("fused_activation_function", "NONE")
        limits = bounds(fused, results[0]) if op in POOLS and results and fused != "NONE" else None
        plain = (
            attributes | {"fused_activation_function": "NONE"}
            if "fused_activation_function" in attributes
            else attributes
        )
        if curve is not None:
            op, domain, attributes = ACTIVATIONS[op], INTERNAL, curve
        elif limits is not None and works_on_integers(op, plain, tensors):
            made, behind = self._bounded(made, limits)
            attributes = plain
        elif kernel is not None and kernel.in_words:
            self._words(op, inputs, made[0], plain, kernel)
            return
        elif kernel is not None and not works_on_integers(op, attributes, tensors):
            read = [self._whole(op, p, i, kernel) for p, i in enumerate(inputs)]
            behind = [requantize(f"{made[0]}/sums", made[0], kernel)]
            made[0] = f"{made[0]}/sums"
            attributes = plain
            op = SUMMED.get(op, op)
        elif not works_on_integers(op, attributes, tensors):
            read = [self._dequantized(op, p, i, name) for p, (i, name) in enumerate(zip(inputs, read, strict=True))]
            for position, index in enumerate((*outputs, *states)):
                if index < 0 or not self._tensors[index].is_quantized:
                    continue
                names, at = (made, position) if position < len(made) else (after, position - len(made))
                integers, names[at] = names[at], f"{names[at]}/float"
                behind.append(quantize(names[at], integers, self._tensors[index], op))
        self._nodes.append(NodeRecord(op, "", tuple(read), (*made, *after), attributes, domain=domain))
        self._nodes += behind
        for state in states:
            assert self._variables is not None
            self._variables.write(self._names[state], f"{self._names[state]}/next")

    def _is_state(self, index: int) -> bool:
        return index >= 0 and self._tensors[index].is_variable and self._variables is not None

    def _state(self, index: int) -> str:
        """What a variable tensor holds now."""
        assert self._variables is not None
        name = self._names[index]
        if name not in self._variables.current:
            self._nodes.append(self._variables.read(name, self._tensors[index], name))
        return self._variables.current[name]

    def _name(self, index: int) -> str:
        return self._names[index] if index >= 0 else ""

    def _dequantized(self, op: str, position: int, index: int, name: str) -> str:
        if index < 0 or not stands_for_floats(op, position, self._tensors[index]):
            return name
        quantization = self._tensors[index].quantization
        assert quantization is not None
        if name != self._names[index]:
            self._nodes.append(dequantize(name, f"{name}/number", quantization))
            return f"{name}/number"
        if index not in self._floats:
            self._floats[index] = f"{self._prefix}{self._names[index]}/number"
            self._nodes.append(dequantize(self._names[index], self._floats[index], quantization))
        return self._floats[index]

    def _words(
        self, op: str, inputs: list[int], result: str, attributes: dict[str, Any], kernel: IntegerKernel
    ) -> None:
        """A contraction of words: of their high bytes, and of their low ones."""
        data, weights, *bias = inputs
        held, sums = self._whole(op, 1, weights, kernel), (f"{result}/high", f"{result}/low")
        for name, high in zip(sums, (True, False), strict=True):
            self._nodes.append(byte(self._name(data), f"{name}/data", high=high))
            self._nodes.append(NodeRecord(op, "", (f"{name}/data", held), (name,), attributes))
        self._nodes.append(joined(*sums, self._name(bias[0]) if bias else "", f"{result}/sums"))
        self._nodes.append(requantize(f"{result}/sums", result, kernel))

    @staticmethod
    def _bounded(made: list[str], limits: tuple[int, int]) -> tuple[list[str], list[NodeRecord]]:
        """Results that an activation bounds behind the node."""
        first, *others = made
        return [f"{first}/free", *others], [bound(f"{first}/free", first, limits)]

    def _whole(self, op: str, position: int, index: int, kernel: IntegerKernel) -> str:
        """An input as an integer kernel takes it: without its zero point, multiplied where the kernel does so."""
        name = self._name(index)
        if index < 0 or not stands_for_floats(op, position, self._tensors[index]):
            return name
        if index not in self._wholes:
            quantization = self._tensors[index].quantization
            assert quantization is not None
            self._wholes[index] = f"{self._prefix}{name}/whole"
            self._nodes.append(whole(name, self._wholes[index], quantization))
        if not kernel.operands:
            return self._wholes[index]
        made = f"{self._prefix}{len(self._nodes)}/rescaled"
        self._nodes.append(rescale(self._wholes[index], made, kernel.operands[position], kernel.left))
        return made

    def _zero_point(self, tensor: FileTensor) -> str:
        """A constant that pads a quantised tensor with 0."""
        assert tensor.quantization is not None
        name = f"{self._prefix}{len(self._nodes)}/zero"
        zero = np.array(tensor.quantization.zero[0])
        kind = tensor.dtype
        fits = not isinstance(kind, Fault) and kind.bounds[0] <= zero <= kind.bounds[1]
        if isinstance(kind, Fault) or not fits:
            raise self._file.damaged(f"a tensor of type {kind} has the zero point {zero}")
        self._extra[name] = TensorRecord.of(zero.astype(kind.numpy))
        return name


def _distinct(labels: tuple[str, ...], prefix: str, given: dict[int, str]) -> list[str]:
    """A name for each tensor: its own, with its number where another has it too, or it has none."""
    taken = set(given.values())
    names = []
    for index, label in enumerate(labels):
        name = given.get(index, f"{prefix}{label or 'tensor'}")
        if index not in given and name in taken:
            name = f"{name}:{index}"
        while index not in given and name in taken:
            name = f"{name}_"
        taken.add(name)
        names.append(name)
    return names
