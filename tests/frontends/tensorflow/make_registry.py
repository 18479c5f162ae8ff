"""Writes registry.txt, TensorFlow's own table of its operations. Run with a Python that has TensorFlow:

    python -m tests.frontends.tensorflow.make_registry

A line an operation: name | inputs | outputs | attributes. An input is ``name:type``, where the type is one of
TensorFlow's, an attribute that says it, or ``N*T`` for a list of N; an attribute is ``name:type`` and its default.
"""

from __future__ import annotations

import json
from pathlib import Path

import tensorflow
from tensorflow.core.framework import op_def_pb2, types_pb2
from tensorflow.python.client import pywrap_tf_session

TABLE = Path(__file__).with_name("registry.txt")


def argument(arg):
    """One input or output."""
    kind = arg.type_attr or arg.type_list_attr or types_pb2.DataType.Name(arg.type)[3:].lower()
    if arg.type_list_attr:
        kind = f"*{kind}"
    return f"{arg.name}:{arg.number_attr + '*' if arg.number_attr else ''}{kind}"


def default(attr):
    """The default of an attribute as JSON; nothing where it must be given."""
    if not attr.HasField("default_value"):
        return ""
    value = attr.default_value
    if attr.type.startswith("list"):
        values = value.list
        found = [*values.i, *values.f, *values.b, *(s.decode("latin1") for s in values.s), *map(types, values.type)]
        return "=" + json.dumps(found, separators=(",", ":"))
    plain = {
        "int": value.i,
        "float": float(f"{value.f:.9g}"),
        "bool": value.b,
        "string": value.s.decode("latin1"),
        "type": types(value.type),
        "shape": None if value.shape.unknown_rank else [d.size for d in value.shape.dim],
    }
    return "=" + json.dumps(plain.get(attr.type, "?"), separators=(",", ":"))


def types(number):
    """The name of an element type."""
    return types_pb2.DataType.Name(number)[3:].lower()


def main():
    """Write the table."""
    listed = op_def_pb2.OpList()
    listed.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    lines = [f"# TensorFlow {tensorflow.__version__}"]
    for op in sorted(listed.op, key=lambda op: op.name):
        attributes = " ".join(f"{attr.name}:{attr.type}{default(attr)}" for attr in op.attr)
        inputs, outputs = (" ".join(map(argument, args)) for args in (op.input_arg, op.output_arg))
        lines.append(f"{op.name} | {inputs} | {outputs} | {attributes}")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
