"""Nodes whose input has free dims: one imported graph answers at several sizes, and its symbolic type is right."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.interpret import interpret
from dldt.compiler.substitute import evaluate
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import model_of, reference, save

RNG = np.random.default_rng(29)


def rand(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def ints(*numbers):
    return np.array(numbers, np.int64)


W = rand(4, 3, 3, 3)
CASES = [
    ("Conv", 11, "N3HW", [W], {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("Conv", 11, "N3HW", [W], {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("Conv", 11, "N3HW", [W], {"strides": [2, 2], "auto_pad": "SAME_LOWER"}),
    ("ConvTranspose", 11, "N4HW", [W], {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("ConvTranspose", 11, "N4HW", [W], {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("MaxPool", 11, "N3HW", [], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    ("AveragePool", 11, "N3HW", [], {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("GlobalAveragePool", 7, "N3HW", [], {}),
    ("Flatten", 13, "N3HW", [], {"axis": 1}),
    ("Flatten", 13, "N3HW", [], {"axis": 2}),
    ("Flatten", 13, "N3HW", [], {"axis": 0}),
    ("Softmax", 11, "N3HW", [], {"axis": 1}),
    ("Softmax", 13, "N3HW", [], {"axis": -1}),
    ("Reshape", 14, "N3HW", [ints(0, -1)], {}),
    ("Reshape", 14, "N3HW", [ints(0, 3, -1)], {}),
    ("Transpose", 13, "N3HW", [], {"perm": [0, 2, 3, 1]}),
    ("Shape", 13, "N3HW", [], {}),
    ("Shape", 15, "N3HW", [], {"start": -2}),
    ("Size", 13, "N3HW", [], {}),
    ("Split", 13, "N6HW", [], {"axis": 1}),
    ("Slice", 13, "N3HW", [ints(1), ints(2**63 - 1), ints(2), ints(2)], {}),
    ("Slice", 13, "N3HW", [ints(-2), ints(2**63 - 1), ints(3)], {}),
    ("Pad", 13, "N3HW", [ints(0, 0, 1, 1, 0, 0, 2, 2)], {"mode": "reflect"}),
    ("Resize", 13, "N3HW", [None, np.array([1, 1, 2, 2], np.float32)], {"mode": "linear"}),
    ("Resize", 10, "N3HW", [np.array([1, 1, 2, 2], np.float32)], {"mode": "nearest"}),
    ("ReduceMean", 13, "N3HW", [], {"axes": [2, 3], "keepdims": 0}),
    ("Gather", 13, "N3HW", [np.array(1, np.int64)], {"axis": 1}),
    ("Unsqueeze", 13, "N3HW", [ints(0, -1)], {}),
    ("Tile", 13, "N3HW", [ints(1, 2, 1, 3)], {}),
    ("DepthToSpace", 13, "N4HW", [], {"blocksize": 2}),
    ("BatchNormalization", 15, "N3HW", [np.ones(3, np.float32)] * 4, {}),
    ("InstanceNormalization", 7, "N3HW", [np.ones(3, np.float32)] * 2, {}),
    ("GroupNormalization", 18, "N4HW", [np.ones(2, np.float32)] * 2, {"num_groups": 2}),
    ("LRN", 13, "N3HW", [], {"size": 3}),
    ("PRelu", 16, "N3HW", [rand(3, 1, 1)], {}),
    ("ArgMax", 13, "N3HW", [], {"axis": 1}),
    ("TopK", 11, "N3HW", [ints(2)], {"axis": 1}),
    ("Gemm", 13, "N4", [rand(4, 5), rand(5)], {}),
    ("MatMul", 13, "N3H7", [rand(1, 1, 7, 2)], {}),
]
SIZES = ({"N": 2, "H": 8, "W": 7}, {"N": 1, "H": 5, "W": 7})


@pytest.mark.parametrize(("op_type", "opset", "letters", "others", "attributes"), CASES,
                         ids=[f"{o}_{v}_{'_'.join(map(str, a.values()))}" for o, v, _, _, a in CASES])  # fmt: skip
def test_free_dims(op_type, opset, letters, others, attributes, tmp_path):
    outputs = 2 if op_type in ("Split", "TopK") else 1
    shape = [int(letter) if letter.isdigit() else letter for letter in letters]
    sample = rand(*(SIZES[0].get(dim, dim) for dim in shape))
    constants = tuple(i + 1 for i, other in enumerate(others) if other is not None)
    model = model_of(op_type, [sample, *others], opset, constants, outputs, **attributes)
    for position, dim in enumerate(shape):
        if isinstance(dim, str):
            model.graph.input[0].type.tensor_type.shape.dim[position].dim_param = dim
    graph = import_onnx(save(model, tmp_path))
    assert not graph.inputs[0].type.is_static
    for sizes in SIZES:
        x = rand(*(sizes.get(dim, dim) for dim in shape))
        found = interpret(graph, {"x0": x})
        values = {dims.FreeDim(name): size for name, size in sizes.items()}
        for node, want in zip(graph.outputs, reference(model, {"x0": x}), strict=True):
            assert tuple(evaluate(dim, values) for dim in node.types[0].shape) == want.shape
            assert found[node.name].shape == want.shape
            np.testing.assert_allclose(found[node.name], want, rtol=1e-4, atol=1e-5)
