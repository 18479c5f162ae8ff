"""Quantised models are contracted on the kernels for bytes, in channels-first order, without conversions between."""

import numpy as np
import pytest

from dldt.codegen.pipeline import assemble
from dldt.compiler.interpret import interpret
from dldt.frontends.tflite.importer import import_tflite
from dldt.tools.api import transform
from tests.codegen.integer_case import target_of
from tests.frontends.tflite.cases import CASES
from tests.frontends.tflite.graphs import Model, const, given, like

OPERATIONS = ("CONV_2D/i8-same", "CONV_2D/i8-relu6", "FULLY_CONNECTED/i8-rows", "FULLY_CONNECTED/i8-keep")


def transformed(path):
    """The graph of a model behind the passes."""
    graph = import_tflite(path)
    transform(graph)
    return graph


def arithmetics(path):
    """The rows of arithmetic that the contractions of a model take."""
    graph = transformed(path)
    made = assemble(graph, target_of("avx512-vnni"))
    chosen = [found for leaf in made.program.leaves() for found in leaf.chosen]
    return [str(found.implementation.arithmetic) for found in chosen if found.implementation.family in FAMILIES]


FAMILIES = ("convolution", "matmul")


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_contraction_takes_bytes(name, tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(next(case.model for case in CASES if case.name == name))
    assert arithmetics(path) == ["u8i8"]


def test_weights_beyond_signed_bytes_take_words(tmp_path):
    """Bytes from 0 to 255 less their zero point do not fit a signed byte."""
    path = tmp_path / "m.tflite"
    path.write_bytes(next(case.model for case in CASES if case.name == "CONV_2D/u8"))
    assert arithmetics(path) == ["u8i16"]


def test_a_chain_of_layers_stays_in_bytes(tmp_path):
    """Padding, two convolutions, and a sum with what stood before: no transpose is left but at the borders."""
    numbers = np.random.default_rng(3)
    model = Model()
    main = model.graph("main")
    for name in ("x", "p", "a", "b", "y"):
        main.tensor(name, like(np.int8, 0.05, -3))
    main.tensors[0]["shape"] = (1, 12, 12, 16)
    main.tensor("pads", const(np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)))
    for k in (1, 2):
        weights = numbers.integers(-127, 128, (16, 3, 3, 16)).astype(np.int8)
        main.tensor(f"w{k}", const(weights, [0.01] * 16, [0] * 16))
        main.tensor(f"c{k}", const(np.arange(16, dtype=np.int32), [0.0005] * 16, [0] * 16))
    main.inputs, main.outputs = ["x"], ["y"]
    main.operator("PAD", ["x", "pads"], ["p"])
    values = {"stride_w": 1, "stride_h": 1}
    main.operator("CONV_2D", ["p", "w1", "c1"], ["a"], "Conv2DOptions", padding="VALID", **values)
    main.operator("CONV_2D", ["a", "w2", "c2"], ["b"], "Conv2DOptions", padding="SAME", **values)
    main.operator("ADD", ["a", "b"], ["y"], "AddOptions")
    path = tmp_path / "m.tflite"
    path.write_bytes(model.bytes())
    assert arithmetics(path) == ["u8i8", "u8i8"]
    graph = transformed(path)
    assert sum(node.op.type == "Transpose" for node in graph.order()) <= 2


def test_inputs_and_outputs_keep_their_integers(tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(next(case.model for case in CASES if case.name == "CONV_2D/u8"))
    graph = import_tflite(path)
    assert [str(value.type) for value in (*graph.inputs, *graph.output_values)] == ["u8[1,5,5,4]", "u8[1,5,5,5]"]


def test_weights_of_half_a_byte(tmp_path):
    """INT4: two numbers a byte, the first in the low bits."""
    model = Model()
    main = model.graph("main")
    main.tensor("x", given(np.eye(4, dtype=np.float32)[:2]))
    packed = np.frombuffer(bytes((0x21, 0x43, 0xF8, 0x70, 0, 0)), np.int8)
    main.tensor("w", const(packed, 0.5, label="INT4"))
    main.tensors[1]["shape"] = (3, 4)
    main.tensor("y", like(np.float32))
    main.inputs, main.outputs = ["x"], ["y"]
    main.operator("FULLY_CONNECTED", ["x", "w", None], ["y"], "FullyConnectedOptions")
    path = tmp_path / "m.tflite"
    path.write_bytes(model.bytes())
    graph = import_tflite(path)
    (got,) = interpret(graph, {"x": np.eye(4, dtype=np.float32)[:2]}).values()
    np.testing.assert_array_equal(got, [[0.5, -4.0, 0.0], [1.0, -0.5, 0.0]])
