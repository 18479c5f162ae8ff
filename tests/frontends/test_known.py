from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.dims import symbol
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.known import known_array, known_dims, required_ints


@pytest.fixture
def graph():
    return Graph("g")


def test_content_of_constants_follows_through_operations(graph):
    a = graph.constant(np.array([1.5, 2.5], np.float32))
    b = Convert(DType.i64)(Add()(Multiply()(a, 2.0), a))
    assert known_array(b).tolist() == [4, 7]
    assert known_array(b).dtype == np.int64


def test_content_of_shapes_is_known_where_static(graph):
    x = graph.parameter("x", TensorType(DType.f32, (2, 3)))
    assert known_array(ShapeOf()(x)).tolist() == [2, 3]
    free = graph.parameter("free", TensorType(DType.f32, (symbol("N"), 3)))
    shape = ShapeOf()(free)
    assert known_array(shape) is None
    assert [str(dim) for dim in known_dims(shape)] == ["N", "3"]


def test_what_depends_on_an_input_is_not_known(graph):
    x = graph.parameter("x", TensorType(DType.f32, (2,)))
    assert known_array(Add()(x, 1.0)) is None
    with pytest.raises(UnsupportedError, match="the input 'k' is computed at run time; it must be a constant"):
        required_ints(Add()(x, 1.0), "the input 'k'")


def test_large_and_long_computations_are_left_alone(graph):
    large = graph.constant(np.zeros(1 << 17, np.float32))
    assert known_array(Add()(large, 1.0)) is None
    value = graph.constant(np.zeros(2, np.float32))
    for _ in range(300):
        value = Add()(value, 1.0)
    assert known_array(value) is None


def test_shared_values_are_computed_once(graph):
    """Doubling thirty times over: without a memory this would be a thousand million steps."""
    value = graph.constant(np.ones(1, np.float32))
    for _ in range(30):
        value = Add()(value, value)
    assert known_array(value).tolist() == [2**30]
