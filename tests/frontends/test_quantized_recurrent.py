"""onnxruntime's LSTM of bytes as native code, beside onnxruntime."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper, save

import dldt
from dldt.compiler.errors import UnsupportedError
from dldt.runtime import load
from tests.frontends.models import model_path

RNG = np.random.default_rng(4)
SIZE, WIDTH = 24, 10


def session(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # several threads quantise each their own part of a batch
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def agree(file, feeds):
    """Most numbers are equal but for the last bits; where a hidden state lies between two bytes, both are right."""
    reference = session(file)
    with load(file.with_suffix(".so"), threads=1) as alone, load(file.with_suffix(".so"), threads=2) as together:
        for feed in feeds:
            made, other = alone.run(feed), together.run(feed)
            for (name, array), wanted in zip(made.items(), reference.run(None, feed), strict=True):
                scale = max(np.abs(wanted).max(), 1)
                assert array.shape == wanted.shape
                assert np.median(np.abs(array - wanted)) <= 1e-4 * scale, name
                assert np.abs(array - wanted).max() <= 2e-2 * scale, name
                np.testing.assert_array_equal(array, other[name])


def layer(file, direction, kind, given, **attributes):
    """A layer with weights of ``kind`` whose optional inputs in ``given`` are there."""
    directions, low = (2 if direction == "bidirectional" else 1), np.iinfo(kind).min
    names = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P", "ws", "wz", "rs", "rz"]
    channels = (directions, 4 * SIZE) if "channels" in given else (directions,)
    constants = {
        "W": (RNG.integers(0, 256, (directions, WIDTH, 4 * SIZE)) + low).astype(kind),
        "R": (RNG.integers(0, 256, (directions, SIZE, 4 * SIZE)) + low).astype(kind),
        "B": RNG.normal(0, 0.3, (directions, 8 * SIZE)).astype(np.float32),
        "ws": RNG.uniform(0.002, 0.004, channels).astype(np.float32),
        "rs": RNG.uniform(0.002, 0.004, channels).astype(np.float32),
        "wz": np.full(channels, 125 + low).astype(kind),  # onnxruntime takes one zero for all channels alone
        "rz": np.full(channels, 130 + low).astype(kind),
    }
    states = ["initial_h", "initial_c"] if "states" in given else []
    there = {"X", *constants, *states, *given} - ({"B"} if "B" not in given else set())
    node = helper.make_node(
        "DynamicQuantizeLSTM",
        [name if name in there else "" for name in names],
        ["Y", "Y_h", "Y_c"],
        domain="com.microsoft",
        direction=direction,
        hidden_size=SIZE,
        **attributes,
    )
    state = [directions, "N", SIZE]
    inputs = {"X": ["T", "N", WIDTH], **dict.fromkeys(states, state)}
    outputs = {"Y": ["T", directions, "N", SIZE], "Y_h": state, "Y_c": state}
    values = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in group.items()]
        for group in (inputs, outputs)
    ]
    weights = [numpy_helper.from_array(array, name) for name, array in constants.items() if name in there]
    if "P" in given:
        weights.append(numpy_helper.from_array(np.zeros((directions, 3 * SIZE), np.float32), "P"))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    save(helper.make_model(helper.make_graph([node], "g", *values, weights), opset_imports=opsets, ir_version=8), file)


@pytest.mark.parametrize(
    ("direction", "kind", "given"),
    [
        ("forward", np.int8, {"B"}),
        ("reverse", np.uint8, {"states"}),
        ("bidirectional", np.int8, {"B", "states"}),
        ("bidirectional", np.uint8, {"B", "channels"}),
    ],
)
def test_layer(direction, kind, given, tmp_path):
    file = tmp_path / "m.onnx"
    layer(file, direction, kind, given)
    dldt.compile_model(dldt.read_model(file), file.with_suffix(".so"))
    feeds = []
    for steps, batch in ((7, 3), (1, 1), (20, 1)):
        feed = {"X": RNG.normal(0, 1, (steps, batch, WIDTH)).astype(np.float32)}
        if "states" in given:
            shape = (2 if direction == "bidirectional" else 1, batch, SIZE)
            feed |= {name: RNG.normal(0, 0.5, shape).astype(np.float32) for name in ("initial_h", "initial_c")}
        feeds.append(feed)
    agree(file, feeds)


@pytest.mark.parametrize(
    ("given", "attributes", "message"),
    [
        ({"B", "P"}, {}, r"peephole weights \(P\) of a DynamicQuantizeLSTM is not supported"),
        ({"B"}, {"clip": 1.0}, "clip of a DynamicQuantizeLSTM is not supported"),
        ({"B"}, {"activations": ["Relu", "Tanh", "Tanh"]}, "an activation relu of a DynamicQuantizeLSTM"),
    ],
)
def test_what_is_refused(given, attributes, message, tmp_path):
    layer(tmp_path / "m.onnx", "forward", np.int8, given, **attributes)
    with pytest.raises(UnsupportedError, match=message):
        dldt.read_model(tmp_path / "m.onnx")


def test_a_text_model_of_two_layers(tmp_path):
    file = tmp_path / "m.onnx"
    file.write_bytes(model_path("onnx/tashkeel/rawi.int8.onnx").read_bytes())
    dldt.compile_model(dldt.read_model(file), file.with_suffix(".so"))
    reference = session(file)
    with load(file.with_suffix(".so"), threads=2) as model:
        for shape in ((1, 10), (1, 60), (3, 25), (2, 1)):
            feed = {"input": RNG.integers(0, 50, shape)}
            (wanted,) = reference.run(None, feed)
            found = model.run(feed)["output"]
            assert np.median(np.abs(found - wanted)) <= 0.02
            assert (found.argmax(-1) == wanted.argmax(-1)).mean() >= 0.97
