"""Scalars (tensors without dims) go through every operation that numpy lets them through: onnxruntime's answers."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import dldt
from dldt.runtime import load

UNARY = [
    "Abs",
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "Ceil",
    "Celu",
    "Cos",
    "Cosh",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "IsNaN",
    "IsInf",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "Shape",
    "Size",
    "Transpose",
    "Dropout",
]
BINARY = [
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Pow",
    "PRelu",
    "Max",
    "Min",
    "Mean",
    "Sum",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Equal",
]
REDUCED = ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]
X, Y, N, YES = np.float32(0.75), np.float32(1.5), np.int64(5), np.bool_(True)
CONSTANTS = {
    "axis": np.array([0]),
    "ones": np.array([1, 1]),
    "none": np.array([], np.int64),
    "sizes": np.array([2, 3]),
    "three": np.array(3),
    "zero": np.array(3, np.uint8),
    "row": np.arange(6, dtype=np.float32),
    "place": np.array(4),
}
OTHERS = (
    ("Mod", "x y", {"fmod": 1}),
    ("Mod", "n three", {}),
    ("Cast", "y", {"to": TensorProto.INT64}),
    ("Clip", "y x x", {}),
    ("Where", "b x y", {}),
    ("Not", "b", {}),
    ("And", "b b", {}),
    ("Or", "b b", {}),
    ("Xor", "b b", {}),
    ("Sum", "x y x", {}),
    ("Unsqueeze", "x axis", {}),
    ("Reshape", "x ones", {}),
    ("Reshape", "x none", {}),
    ("Expand", "x sizes", {}),
    ("Expand", "x none", {}),
    ("Squeeze", "x", {}),
    ("ConstantOfShape", "none", {}),
    ("QuantizeLinear", "y x zero", {}),
    ("Gather", "row place", {}),
    ("Gather", "row n", {}),
)


def _model():
    specs = [(op, "x", {}) for op in UNARY] + [(op, "x y", {}) for op in BINARY] + list(OTHERS)
    specs += [(f"Reduce{op}", "y", {"keepdims": keep}) for op in REDUCED for keep in (0, 1)]
    nodes = [helper.make_node(op, names.split(), [f"r{k}"], **more) for k, (op, names, more) in enumerate(specs)]
    types = {"x": TensorProto.FLOAT, "y": TensorProto.FLOAT, "n": TensorProto.INT64, "b": TensorProto.BOOL}
    graph = helper.make_graph(
        nodes,
        "scalars",
        [helper.make_tensor_value_info(name, kind, []) for name, kind in types.items()],
        [helper.make_empty_tensor_value_info(f"r{k}") for k in range(len(nodes))],
        [numpy_helper.from_array(array, name) for name, array in CONSTANTS.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), specs


def test_scalars(tmp_path):
    model, specs = _model()
    onnx.save(model, tmp_path / "m.onnx")
    feeds = {name: np.asarray(value) for name, value in (("x", X), ("y", Y), ("n", N), ("b", YES))}
    expected = onnxruntime.InferenceSession(model.SerializeToString()).run(None, feeds)
    dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so")
    with load(tmp_path / "m.so", threads=1) as loaded:
        found = loaded.run(feeds)
    for (op, names, more), got, want in zip(specs, found.values(), expected, strict=True):
        about = f"{op}({names}) {more}"
        assert (got.shape, got.dtype) == (want.shape, want.dtype), about
        np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-6, err_msg=about)
