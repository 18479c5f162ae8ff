from __future__ import annotations

import numpy as np
import pytest
from onnx import helper, numpy_helper

from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.core import Constant
from dldt.compiler.ops.slice import Slice
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import check, model_of, save

RNG = np.random.default_rng(13)
X = RNG.standard_normal((2, 3, 4)).astype(np.float32)


def ints(*numbers):
    return np.array(numbers, np.int64)


@pytest.mark.parametrize("shape", [(6, 4), (0, -1), (2, 1, -1, 2), (-1,), (0, 0, 4)], ids=str)
def test_reshape(shape, tmp_path):
    for opset in (7, 14):
        check(model_of("Reshape", [X, ints(*shape)], opset, (1,)), [X, ints(*shape)], tmp_path)


def test_reshape_where_zero_means_zero(tmp_path):
    inputs = [np.zeros((0, 3), np.float32), ints(3, 0)]
    check(model_of("Reshape", inputs, 14, (0, 1), allowzero=1), inputs, tmp_path)


@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1])
def test_flatten(axis, tmp_path):
    check(model_of("Flatten", [X], 13, axis=axis), [X], tmp_path)


@pytest.mark.parametrize("axes", [None, (0, 2), (-1,)], ids=str)
def test_squeeze(axes, tmp_path):
    x = np.ones((1, 3, 1), np.float32) if axes != (-1,) else np.ones((2, 3, 1), np.float32)
    check(model_of("Squeeze", [x], 11, **({"axes": axes} if axes else {})), [x], tmp_path)
    inputs = [x] if axes is None else [x, ints(*axes)]
    check(model_of("Squeeze", inputs, 13, (1,) if axes else ()), inputs, tmp_path)


@pytest.mark.parametrize("axes", [(0,), (1, 3), (-1,)], ids=str)
def test_unsqueeze(axes, tmp_path):
    check(model_of("Unsqueeze", [X], 11, axes=axes), [X], tmp_path)
    check(model_of("Unsqueeze", [X, ints(*axes)], 13, (1,)), [X, ints(*axes)], tmp_path)


@pytest.mark.parametrize("perm", [None, (0, 2, 1), (2, 0, 1)], ids=str)
def test_transpose(perm, tmp_path):
    check(model_of("Transpose", [X], 13, **({"perm": perm} if perm else {})), [X], tmp_path)


@pytest.mark.parametrize(
    ("start", "end"), [(0, None), (1, None), (-2, None), (0, 2), (0, -1), (2, 1), (-9, 9)], ids=str
)
def test_shape(start, end, tmp_path):
    attributes = {"start": start} | ({} if end is None else {"end": end})
    check(model_of("Shape", [X], 15, **attributes), [X], tmp_path)


def test_shape_and_size(tmp_path):
    check(model_of("Shape", [X], 13), [X], tmp_path)
    check(model_of("Size", [X], 13), [X], tmp_path)


@pytest.mark.parametrize("shape", [(2, 3, 4), (3, 1), (5, 1, 1, 1), (1,)], ids=str)
def test_expand(shape, tmp_path):
    check(model_of("Expand", [X[:, :1], ints(*shape)], 13, (1,)), [X[:, :1], ints(*shape)], tmp_path)


def test_tile(tmp_path):
    check(model_of("Tile", [X, ints(1, 2, 3)], 13, (1,)), [X, ints(1, 2, 3)], tmp_path)


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_depth_to_space(mode, tmp_path):
    x = RNG.standard_normal((1, 8, 2, 3)).astype(np.float32)
    check(model_of("DepthToSpace", [x], 13, blocksize=2, mode=mode), [x], tmp_path)


def test_space_to_depth(tmp_path):
    x = RNG.standard_normal((1, 2, 4, 6)).astype(np.float32)
    check(model_of("SpaceToDepth", [x], 13, blocksize=2), [x], tmp_path)
    x = RNG.standard_normal((1, 8, 2, 3)).astype(np.float32)
    check(model_of("DepthToSpace", [x], 7, blocksize=2), [x], tmp_path)


SLICES = [
    ((1,), (3,), (2,), (1,)),
    ((-2,), (2**63 - 1,), (2,), (1,)),
    ((3,), (-(2**63),), (2,), (-1,)),
    ((0, 1), (1, 9), (0, 2), (1, 2)),
    ((-1,), (-9,), (-1,), (-2,)),
]


@pytest.mark.parametrize(("starts", "ends", "axes", "steps"), SLICES, ids=str)
def test_slice(starts, ends, axes, steps, tmp_path):
    inputs = [X, ints(*starts), ints(*ends), ints(*axes), ints(*steps)]
    check(model_of("Slice", inputs, 13, (1, 2, 3, 4)), inputs, tmp_path)


def test_slice_without_axes_or_steps(tmp_path):
    inputs = [X, ints(0, 1), ints(2, 3)]
    check(model_of("Slice", inputs, 10, (1, 2)), inputs, tmp_path)
    check(model_of("Slice", [X], 9, starts=[0, 1], ends=[2, -1]), [X], tmp_path)
    check(model_of("Slice", [X], 9, starts=[1], ends=[2**62], axes=[-1]), [X], tmp_path)


def test_split(tmp_path):
    x = RNG.standard_normal((2, 6)).astype(np.float32)
    check(model_of("Split", [x], 11, outputs=3, axis=1), [x], tmp_path)
    check(model_of("Split", [x], 11, outputs=2, axis=1, split=[2, 4]), [x], tmp_path)
    check(model_of("Split", [x], 13, outputs=2, axis=-1), [x], tmp_path)
    check(model_of("Split", [x, ints(1, 5)], 13, (1,), outputs=2, axis=1), [x, ints(1, 5)], tmp_path)
    check(model_of("Split", [x], 18, outputs=3, axis=1, num_outputs=3), [x], tmp_path)
    check(model_of("Split", [x], 18, outputs=4, axis=1, num_outputs=4), [x], tmp_path)


PADS = [("constant", (0, 1, 2, 1, 0, 3)), ("reflect", (1, 2, 0, 0, 1, 3)), ("edge", (2, 0, 1, 0, 5, 0)),
        ("constant", (0, -1, 0, 0, 0, -2))]  # fmt: skip


@pytest.mark.parametrize(("mode", "pads"), PADS, ids=str)
def test_pad(mode, pads, tmp_path):
    check(model_of("Pad", [X], 10, mode=mode, pads=pads, value=1.5), [X], tmp_path)
    for value in (None, np.array(2.5, np.float32), np.array([2.5], np.float32)):
        inputs = [X, ints(*pads)] if value is None else [X, ints(*pads), value]
        check(model_of("Pad", inputs, 13, (1, 2)[: len(inputs) - 1], mode=mode), inputs, tmp_path)


def test_pad_along_some_axes(tmp_path):
    inputs = [X, ints(1, 2), None, ints(-1)]
    check(model_of("Pad", inputs, 18, (1, 3)), inputs, tmp_path)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gather(axis, tmp_path):
    for indices in (ints(1, 0, -1), np.array(1, np.int64), np.array([[0, 1], [1, 0]], np.int32)):
        check(model_of("Gather", [X, indices], 13, (1,), axis=axis), [X, indices], tmp_path)


def test_gather_elements_and_gather_nd(tmp_path):
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    indices = np.array([[0, 1, 2, -1], [1, 0, 0, 1]], np.int64)
    check(model_of("GatherElements", [x, indices], 13, (), axis=0), [x, indices], tmp_path)
    check(model_of("GatherND", [x, ints(0, 1, 2, 3).reshape(2, 2) % 3], 12), [x, ints(0, 1, 2, 3).reshape(2, 2) % 3],
          tmp_path)  # fmt: skip


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("largest", [0, 1])
def test_top_k(axis, largest, tmp_path):
    inputs = [X, ints(2)]
    check(model_of("TopK", inputs, 11, (1,), outputs=2, axis=axis, largest=largest), inputs, tmp_path)
    check(model_of("TopK", inputs, 10, (1,), outputs=2, axis=axis), inputs, tmp_path)


@pytest.mark.parametrize("op_type", ["ArgMax", "ArgMin"])
@pytest.mark.parametrize("keepdims", [0, 1])
def test_arg_max(op_type, keepdims, tmp_path):
    x = np.array([[1, 3, 3, 0], [2, 0, 0, 2]], np.float32)
    for axis in (0, 1, -1):
        check(model_of(op_type, [x], 13, axis=axis, keepdims=keepdims), [x], tmp_path)


def test_one_hot(tmp_path):
    values = np.array([-1, 5], np.float32)
    inputs = [ints(0, 2, -1, 9, -3), np.array(3, np.int64), values]
    for axis in (-1, 0):
        check(model_of("OneHot", inputs, 11, (1, 2), axis=axis), inputs, tmp_path)
    check(model_of("OneHot", inputs, 11, (0, 1, 2)), inputs, tmp_path)


def test_range_and_running_sums(tmp_path):
    inputs = [np.array(1, np.int64), np.array(9, np.int64), np.array(3, np.int64)]
    check(model_of("Range", inputs, 11, (0, 1, 2)), inputs, tmp_path)
    for exclusive, reverse in ((0, 0), (1, 0), (0, 1), (1, 1)):
        inputs = [X, np.array(-1, np.int64)]
        check(model_of("CumSum", inputs, 14, (1,), exclusive=exclusive, reverse=reverse), inputs, tmp_path)


@pytest.mark.parametrize("k", [None, -1, 0, 2])
@pytest.mark.parametrize("upper", [0, 1])
def test_trilu(k, upper, tmp_path):
    inputs = [X] if k is None else [X, np.array(k, np.int64)]
    check(model_of("Trilu", inputs, 14, (1,) if k is not None else (), upper=upper), inputs, tmp_path)


CONSTANTS = [
    {"value": numpy_helper.from_array(np.arange(3, dtype=np.int32))},
    {"value_float": 2.5},
    {"value_floats": [1.0, 2.0]},
    {"value_int": -7},
    {"value_ints": [1, 2, 3]},
]


@pytest.mark.parametrize("attributes", CONSTANTS, ids=lambda a: next(iter(a)))
def test_constant(attributes, tmp_path):
    check(model_of("Constant", [], 13, **attributes), [], tmp_path)


@pytest.mark.parametrize("indices", [[1, 5], [[0, 1], [1, 2]]], ids=["linear", "coordinates"])
def test_sparse_constant_becomes_dense(indices, tmp_path):
    places = np.array(indices, np.int64)
    sparse = helper.make_sparse_tensor(
        helper.make_tensor("v", 1, [2], [1.0, 2.0]), numpy_helper.from_array(places), [2, 3]
    )
    graph = import_onnx(save(model_of("Constant", [], 13, sparse_value=sparse), tmp_path))
    np.testing.assert_array_equal(graph.output_values[0].constant, np.array([[0, 1, 0], [0, 0, 2]], np.float32))


def test_constant_of_shape_of_a_known_shape_is_a_constant(tmp_path):
    model = model_of("ConstantOfShape", [ints(2, 3)], 9, (0,), value=numpy_helper.from_array(np.array([7], np.int64)))
    graph = check(model, [ints(2, 3)], tmp_path)
    assert isinstance(graph.outputs[0].inputs[0].op, Constant)
    check(model_of("ConstantOfShape", [ints(2, 3)], 9, (0,)), [ints(2, 3)], tmp_path)


def test_constant_of_shape_of_a_free_shape_is_a_broadcast(tmp_path):
    nodes = [helper.make_node("Shape", ["x"], ["s"]), helper.make_node("ConstantOfShape", ["s"], ["y"])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, ["N", 3])],
                              [helper.make_empty_tensor_value_info("y")])  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (result,) = import_onnx(save(model, tmp_path)).outputs
    assert isinstance(result.inputs[0].op, Broadcast)
    assert str(result.types[0]) == "f32[N,3]"


def test_free_dims_flow_through_slices_of_shapes(tmp_path):
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Slice", ["s", "zero", "one"], ["n"]),
        helper.make_node("Concat", ["n", "rest"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", 1, ["batch size", 3, 4])],
        [helper.make_empty_tensor_value_info("y")],
        [numpy_helper.from_array(ints(*v), n) for n, v in (("zero", (0,)), ("one", (1,)), ("rest", (-1, 2)))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    imported = import_onnx(save(model, tmp_path))
    assert str(imported.outputs[0].types[0]) == 'f32["batch size",6,2]'
    assert any(isinstance(node.op, Slice) for node in imported.order())


SOFTMAX = [(7, 1), (7, 0), (7, 2), (11, -1), (13, 1), (13, -1)]


@pytest.mark.parametrize(("opset", "axis"), SOFTMAX, ids=str)
@pytest.mark.parametrize("op_type", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 5, 1, 1)], ids=str)
def test_softmax(op_type, opset, axis, shape, tmp_path):
    x = RNG.standard_normal(shape).astype(np.float32)
    check(model_of(op_type, [x], opset, axis=axis), [x], tmp_path)


@pytest.mark.parametrize("op_type", ["Softmax", "LogSoftmax"])
def test_default_axis_of_softmax_changed_with_operation_set_13(op_type, tmp_path):
    for opset in (9, 13):
        check(model_of(op_type, [X], opset), [X], tmp_path)
