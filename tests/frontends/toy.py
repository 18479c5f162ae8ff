"""A framework that exists only here: a text format and five operations, to show what the engine does by itself.

toy
input x [N,3]
weight w [3,2] 1 2 3 4 5 6
dense: Dense x,w -> h
act: Relu h -> h            a layer may write over its input
halves: Halve h -> a,b axis=1
sum: Join a,b -> y axis=0
output y
"""

from __future__ import annotations

import re

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import ReLU
from dldt.compiler.ops.arithmetic import Multiply
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.split import Split
from dldt.compiler.safe_open import read_regular
from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.format import Format, Reader
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.outline import outline
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.signature import Attribute, Port, Signature
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.engine.text import Text
from dldt.frontends.engine.unique_tensors import unique_tensors

TOY = Framework("toy", "Toy")


@TOY.imports("Dense")
def dense(x: Value, w: Value) -> Value:
    return MatMul()(x, w)


@TOY.imports("Relu")
def relu(x: Value) -> Value:
    return ReLU()(x)


@TOY.imports("Halve")
def halve(x: Value, *, axis: int) -> tuple[Value, ...]:
    return Split(2).all(x, np.array(axis, np.int64))


@TOY.imports("Scale")
def scale(x: Value, *, by: float = 1.0) -> Value:
    return Multiply()(x, by)


@TOY.imports("Join")
def join(*xs: Value, axis: int = 0) -> Value:
    return Concat(axis)(*xs)


SCHEMAS = {
    "Dense": Signature((Port("x"), Port("w")), {}),
    "Relu": Signature((Port("x"),), {}),
    "Halve": Signature((Port("x"),), {"axis": Attribute("axis", int, required=True)}),
    "Scale": Signature((Port("x"),), {"by": Attribute("by", float, default=1.0)}),
    "Join": Signature((Port("xs", variadic=True),), {"axis": Attribute("axis", int, default=0)}),
}
"""The operations as the framework's own documentation has them."""

_NODE = re.compile(r"(\w+): (\w+) ([\w,]*) -> ([\w,]+)((?: \w+=\S+)*)")


def read_toy(path):
    nodes, inputs, outputs, weights = [], {}, [], {}
    for line in read_regular(path, max_bytes=1 << 20).decode("ascii", "replace").splitlines()[1:]:
        word, *rest = line.split()
        if word == "input":
            dims = rest[1].strip("[]").split(",")
            inputs[rest[0]] = DeclaredType(DType.f32, tuple(int(d) if d.isdecimal() else d for d in dims))
        elif word == "weight":
            shape = Text(rest[1]).as_kind(tuple[int, ...])
            weights[rest[0]] = TensorRecord.of(np.array(rest[2:], np.float32).reshape(shape))
        elif word == "output":
            outputs += rest
        elif match := _NODE.fullmatch(line):
            name, op, takes, gives, attributes = match.groups()
            values = {key: Text(text) for key, text in (item.split("=") for item in attributes.split())}
            nodes.append(NodeRecord(op, name, tuple(filter(None, takes.split(","))), tuple(gives.split(",")), values))
        else:
            raise InputError(f"{path}: cannot read {line!r}")
    return ModelRecord(TOY, path, GraphRecord("net", unique_tensors(nodes), inputs, tuple(outputs), weights))


TOY_FILE = Format(
    name="toy",
    title=".toy",
    suffixes=(".toy",),
    begins=lambda head: head.startswith(b"toy\n"),
    reader=lambda: Reader(
        load=lambda path, inputs, outputs, _: import_model(read_toy(path), inputs, outputs),
        outline=lambda path, _: outline(read_toy(path)),
        framework=TOY,
    ),
)
