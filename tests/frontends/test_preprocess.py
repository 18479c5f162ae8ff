from __future__ import annotations

import re

import numpy as np
import pytest
from onnx import TensorProto, helper

from dldt.compiler.errors import UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model

RNG = np.random.default_rng(23)
NCHW = RNG.uniform(0, 255, (2, 3, 4, 5)).astype(np.float32)


def double_model(folder, inputs, dtype=TensorProto.FLOAT):
    """y_i = x_i + x_i for every input."""
    nodes = [helper.make_node("Add", [name, name], [f"y_{name}"]) for name in inputs]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, dtype, shape) for name, shape in inputs.items()],
        [helper.make_empty_tensor_value_info(f"y_{name}") for name in inputs],
    )
    path = folder / "m.onnx"
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    path.write_bytes(made.SerializeToString())
    return path


def run(path, feeds, **options):
    graph = read_model(path, **options)
    return graph, interpret(graph, feeds)


def test_mean_is_subtracted_before_scale_divides(tmp_path):
    path = double_model(tmp_path, {"x": [2, 3, 4, 5]})
    mean, scale = (10.0, 20.0, 30.0), (2.0, 4.0, 8.0)
    _, found = run(path, {"x": NCHW}, mean_values=mean, scale_values=[scale])
    expected = 2 * (NCHW - np.reshape(mean, (1, 3, 1, 1))) / np.reshape(scale, (1, 3, 1, 1))
    np.testing.assert_allclose(found["y_x"], expected.astype(np.float32), rtol=1e-6)


def test_one_number_is_for_all_channels(tmp_path):
    path = double_model(tmp_path, {"x": [2, 3, 4, 5]})
    _, found = run(path, {"x": NCHW}, scale_values={"x": (255.0,)})
    np.testing.assert_allclose(found["y_x"], 2 * NCHW / 255, rtol=1e-6)


def test_channels_are_reversed_before_mean_in_the_models_order(tmp_path):
    path = double_model(tmp_path, {"x": [2, 3, 4, 5]})
    mean = (10.0, 20.0, 30.0)
    _, found = run(path, {"x": NCHW}, mean_values={"x": mean}, reverse_input_channels=True)
    expected = 2 * (NCHW[:, ::-1] - np.reshape(mean, (1, 3, 1, 1)))
    np.testing.assert_allclose(found["y_x"], expected.astype(np.float32), rtol=1e-6)


def test_channels_of_an_nhwc_model(tmp_path):
    path = double_model(tmp_path, {"x": [2, 3, 4, 3]})
    nhwc = RNG.uniform(0, 255, (2, 3, 4, 3)).astype(np.float32)
    _, found = run(path, {"x": nhwc}, reverse_input_channels=True, layout="nhwc")
    np.testing.assert_array_equal(found["y_x"], 2 * nhwc[..., ::-1])
    _, found = run(path, {"x": nhwc}, reverse_input_channels=True)
    np.testing.assert_array_equal(found["y_x"], 2 * nhwc[:, ::-1])


def test_layout_change_turns_the_input_round(tmp_path):
    path = double_model(tmp_path, {"x": [2, 4, 5, 3]})
    mean = (1.0, 2.0, 3.0)
    graph, found = run(path, {"x": NCHW}, layout={"x": "nhwc->nchw"}, mean_values=mean, reverse_input_channels=True)
    assert str(graph.inputs[0].type) == "f32[2,3,4,5]"
    expected = 2 * (NCHW.transpose(0, 2, 3, 1)[..., ::-1] - np.array(mean))
    np.testing.assert_allclose(found["y_x"], expected.astype(np.float32), rtol=1e-6)


def test_layout_change_keeps_free_dims(tmp_path):
    graph = read_model(double_model(tmp_path, {"x": ["N", 4, 5, 3]}), layout="nhwc->nchw")
    assert [str(graph.inputs[0].type), str(graph.outputs[0].types[0])] == ["f32[N,3,4,5]", "f32[N,4,5,3]"]


def test_several_inputs_take_their_own_numbers(tmp_path):
    path = double_model(tmp_path, {"a": [1, 2], "b": [1, 2]})
    feeds = {"a": np.ones((1, 2), np.float32), "b": np.ones((1, 2), np.float32)}
    _, found = run(path, feeds, mean_values=[(1.0,), (2.0, 3.0)])
    assert found["y_a"].tolist() == [[0, 0]]
    assert found["y_b"].tolist() == [[-2, -4]]
    _, found = run(path, feeds, scale_values={"b": (2.0,)})
    assert (found["y_a"].tolist(), found["y_b"].tolist()) == ([[2, 2]], [[1, 1]])


REFUSED = [
    ({"mean_values": (1.0, 2.0)}, "input 'x': 2 mean values do not fit f32[2,3,4,5]; name the channel axis"),
    ({"scale_values": (1.0, 0.0, 1.0)}, "a scale of 0 is given; the input is divided by it"),
    ({"mean_values": {"z": (1.0,)}}, "input 'z' is not there"),
    ({"mean_values": [(1.0,), (2.0,)]}, "2 groups of mean values are given for 1 inputs: 'x'"),
    ({"layout": "nhwc", "mean_values": (1.0, 2.0, 3.0)}, "3 mean values do not fit"),
    ({"layout": "nhc"}, "layout 'nhc' has 3 axes, input 'x' is f32[2,3,4,5]"),
    ({"layout": {"q": "nchw"}}, "input 'q' is not there"),
    ({"layout": "nhwc", "reverse_input_channels": True}, "no input has 3 channels to be reversed"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_preprocessing_that_is_refused(options, message, tmp_path):
    path = double_model(tmp_path, {"x": [2, 3, 4, 5]})
    with pytest.raises(UsageError, match=re.escape(message)):
        read_model(path, **options)


def test_mean_of_an_integer_input(tmp_path):
    path = double_model(tmp_path, {"x": [2, 3]}, TensorProto.INT32)
    with pytest.raises(UsageError, match="input 'x' is of type i32; mean and scale need a floating-point one"):
        read_model(path, mean_values=(1.0,))


def test_unnamed_numbers_of_several_inputs(tmp_path):
    path = double_model(tmp_path, {"a": [1, 3, 2, 2], "b": [1, 3, 2, 2]})
    with pytest.raises(UsageError, match="name the input that the mean values are for"):
        read_model(path, mean_values=(1.0, 2.0, 3.0))
    with pytest.raises(UsageError, match="the model has several inputs: name them"):
        read_model(path, layout="nchw")
