"""Small models: tensors by name, operators one a line."""

import attrs
import numpy as np

from dldt.frontends.tflite.schema import ENUM_NUMBERS
from tests.frontends.tflite.write import TYPES, file_bytes, options

CODES = ENUM_NUMBERS["BuiltinOperator"]


@attrs.frozen
class Spec:
    """A tensor: an input where ``given`` is set and ``constant`` is not."""

    array: np.ndarray
    constant: bool = False
    scale: tuple = ()
    zero: tuple = ()
    axis: int = 0
    variable: bool = False
    label: str = ""
    signature: tuple = ()


def const(array, scale=(), zero=(), axis=0, label=""):
    """A constant."""
    return Spec(np.asarray(array), True, many(scale), many(zero), axis, label=label)


def given(array, scale=(), zero=(), signature=()):
    """An input with the values that the case feeds."""
    return Spec(np.asarray(array), False, many(scale), many(zero), signature=signature)


def state(array, scale=(), zero=()):
    """A variable."""
    return Spec(np.asarray(array), scale=many(scale), zero=many(zero), variable=True)


def like(dtype, scale=(), zero=(), shape=()):
    """A result."""
    return Spec(np.empty(shape, dtype), scale=many(scale), zero=many(zero))


def many(value):
    return tuple(np.atleast_1d(value).tolist())


class Graph:
    """A subgraph under construction."""

    def __init__(self, model, name):
        self.model, self.name = model, name
        self.tensors, self.operators, self.inputs, self.outputs = [], [], [], []
        self.names = {}

    def tensor(self, name, spec):
        buffer = 0
        if spec.constant:
            self.model.buffers.append(
                np.ascontiguousarray(spec.array).view(np.uint8).ravel() if spec.array.size else []
            )
            buffer = len(self.model.buffers) - 1
        table = {"name": name, "type": spec.label or TYPES[spec.array.dtype], "buffer": buffer}
        table["shape"] = spec.array.shape
        if spec.signature:
            table["shape_signature"] = spec.signature
        if spec.variable:
            table["is_variable"] = True
        if spec.scale:
            zero = spec.zero or (0,) * len(spec.scale)
            table["quantization"] = {"scale": spec.scale, "zero_point": zero, "quantized_dimension": spec.axis}
        self.tensors.append(table)
        self.names[name] = len(self.tensors) - 1
        return self.names[name]

    def operator(self, op, inputs, outputs, kind="", custom=b"", version=1, **values):
        row = {"opcode_index": self.model.code(op, version), "inputs": [self.place(i) for i in inputs]}
        row["outputs"] = [self.place(i) for i in outputs]
        if kind:
            row |= options(kind, **values)
        if custom:
            row["custom_options"] = np.frombuffer(custom, np.uint8)
        self.operators.append(row)

    def place(self, name):
        return -1 if name is None else self.names[name]

    def table(self):
        lists = {"inputs": [self.names[n] for n in self.inputs], "outputs": [self.names[n] for n in self.outputs]}
        return {"name": self.name, "tensors": self.tensors, "operators": self.operators, **lists}


class Model:
    """A file under construction."""

    def __init__(self):
        self.buffers, self.codes, self.graphs, self.signatures = [[]], [], [], []

    def graph(self, name):
        self.graphs.append(Graph(self, name))
        return self.graphs[-1]

    def code(self, op, version):
        entry = {"version": version}
        if op in CODES:
            entry |= {"builtin_code": CODES[op], "deprecated_builtin_code": min(CODES[op], 127)}
        else:
            entry |= {"builtin_code": CODES["CUSTOM"], "deprecated_builtin_code": CODES["CUSTOM"], "custom_code": op}
        if entry not in self.codes:
            self.codes.append(entry)
        return self.codes.index(entry)

    def bytes(self):
        model = {"operator_codes": self.codes, "subgraphs": [graph.table() for graph in self.graphs]}
        model["buffers"] = [{"data": data} if len(data) else {} for data in self.buffers]
        if self.signatures:
            model["signature_defs"] = self.signatures
        return file_bytes(model)


def single(op, inputs, outputs, kind="", custom=b"", version=1, **values):
    """A model of one operator: specs (None: left out) → bytes."""
    model = Model()
    graph = model.graph("main")
    names = []
    for i, spec in enumerate(inputs):
        names.append(None if spec is None else f"in{i}")
        if spec is None:
            continue
        graph.tensor(f"in{i}", spec)
        if not spec.constant and not spec.variable:
            graph.inputs.append(f"in{i}")
    for i, spec in enumerate(outputs):
        graph.tensor(f"out{i}", spec)
        graph.outputs.append(f"out{i}")
    graph.operator(op, names, graph.outputs, kind, custom, version, **values)
    return model.bytes()
