"""Writes cases/expected.npz: what TensorFlow answers to every case. Run with a Python that has TensorFlow and ours:

python -m tests.frontends.tensorflow.make_cases
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_library

from dldt.compiler.types import DType
from tests.frontends.tensorflow.cases.table import FAMILIES, STORED
from tests.frontends.tensorflow.registry import registry

QUANTISED = {"QuantizeV2": {np.dtype("u1"): tf.quint8, np.dtype("i1"): tf.qint8}}


def answers(case):
    """The outputs of TensorFlow's own operation."""
    arguments = {}
    names = [port.name for port in registry()[case.op].signature.inputs]
    tensors = [tf.constant(array) for array in case.arrays()]
    if case.op == "Dequantize":
        kind = tf.quint8 if tensors[0].dtype == tf.uint8 else tf.qint8
        tensors[0] = tf.bitcast(tensors[0], kind)
    for position, name in enumerate(names):
        parts = name.split("_and_") if position == len(names) - 1 else [name]
        rest = tensors[position:] if position == len(names) - 1 else [tensors[position]]
        arguments |= dealt(case.op, parts, rest)
    entry = registry()[case.op]
    defaults = {
        n: a.default for n, a in entry.signature.attributes.items() if not a.required and n not in entry.implied
    }
    for name, value in {**defaults, **case.attributes}.items():
        arguments[name] = attribute(case.op, value)
    made = op_def_library.apply_op(case.op, **arguments)
    outputs = list(made) if isinstance(made, list | tuple) else [made]
    wanted = [plain(output) for output in outputs[: case.outputs]]
    with tf.compat.v1.Session() as session:
        return [np.asarray(array) for array in session.run(wanted)]


def dealt(op, parts, rest):
    """The last inputs, of which one or several are lists."""
    if len(parts) == 1:
        variadic = registry()[op].signature.inputs[-1].variadic
        named = parts[0] == registry()[op].signature.inputs[-1].name
        return {parts[0]: rest if variadic and named else rest[0]}
    if op == "ConcatV2":
        return {"values": rest[:-1], "axis": rest[-1]}
    half = len(rest) // 2
    return {parts[0]: rest[:half], parts[1]: rest[half:]}


def attribute(op, value):
    """An attribute as TensorFlow's functions take it."""
    if isinstance(value, DType):
        own = QUANTISED.get(op, {}).get(np.dtype(value.numpy))
        return own or tf.as_dtype(value.numpy)
    return list(value) if isinstance(value, tuple) else value


def plain(tensor):
    """Of quantised types the integers."""
    if tensor.dtype in (tf.quint8, tf.qint8):
        return tf.bitcast(tensor, tf.uint8 if tensor.dtype == tf.quint8 else tf.int8)
    return tensor


def main():
    """Ask TensorFlow and store the answers."""
    made, failed = {}, []
    for name, cases in FAMILIES.items():
        for number, case in enumerate(cases):
            try:
                with tf.Graph().as_default():
                    found = answers(case)
                made |= {f"{name}.{number}.{port}": array for port, array in enumerate(found)}
            except Exception as error:
                failed.append(f"{name}.{number} {case.op}: {type(error).__name__}: {str(error)[:300]}")
    np.savez_compressed(STORED, version=np.array(tf.__version__), **made)
    print("\n".join(failed), len(made), "outputs")


if __name__ == "__main__":
    main()
