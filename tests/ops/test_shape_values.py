"""Shape arithmetic: the content of small integer tensors is carried through operations, with symbols."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import product
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.inference import is_found
from dldt.compiler.types import DType, TensorType


def _input(*shape: str | int, dtype: DType = DType.f32) -> Value:
    parsed = tuple(parse_dim(dim) if isinstance(dim, str) else dim for dim in shape)
    return Graph().parameter("x", TensorType(dtype, parsed))


def _shape(value: Value) -> str:
    return str(value.type)


def _content(value: Value) -> list[str]:
    assert value.type.value is not None
    return [str(dim) for dim in value.type.value]


_0 = np.int64(0)


def test_flatten_by_shape_gather_unsqueeze_concat_reshape() -> None:
    x = _input("N", 16, 8, 8)
    batch = ops.Gather()(ops.ShapeOf()(x), _0, _0)
    assert _content(batch) == ["N"]
    target = ops.Concat(0)(ops.Unsqueeze()(batch, np.array([0])), np.array([-1]))
    assert _content(target) == ["N", "-1"]
    assert _shape(ops.Reshape()(x, target)) == "f32[N,1024]"


def test_expand_by_shape_slice_broadcast() -> None:
    x = _input("N", 3, "H")
    tail = ops.Slice()(ops.ShapeOf()(x), np.array([0]), np.array([2]), np.array([1]))
    assert _content(tail) == ["N", "3"]
    row = x.graph.constant(np.ones((1, 1), np.float32))
    assert _shape(ops.Broadcast()(row, tail)) == "f32[N,3]"
    assert _shape(ops.Broadcast("bidirectional")(row, ops.ShapeOf()(x))) == "f32[N,3,H]"


def test_strided_slice_that_drops_the_axis() -> None:
    x = _input("N", 3, "H")
    last = ops.StridedSlice((0,), (0,), shrink_axis_mask=(1,))(
        ops.ShapeOf()(x), np.array([-1]), np.array([0]), np.array([1])
    )
    assert (_content(last), _shape(last)) == (["H"], "i64[]")


@pytest.mark.parametrize(
    ("op", "other", "expected"),
    [
        (ops.Add(), 3, ["N+3", "7"]),
        (ops.Subtract(), 1, ["N-1", "3"]),
        (ops.Multiply(), 2, ["2*N", "8"]),
        (ops.Divide(), 2, ["(N)//2", "2"]),
        (ops.Divide(m_pythondiv=False), 3, ["(N)//3", "1"]),
        (ops.Maximum(), 1, ["N", "4"]),
        (ops.Minimum(), 2, ["min(2, N)", "2"]),
        (ops.FloorMod(), 4, ["N-4*((N)//4)", "0"]),
    ],
    ids=lambda item: item.type if hasattr(item, "type") else "",
)
def test_arithmetic_on_dims(op: ops.Binary, other: int, expected: list[str]) -> None:
    shape = ops.ShapeOf()(_input("N", 4))
    assert _content(op(shape, np.int64(other))) == [str(parse_dim(text)) for text in expected]


def test_reductions_on_dims() -> None:
    shape = ops.ShapeOf()(_input("N", 4, "M"))
    axes = np.array([0])
    assert _content(ops.ReduceProd()(shape, axes)) == ["4*M*N"]
    assert _content(ops.ReduceSum(True)(shape, axes)) == ["M+N+4"]
    assert _content(ops.ReduceMax()(shape, axes)) == [str(parse_dim("max(max(N, 4), M)"))]
    assert _content(ops.ReduceMin()(ops.ShapeOf()(_input(5, 2, 3)), axes)) == ["2"]


def test_split_of_a_shape() -> None:
    parts = ops.VariadicSplit().all(ops.ShapeOf()(_input("N", 4, "M")), _0, np.array([1, -1]))
    assert [_content(part) for part in parts] == [["N"], ["4", "M"]]


def test_range_over_a_dim() -> None:
    x = _input("N", 4)
    count = ops.Gather()(ops.ShapeOf()(x), _0, _0)
    start, step = x.graph.constant(np.int64(0)), x.graph.constant(np.int64(2))
    assert _shape(ops.Range("i64")(start, count, step)) == "i64[(N+1)//2]"


def test_where_equal_as_exporters_write_expand() -> None:
    """shape = where(target == -1, 1, target): decided, as a dim is at least 1."""
    x = _input("N", 4)
    target = ops.Concat(0)(ops.ShapeOf()(x), np.array([-1]))
    chosen = ops.Select()(ops.Equal()(target, np.int64(-1)), np.array([1, 1, 1]), target)
    assert _content(chosen) == ["N", "4", "1"]


def test_undecidable_comparison_has_no_content() -> None:
    shape = ops.ShapeOf()(_input("N", 4))
    assert ops.Equal()(shape, np.int64(3)).type.value is None
    assert ops.Less()(shape, np.int64(3)).type.value is None
    assert ops.Less()(shape, np.int64(1)).type.value == (0, 0)
    assert ops.GreaterEqual()(shape, np.int64(1)).type.value == (1, 1)


def test_convert_keeps_dims_in_integers_wide_enough() -> None:
    shape = ops.ShapeOf()(_input("N", 4))
    assert _content(ops.Convert("i32")(shape)) == ["N", "4"]
    assert ops.Convert("i8")(shape).type.value is None
    assert ops.Convert("f32")(shape).type.value is None


def test_small_repetitions_are_carried_and_huge_ones_are_not_built() -> None:
    dim = ops.ShapeOf()(_input("N"))
    assert _content(ops.Tile()(dim, np.array([3]))) == ["N", "N", "N"]
    huge = ops.Broadcast()(dim, np.array([2**39]))
    assert (str(huge.type), huge.type.value) == ("i64[549755813888]", None)
    start, step = dim.graph.constant(np.int64(0)), dim.graph.constant(np.int64(1))
    assert ops.Range("i64")(start, np.int64(2**39), step).type.value is None


def test_resize_to_sizes_from_the_shape() -> None:
    x = _input("N", 3, "H", "W")
    space = ops.Slice()(ops.ShapeOf()(x), np.array([2]), np.array([4]), np.array([1]))
    doubled = ops.Multiply()(space, np.int64(2))
    scales = x.graph.constant(np.array([2, 2], np.float32))
    y = ops.Interpolate("nearest", "sizes")(x, doubled, scales, np.array([2, 3]))
    assert _shape(y) == "f32[N,3,2*H,2*W]"


def test_a_shape_computed_from_data_is_found_when_the_model_runs() -> None:
    x = _input("N", 4)
    shape = x.graph.parameter("shape", TensorType(DType.i64, (2,)))
    y = ops.Reshape()(x, shape)
    assert all(is_found(dim) for dim in y.type.shape)
    (condition,) = x.graph.conditions
    assert (condition.relation, condition.right) == ("eq", product(x.type.shape))
    assert condition.left == product(y.type.shape)
    assert x.graph.inferred(y.node) == y.node.types


def test_axes_computed_from_data_are_unsupported() -> None:
    x = _input("N", 4)
    axes = x.graph.parameter("axes", TensorType(DType.i64, (1,)))
    with pytest.raises(UnsupportedError, match=r"ReduceSum: axes holds the symbolic dimension"):
        ops.ReduceSum(False)(x, axes)


@pytest.mark.parametrize(
    ("shape", "pattern", "expected"),
    [
        ((("N"), 16, 8, 8), (0, -1), "f32[N,1024]"),
        (("N", 16, 8, 8), (-1, 16), "f32[64*N,16]"),
        (("N", 16, 8, 8), (-1, 1024), "f32[N,1024]"),
        (("N", "T", 12), (0, 0, 3, 4), "f32[N,T,3,4]"),
        (("N", "T", 12), (0, 0, 3, -1), "f32[N,T,3,4]"),
        (("N", "T", 12), (-1, 12), "f32[N*T,12]"),
        (("2*N", 3), (2, -1), "f32[2,3*N]"),
    ],
)
def test_symbolic_reshape(shape: tuple[str | int, ...], pattern: tuple[int, ...], expected: str) -> None:
    assert _shape(ops.Reshape(special_zero=True)(_input(*shape), np.array(pattern))) == expected
