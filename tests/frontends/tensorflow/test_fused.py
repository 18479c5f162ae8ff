"""Fused nodes are what they were made of; kernels of whole sequences are the steps; refusals say why."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import DldtError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType
from dldt.frontends.engine.import_model import import_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tensorflow.case import record
from tests.frontends.tensorflow.cases.choosing import block
from tests.frontends.tensorflow.cases.data import Case, Fixed, fixed, normal, one, positive
from tests.frontends.tensorflow.cases.table import FAMILIES, expected

X, W, DEPTHWISE, BIAS = normal(2, 6, 6, 3), Fixed(normal(3, 3, 3, 4)), Fixed(normal(3, 3, 3, 2)), Fixed(normal(4))
FIELDS = {"strides": (1, 1, 1, 1), "padding": "SAME"}


def answer(*cases):
    """What a chain of cases gives: the first output of each feeds the next one's first input."""
    value = cases[0].inputs[0]
    for case in cases:
        model, feeds = record([Case(case.op, (value, *case.inputs[1:]), case.attributes)])
        value = interpret(import_model(model), feeds)["c0"]
    return value


def single(op, *inputs, **attributes):
    """A case."""
    return Case(op, inputs, attributes)


NORM = (Fixed(positive(4)), Fixed(normal(4)), Fixed(normal(4)), Fixed(positive(4)))
CHAINS = {
    "bias": (("BiasAdd",), (BIAS,), [single("BiasAdd", None, BIAS)]),
    "relu": (("BiasAdd", "Relu"), (BIAS,), [single("BiasAdd", None, BIAS), single("Relu", None)]),
    "relu6": (("BiasAdd", "Relu6"), (BIAS,), [single("BiasAdd", None, BIAS), single("Relu6", None)]),
    "leaky": (("BiasAdd", "LeakyRelu"), (BIAS,), [single("BiasAdd", None, BIAS), single("LeakyRelu", None)]),
    "norm": (
        ("FusedBatchNorm", "Elu"),
        NORM,
        [single("FusedBatchNormV3", None, *NORM, is_training=False), single("Elu", None)],
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_fused_convolution_is_its_parts(name):
    names, args, chain = CHAINS[name]
    fields = {**FIELDS, "num_args": len(args), "fused_ops": names}
    found = answer(single("_FusedConv2D", X, W, *args, **fields))
    wanted = answer(single("Conv2D", X, W, **FIELDS), *chain)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


def test_the_same_of_depthwise_convolutions_and_products():
    slope = Fixed(positive(6))
    fields = {**FIELDS, "num_args": 2, "fused_ops": ("BiasAdd", "Prelu")}
    found = answer(single("FusedDepthwiseConv2dNative", X, DEPTHWISE, Fixed(normal(6) * 0), slope, **fields))
    plain = answer(single("DepthwiseConv2dNative", X, DEPTHWISE, **FIELDS))
    np.testing.assert_allclose(found, np.where(plain > 0, plain, plain * slope.array), rtol=1e-5, atol=1e-5)
    a, b = normal(2, 3), normal(3, 4)
    found = answer(single("_FusedMatMul", a, Fixed(b), BIAS, num_args=1, fused_ops=("BiasAdd", "Tanh")))
    np.testing.assert_allclose(found, np.tanh(a @ b + BIAS.array), rtol=1e-5, atol=1e-5)


def test_what_may_not_follow():
    with pytest.raises(UnsupportedError, match="'GeluApproximate' behind it is not supported"):
        answer(single("_FusedConv2D", X, W, num_args=0, fused_ops=("GeluApproximate",), **FIELDS))


def lstm(op):
    """The case without clipping whose output alone is read, and TensorFlow's answer."""
    number = next(
        i for i, case in enumerate(FAMILIES["choosing"]) if case.op == op and case.attributes.get("cell_clip", 0) <= 0
    )
    return FAMILIES["choosing"][number], expected()["choosing"][number][6]


def test_the_output_of_a_recurrent_layer_is_one_operation(tmp_path):
    case, wanted = lstm("BlockLSTMV2")
    model, feeds = record([case])
    node = model.graph.nodes[0]
    object.__setattr__(node, "outputs", ("", "", "", "", "", "", "h"))
    object.__setattr__(model.graph, "outputs", ("h",))
    graph = import_model(model)
    assert any(node.op.type == "LSTMSequence" for node in graph.order())
    np.testing.assert_allclose(interpret(graph, feeds)["h"], wanted, atol=1e-5)
    with load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1) as native:
        np.testing.assert_allclose(native.run(feeds)["h"], wanted, atol=1e-5)


REFUSED = {
    "a string operation": (
        single("StringLower", normal(2)),
        "text is not supported; cut the model behind",
    ),
    "a table": (single("HashTableV2", normal(2)), "lookup tables are not supported; cut the model"),
    "overlaps": (single("NonMaxSuppressionWithOverlaps", normal(2, 2)), "use NonMaxSuppressionV3"),
    "an unknown layout": (
        single("Conv2D", X, W, **FIELDS, data_format="NCHW_VECT_C"),
        "'NCHW_VECT_C' is not",
    ),
    "strides of channels": (single("Conv2D", X, W, strides=(1, 1, 1, 2), padding="SAME"), "of the channels must be 1"),
    "computed axes": (single("Sum", X, np.array([1], np.int32)), "'reduction_indices' is computed at run time"),
    "steps of states": (block("BlockLSTM", 3), "states, peepholes and clipping need a fixed number of steps"),
    "sizes that do not fit": (
        Case("Conv2DBackpropInput", (fixed(1, 20, 20, 3), W, normal(1, 4, 4, 4)), {**FIELDS, "strides": (1, 2, 2, 1)}),
        "no convolution makes",
    ),
    "an axis too far": (single("ExpandDims", X, one(9)), "axis 9 is outside rank 5"),
    "a complex number": (single("ComplexAbs", X), "complex numbers are needed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    case, message = REFUSED[name]
    with pytest.raises(DldtError, match=message) as caught:
        import_model(record([case])[0])
    assert "c0" in str(caught.value)


@pytest.mark.parametrize("kinds", [(np.float32, np.int32), (np.int64, np.float64), (np.float16, np.uint16)], ids=str)
def test_bits_as_another_type(kinds, tmp_path):
    data = np.random.default_rng(6).integers(-(2**31), 2**31, 24).view(np.uint8).view(kinds[0]).reshape(2, 3, -1)
    model, feeds = record([single("Bitcast", data, type=DType.of(np.dtype(kinds[1])))])
    graph = import_model(model)
    native = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1)
    for found in (interpret(graph, feeds), native.run(feeds)):
        assert found["c0"].dtype == kinds[1]
        assert found["c0"].tobytes() == data.tobytes()


def test_bits_of_another_size_are_refused():
    model, _ = record([single("Bitcast", np.zeros((2, 4), np.float32), type=DType.i8)])
    with pytest.raises(UnsupportedError, match=r"Bitcast from f32 to i8, of another size.*cut the model"):
        import_model(model)
