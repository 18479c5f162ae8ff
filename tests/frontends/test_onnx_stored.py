"""Types in which numbers are only stored: cast, moved and dequantised as ml_dtypes rounds and stores them."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.stored import STORAGE_TYPES
from dldt.frontends.onnx.element_types import STORAGE_CODES
from dldt.frontends.onnx.importer import import_onnx

CODES = {kind.name: code for code, kind in STORAGE_CODES.items()}
FLOATS = [kind for kind in STORAGE_TYPES if kind.is_float]


def graph_of(nodes, inputs, outputs, tmp_path, initializers=()):
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, code, shape) for name, code, shape in inputs],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        initializers,
    )
    path = tmp_path / "m.onnx"
    path.write_bytes(helper.make_model(made, opset_imports=[helper.make_opsetid("", 25)]).SerializeToString())
    return import_onnx(path)


def numbers(kind):
    """Every number of the type, those in the middle between two, and what is around and beyond."""
    own = np.unique(kind.values[np.isfinite(kind.values)])
    middle = ((own[1:].astype(np.float64) + own[:-1]) / 2).astype(np.float32)
    near = np.concatenate([np.nextafter(middle, np.float32(s)) for s in (-np.inf, np.inf)])
    edges = np.array([0.0, -0.0, 1e-30, -1e-30, 1e30, -1e30], np.float32)
    return np.concatenate([own, middle, near, own[-1:] * 1.01, own[-1:] * 1.5, edges])


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("kind", FLOATS, ids=lambda kind: kind.name)
def test_floats_are_rounded_as_ml_dtypes_or_onnx_does(kind, tmp_path):
    x = numbers(kind)
    node = helper.make_node("Cast", ["x"], ["y"], to=CODES[kind.name], saturate=0)
    graph = graph_of([node], [("x", TensorProto.FLOAT, x.shape)], ["y"], tmp_path)
    exponents = kind.name == "float8_e8m0fnu"  # which ONNX rounds up, and ml_dtypes to the nearest
    want = numpy_helper.to_float8e8m0(x, saturate=False) if exponents else x.astype(kind.numpy)
    np.testing.assert_array_equal(interpret(graph, {"x": x})["y"], want.view(np.uint8))


@pytest.mark.parametrize("kind", STORAGE_TYPES, ids=lambda kind: kind.name)
def test_every_code_is_its_number(kind, tmp_path):
    codes = np.arange(1 << kind.width, dtype=np.uint8)
    values = codes.view(kind.numpy) if kind.is_float else (codes.astype(np.int32) + kind.bounds[0]).astype(kind.numpy)
    weight = helper.make_tensor("w", CODES[kind.name], values.shape, packed(values, kind), raw=True)
    nodes = [
        helper.make_node("Reshape", ["w", "shape"], ["m"]),
        helper.make_node("Transpose", ["m"], ["t"]),
        helper.make_node("Cast", ["t"], ["y"], to=TensorProto.FLOAT),
        helper.make_node("Identity", ["x"], ["z"]),
    ]
    shape = numpy_helper.from_array(np.array([2, -1]), "shape")
    graph = graph_of(nodes, [("x", TensorProto.FLOAT, [1])], ["y", "z"], tmp_path, [weight, shape])
    want = values.astype(np.float32).reshape(2, -1).T
    np.testing.assert_array_equal(interpret(graph, {"x": np.zeros(1, np.float32)})["y"], want)


def packed(values, kind):
    """The bytes in which ONNX stores the elements."""
    codes = values.view(np.uint8) if kind.is_float else values.astype(np.int32).astype(np.uint8) % (1 << kind.width)
    each = 8 // kind.width
    return sum((codes[i::each] << (kind.width * i) for i in range(1, each)), codes[::each].copy()).tobytes()


def test_blocks_of_4_bit_weights(tmp_path):
    random = np.random.default_rng(2)
    w = random.integers(-8, 8, (6, 4)).astype(ml_dtypes.int4)
    scale = random.random((3, 4)).astype(np.float32)
    node = helper.make_node("DequantizeLinear", ["w", "s"], ["y"], axis=0, block_size=2)
    inputs = [("w", TensorProto.INT4, w.shape), ("s", TensorProto.FLOAT, scale.shape)]
    graph = graph_of([node], inputs, ["y"], tmp_path)
    want = w.astype(np.float32) * np.repeat(scale, 2, 0)
    np.testing.assert_array_equal(interpret(graph, {"w": w.astype(np.int8), "s": scale})["y"], want)


def test_what_is_only_stored_is_not_computed_with(tmp_path):
    node = helper.make_node("Neg", ["x"], ["y"])
    with pytest.raises(UnsupportedError, match="'X' is of type int4, in which numbers are only stored; cast or"):
        graph_of([node], [("x", TensorProto.INT4, [3])], ["y"], tmp_path)


def test_too_few_bytes(tmp_path):
    weight = TensorProto(name="w", data_type=TensorProto.UINT4, dims=[5], raw_data=b"\0\0")
    node = helper.make_node("Cast", ["w"], ["y"], to=TensorProto.FLOAT)
    with pytest.raises(InputError, match="2 bytes are stored, 5 elements of type uint4 need 3"):
        graph_of([node], [], ["y"], tmp_path, [weight])
