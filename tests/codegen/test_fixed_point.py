"""Numbers of 31 bits as multipliers: the doubles of the graph and the integers of native code, against the definition
of gemmlowp in numbers of any size."""

import numpy as np
import pytest

from dldt.codegen.loop.rescaled import Rescaled
from dldt.codegen.plan.fixed_point import rescale_integers
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ops import Add, Clamp, Convert
from dldt.compiler.types import DType, TensorType
from dldt.passes.fixed_point import scaled
from dldt.runtime.model import load
from dldt.tools.api import compile_model

NUMBERS = np.array([1 << 30, 1518500250, (1 << 31) - 1, 1073741825, 0])
LARGE = (1 << 31) - 1
DATA = np.array(
    [0, 1, -1, 3, -3, 25, -25, 4095, -4095, 20, -20, 127, -128, 16777215, -16777216, LARGE, -LARGE], np.int32
)


def truncated(a, b):
    """a / b towards zero."""
    return abs(a) // b * (1 if a >= 0 else -1)


def definition(x, number, left, right):
    """SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT."""
    product = (x << left) * number
    high = truncated(product + ((1 << 30) if product >= 0 else 1 - (1 << 30)), 1 << 31)
    rest, threshold = high & ((1 << right) - 1), (((1 << right) - 1) >> 1) + (high < 0)
    return (high >> right) + (rest > threshold)


def model(left, right):
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.i32, (DATA.size, NUMBERS.size)))
    whole = scaled(x, NUMBERS, np.full(NUMBERS.size, left), np.broadcast_to(right, NUMBERS.size))
    graph.result(Convert(DType.i16)(Clamp(-32768.0, 32767.0)(Add()(whole, np.asarray(7.0)))), "y")
    return graph


@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 1), (0, 9), (2, 0), (0, np.array([1, 2, 3, 11, 31]))], ids=str)
def test_rescaled_numbers_are_those_of_the_definition(left, right, tmp_path):
    graph, data = model(left, right), np.repeat(DATA[:, None], NUMBERS.size, 1)
    if left:
        data = np.clip(data, -(1 << 20), 1 << 20)
    each = np.broadcast_to(right, NUMBERS.size)
    wanted = [
        [definition(int(x), int(m), left, int(e)) for m, e in zip(NUMBERS, each, strict=True)] for x in data[:, 0]
    ]
    wanted = np.clip(np.array(wanted) + 7, -32768, 32767)
    assert np.array_equal(interpret(graph, {"x": data})["y"], wanted)
    compile_model(graph, tmp_path / "m.so")
    assert np.array_equal(load(tmp_path / "m.so", threads=1).create_request().run(data)["y"], wanted)


def converted(op, dtype):
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.i8, (256,)))
    whole = scaled(op(Convert(DType.f64)(x)), np.array(1 << 30), np.array(0), np.array(0))
    graph.result(Convert(dtype)(Add()(whole, np.asarray(2.0))), "y")
    return graph


@pytest.mark.parametrize(
    "bounds", [(-300.0, 300.0), (-5.5, 7.5), (100.0, 2.0**31 - 2), (2.0**31 - 1, 2.0**33)], ids=str
)
@pytest.mark.parametrize("dtype", [DType.i8, DType.u8, DType.i32], ids=str)
def test_clamps_between_doubles_mean_the_same_in_integers(bounds, dtype, tmp_path):
    data = np.arange(-128, 128).astype(np.int8)
    half = np.floor(np.clip(data.astype(np.float64), *bounds) / 2 + 0.5) + 2
    wanted = np.clip(half, *dtype.bounds).astype(dtype.numpy)
    compile_model(converted(Clamp(*bounds), dtype), tmp_path / "m.so")
    assert np.array_equal(load(tmp_path / "m.so", threads=1).create_request().run(data)["y"], wanted)


def test_a_clamp_wider_than_the_type_saturates(tmp_path):
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.i32, (5,)))
    whole = scaled(x, np.array(1 << 30), np.array(0), np.array(0))
    graph.result(Convert(DType.i8)(Clamp(-1000.0, 1000.0)(whole)), "y")
    compile_model(graph, tmp_path / "m.so")
    data = np.array([0, 20, -20, 1024, -1024], np.int32)
    assert load(tmp_path / "m.so", threads=1).create_request().run(data)["y"].tolist() == [0, 10, -10, 127, -128]


def test_integers_take_the_place_of_doubles():
    kinds = [type(node.op) for node in rescale_integers(model(0, 3)).order()]
    assert Rescaled in kinds


@pytest.mark.parametrize(("left", "right"), [(2, 0), (0, np.array([0, 2, 3, 4, 5]))], ids=str)
def test_doubles_stay_where_integers_may_be_beyond_32_bits_or_some_are_not_shifted(left, right):
    graph = model(left, right)
    assert rescale_integers(graph) is graph or all(type(n.op) is not Rescaled for n in rescale_integers(graph).order())
