"""Folding, dead code, common subexpressions, identities, chains, shapes."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.graph import Graph
from dldt.compiler.ops import (
    Add,
    AvgPool,
    Broadcast,
    Clamp,
    Concat,
    Convert,
    ConvertLike,
    Divide,
    Gather,
    GroupConvolution,
    Maximum,
    MaxPool,
    MaxPool8,
    Minimum,
    Multiply,
    Pad,
    Power,
    ReduceMean,
    ReLU,
    Reshape,
    ShapeOf,
    Sigmoid,
    Slice,
    Split,
    Squeeze,
    StridedSlice,
    Subtract,
    Tile,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.drop_broadcasts import DropBroadcasts
from dldt.passes.fold_constants import FoldConstants
from dldt.passes.merge_common_subexpressions import MergeCommonSubexpressions
from dldt.passes.merge_converts import MergeConverts
from dldt.passes.merge_reshapes import MergeReshapes
from dldt.passes.merge_transposes import MergeTransposes
from dldt.passes.normalize_arithmetic import NormalizeArithmetic
from dldt.passes.remove_dead_code import RemoveDeadCode
from dldt.passes.remove_identities import RemoveIdentities
from dldt.passes.simplify_convert_like import SimplifyConvertLike
from dldt.passes.simplify_group_convolution import SimplifyGroupConvolution
from dldt.passes.simplify_max_pool import SimplifyMaxPool
from dldt.passes.simplify_reshape import SimplifyReshape
from dldt.passes.simplify_shapes import SimplifyShapes
from dldt.passes.transpose_to_reshape import TransposeToReshape
from tests.passes.check import declined, f32, graph_of, i64, random, rewritten, text

N = dims.symbol("N")
H = dims.symbol("H")


# ---- constant folding


def test_a_chain_of_constants_becomes_one_constant():
    def build(g):
        scale = Multiply()(Convert(destination_type=DType.f32)(g.constant(np.arange(6, dtype=np.int8))), 0.5)
        return Add()(g.parameter("x", f32(6)), scale)

    assert rewritten(FoldConstants(), build, count=2) == "Add(x, [6])"


def test_folded_numbers_are_those_of_the_definition():
    graph = graph_of(lambda g: Add()(g.parameter("x", f32(3)), ReLU()(g.constant(np.float32([-1, 0, 2])))))
    FoldConstants().apply(graph)
    folded = graph.output_values[0].inputs[1].constant
    assert folded.tolist() == [0, 0, 2]
    assert folded.dtype == np.float32


def test_a_split_of_a_constant_folds_output_by_output():
    def build(g):
        parts = Split(num_splits=2).all(g.constant(random(4, 2)), i64(0)[0])
        return Add()(g.parameter("x", f32(2, 2)), parts[0]), Add()(g.parameter("z", f32(2, 2)), parts[1])

    assert rewritten(FoldConstants(), build, count=1) == "Add(x, [2,2]); Add(z, [2,2])"


@pytest.mark.parametrize(("limit", "count"), [(4 * 4096, 1), (4 * 4096 - 4 - 8 - 1, 0)])
def test_an_expansion_beyond_the_limit_is_not_folded(limit, count):
    graph = graph_of(lambda g: Add()(g.parameter("x", f32(4096)), Broadcast()(g.constant(np.float32([1])), i64(4096))))
    assert FoldConstants(max_growth=limit).apply(graph) == count


def test_a_hostile_tile_is_not_computed():
    declined(FoldConstants(), lambda g: Tile()(g.constant(np.float32([1])), i64(1 << 40)))


def test_many_expansions_share_one_limit():
    def build(g):
        x = g.parameter("x", f32(1000))
        for i in range(8):
            x = Add()(x, Broadcast()(g.constant(np.float32([i])), i64(1000)))
        return x

    graph = graph_of(build)
    assert FoldConstants(max_total=3 * 4000).apply(graph) == 3


def test_what_numpy_refuses_stays(monkeypatch):
    def refuse(self, a, b):
        raise ValueError("numpy does not do that")

    def build(g):
        power = Power()(g.constant(np.int32([2, 3])), g.constant(np.int32([1, 2])))
        return Add()(g.parameter("x", TensorType(DType.i32, (2,))), power)

    graph = graph_of(build)
    monkeypatch.setattr(Power, "evaluate", refuse)
    assert FoldConstants().apply(graph) == 0
    monkeypatch.undo()
    assert FoldConstants().apply(graph) == 1


def test_folding_does_not_copy_weights_that_it_does_not_touch():
    weights = random(64, 64)
    graph = graph_of(lambda g: Add()(g.parameter("x", f32(64, 64)), g.constant(weights)))
    FoldConstants().apply(graph)
    MergeCommonSubexpressions().apply(graph)
    assert np.shares_memory(graph.output_values[0].inputs[1].constant, weights)


# ---- dead code and common subexpressions


def test_what_no_output_needs_goes_but_parameters_stay():
    graph = Graph()
    x = graph.parameter("x", f32(2))
    graph.parameter("unused", f32(2))
    Sigmoid()(ReLU()(x))
    graph.result(ReLU()(x), "y")
    assert RemoveDeadCode().apply(graph) == 2
    assert [v.node.name for v in graph.inputs] == ["x", "unused"]
    assert text(graph) == "ReLU(x)"


def test_equal_operations_on_equal_constants_are_merged():
    def build(g):
        x = g.parameter("x", f32(2, 3))
        a, b = Add()(x, g.constant(random(3))), Add()(x, g.constant(random(3)))
        return Multiply()(ReLU()(a), ReLU()(b))

    graph = graph_of(build)
    assert MergeCommonSubexpressions().apply(graph) == 3
    product = graph.output_values[0]
    assert product.inputs[0] == product.inputs[1]
    rewritten(MergeCommonSubexpressions(), build)


def test_different_attributes_inputs_and_constants_are_not_merged():
    def build(g):
        x = g.parameter("x", f32(2, 3))
        one = random(3)
        other = one.copy()
        other[1] += 1
        sums = [
            Add()(x, g.constant(one)),
            Add()(x, g.constant(other)),
            Add()(x, g.constant(one.astype(np.float32)[::-1])),
        ]
        means = [ReduceMean(keep_dims=True)(x, i64(1)), ReduceMean(keep_dims=True)(x, i64(0))]
        bounded = [Clamp(min=0, max=1)(x), Clamp(min=0, max=6)(x)]
        return (*sums, *means, *bounded)

    declined(MergeCommonSubexpressions(), build)


def test_constants_of_equal_bytes_and_different_types_are_not_merged():
    def build(g):
        a, b = g.constant(np.zeros(2, np.int32)), g.constant(np.zeros(2, np.float32))
        return Add()(g.parameter("x", f32(2)), b), Add()(g.parameter("i", TensorType(DType.i32, (2,))), a)

    declined(MergeCommonSubexpressions(), build)


def test_both_names_survive_a_merge():
    graph = Graph()
    x = graph.parameter("x", f32(2))
    a, b = ReLU()(x, name="first"), ReLU()(x, name="second")
    graph.rename(a, ("a",))
    graph.rename(b, ("b",))
    graph.result(a, "y0")
    graph.result(b, "y1")
    MergeCommonSubexpressions().apply(graph)
    (left, right) = graph.output_values
    assert left == right
    assert left.names == ("a", "b")
    assert left.node.name == "first"
    assert [node.name for node in graph.outputs] == ["y0", "y1"]


# ---- identities

SHAPE = (2, 3, 4, 4)
POOL = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), kernel=(1, 1))
IDENTITIES = {
    "reshape": lambda x: Reshape(special_zero=True)(x, i64(0, 3, -1, 4)),
    "transpose": lambda x: Transpose()(x, i64(0, 1, 2, 3)),
    "convert": lambda x: Convert(destination_type=DType.f32)(x),
    "add": lambda x: Add()(x, np.zeros((1, 3, 1, 1), np.float32)),
    "add, constant first": lambda x: Add()(x.graph.constant(np.float32(0)), x),
    "multiply": lambda x: Multiply()(x, 1.0),
    "divide": lambda x: Divide()(x, 1.0),
    "subtract": lambda x: Subtract()(x, 0.0),
    "power": lambda x: Power()(x, 1.0),
    "maximum": lambda x: Maximum()(x, -np.inf),
    "minimum": lambda x: Minimum()(x, np.inf),
    "pad": lambda x: Pad(pad_mode="constant")(x, i64(0, 0, 0, 0), i64(0, 0, 0, 0), 0.0),
    "concat": lambda x: Concat(axis=1)(x),
    "split": lambda x: Split(num_splits=1)(x, i64(1)[0]),
    "slice": lambda x: Slice()(x, i64(0), i64(9), i64(1), i64(1)),
    "strided slice": lambda x: StridedSlice(begin_mask=(1, 1), end_mask=(1, 1))(x, i64(0, 0), i64(0, 0), i64(1, 1)),
    "broadcast": lambda x: Broadcast()(x, i64(*SHAPE)),
    "tile": lambda x: Tile()(x, i64(1, 1, 1, 1)),
    "gather": lambda x: Gather()(x, i64(0, 1, 2), i64(1)[0]),
    "max pool": lambda x: MaxPool(**POOL)(x),
    "average pool": lambda x: AvgPool(exclude_pad=True, **POOL)(x),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_an_operation_that_changes_nothing_goes(name):
    def build(g):
        return ReLU()(IDENTITIES[name](Sigmoid()(g.parameter("x", f32(*SHAPE)))))

    assert rewritten(RemoveIdentities(), build, count=1) == "ReLU(Sigmoid(x))"


def test_a_mean_over_axes_of_size_one_goes():
    def build(g):
        return ReLU()(ReduceMean(keep_dims=True)(g.parameter("x", f32(2, 3, 1, 1)), i64(2, 3)))

    assert rewritten(RemoveIdentities(), build, count=1) == "ReLU(x)"


NOT_IDENTITIES = {
    "reverse": lambda x: Slice()(x, i64(-1), i64(-100), i64(-1), i64(1)),
    "widening": lambda x: Add()(x, np.zeros((2, 1, 3, 4, 4), np.float32)),
    "0 - x": lambda x: Subtract()(x.graph.constant(np.float32(0)), x),
    "1 / x": lambda x: Divide()(x.graph.constant(np.float32(1)), x),
    "1 ^ x": lambda x: Power()(x.graph.constant(np.float32(1)), x),
    "swap of equal dims": lambda x: Transpose()(x, i64(0, 1, 3, 2)),
    "reorder": lambda x: Gather()(x, i64(2, 1, 0), i64(1)[0]),
    "crop and pad": lambda x: Pad(pad_mode="constant")(x, i64(0, 0, -1, 0), i64(0, 0, 1, 0), 0.0),
    "nearly one": lambda x: Multiply()(x, 1.0001),
}


@pytest.mark.parametrize("name", NOT_IDENTITIES)
def test_what_changes_something_stays(name):
    declined(RemoveIdentities(), lambda g: NOT_IDENTITIES[name](g.parameter("x", f32(*SHAPE))))


def test_an_identity_between_input_and_output_leaves_both_names():
    graph = Graph()
    value = Multiply()(graph.parameter("x", f32(2)), 1.0)
    graph.rename(value, ("y",))
    graph.result(value)
    RemoveIdentities().apply(graph)
    assert text(graph) == "x"
    assert graph.inputs[0].node.name == "x"
    assert graph.inputs[0].names == ("x", "y")
    assert graph.outputs[0].name == "y"


# ---- chains


def test_reshapes_in_a_row_are_one():
    def build(g):
        return Reshape(special_zero=False)(
            Reshape(special_zero=False)(g.parameter("x", f32(2, 12)), i64(4, 6)), i64(8, 3)
        )

    assert rewritten(MergeReshapes(), build, count=1) == "Reshape(x, [8,3])"


def test_unsqueeze_and_squeeze_cancel():
    def build(g):
        return ReLU()(Squeeze()(Unsqueeze()(g.parameter("x", f32(2, 3)), i64(1)), i64(1)))

    assert rewritten(MergeReshapes(), build, count=1) == "ReLU(x)"


def test_symbolic_reshapes_in_a_row_keep_the_symbol_free():
    def build(g):
        x = g.parameter("x", f32(N, 3, H, 4))
        return Reshape(special_zero=True)(Reshape(special_zero=True)(x, i64(0, 3, -1)), i64(0, -1))

    assert rewritten(MergeReshapes(), build, count=1, sizes={"N": 2, "H": 3}) == "Reshape(x, [0,-1])"


def test_transposes_in_a_row_compose():
    def build(g):
        return Transpose()(Transpose()(g.parameter("x", f32(2, 3, 4)), i64(1, 2, 0)), i64(0, 2, 1))

    assert rewritten(MergeTransposes(), build, count=1) == "Transpose(x, [1,0,2])"


def test_inverse_transposes_cancel_also_where_the_inner_has_other_readers():
    def build(g):
        moved = Transpose()(g.parameter("x", f32(2, 3, 4, 5)), i64(0, 2, 3, 1))
        return Transpose()(moved, i64(0, 3, 1, 2)), ReLU()(moved)

    assert rewritten(MergeTransposes(), build, count=1) == "x; ReLU(Transpose(x, [0,2,3,1]))"


def test_an_empty_order_reverses():
    def build(g):
        return Transpose()(Transpose()(g.parameter("x", f32(2, 3, 4)), i64(2, 1, 0)), np.zeros(0, np.int64))

    assert rewritten(MergeTransposes(), build, count=1) == "x"


def test_a_transpose_of_ones_is_a_reshape():
    def build(g):
        return Transpose()(g.parameter("x", f32(N, 7, 1, 1)), i64(0, 2, 3, 1))

    assert rewritten(TransposeToReshape(), build, count=1, sizes={"N": 2}) == "Reshape(x, [0,1,1,7])"


def test_a_transpose_that_moves_data_stays():
    declined(TransposeToReshape(), lambda g: Transpose()(g.parameter("x", f32(2, 7, 3, 1)), i64(0, 2, 3, 1)))


def _converts(source, *chain):
    def build(g):
        value = g.parameter("x", TensorType(source, (4,)))
        for dtype in chain:
            value = Convert(destination_type=dtype)(value)
        return value

    return build


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ((DType.i8, DType.i32, DType.f32), "Convert(x)"),
        ((DType.f16, DType.f32, DType.f16), "x"),
        ((DType.u8, DType.i16, DType.u8), "x"),
        ((DType.boolean, DType.i64, DType.f32), "Convert(x)"),
    ],
)
def test_a_convert_after_one_that_loses_nothing(types, expected):
    assert rewritten(MergeConverts(), _converts(*types), count=1) == expected


@pytest.mark.parametrize(
    "types",
    [
        (DType.f32, DType.i32, DType.f32),
        (DType.f32, DType.f16, DType.f32),
        (DType.i64, DType.i32, DType.i64),
        (DType.i32, DType.f32, DType.i32),
        (DType.u8, DType.i8, DType.i32),
        (DType.f16, DType.bf16, DType.f32),
        (DType.i32, DType.boolean, DType.i32),
    ],
)
def test_a_convert_after_one_that_loses_something_stays(types):
    declined(MergeConverts(), _converts(*types))


# ---- shapes


def test_shape_arithmetic_of_fixed_dims_becomes_a_constant():
    def build(g):
        x = g.parameter("x", f32(2, 3, 4, 4))
        batch = Gather()(ShapeOf()(x), i64(0), i64(0)[0])
        return Reshape(special_zero=False)(x, Concat(axis=0)(batch, i64(-1)))

    assert rewritten(SimplifyShapes(), build) == "Reshape(x, [2,-1])"


def test_a_symbolic_target_becomes_zero_and_minus_one():
    def build(g):
        x = g.parameter("x", f32(N, 3, H, 4))
        batch = Gather()(ShapeOf()(x), i64(0), i64(0)[0])
        return Reshape(special_zero=False)(x, Concat(axis=0)(batch, i64(-1)))

    declined(SimplifyShapes(), build)
    assert rewritten(SimplifyReshape(), build, count=1, sizes={"N": 2, "H": 5}) == "Reshape(x, [0,-1])"


def test_two_unknown_dims_that_move_keep_the_computed_target():
    def build(g):
        x = g.parameter("x", f32(N, H, 4))
        shape = ShapeOf()(x)
        return Reshape(special_zero=False)(x, Gather()(shape, i64(1, 0, 2), i64(0)[0]))

    declined(SimplifyReshape(), build)


def test_a_broadcast_operand_is_read_as_it_is():
    def build(g):
        x, y = g.parameter("x", f32(2, 3, 4)), g.parameter("y", f32(3, 1))
        return Add()(x, Broadcast()(y, i64(2, 3, 4)))

    assert rewritten(DropBroadcasts(), build, count=1) == "Add(x, y)"


def test_a_broadcast_that_makes_the_shape_stays():
    def build(g):
        x, y = g.parameter("x", f32(2, 1, 4)), g.parameter("y", f32(1, 1))
        return Add()(x, Broadcast()(y, i64(2, 3, 4)))

    declined(DropBroadcasts(), build)


def test_a_max_pool_whose_indices_nobody_reads_is_the_plain_one():
    def pool(g, **changes):
        attributes = {
            "strides": (2, 2),
            "dilations": (1, 1),
            "pads_begin": (1, 0),
            "pads_end": (0, 1),
            "kernel": (2, 2),
        }
        return MaxPool8(**{**attributes, **changes}).all(g.parameter("x", f32(1, 2, 6, 6)))

    assert rewritten(SimplifyMaxPool(), lambda g: pool(g)[0], count=1) == "MaxPool(x)"
    declined(SimplifyMaxPool(), pool)
    declined(SimplifyMaxPool(), lambda g: pool(g, dilations=(2, 2))[0])


PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))


@pytest.mark.parametrize(("groups", "wanted"), [(1, "Convolution(x, [3,4,3,3])"), (2, None)])
def test_one_group_is_no_group(groups, wanted):
    def build(g):
        return GroupConvolution(**PLAIN)(g.parameter("x", f32(1, 4, 5, 5)), random(groups, 3, 4 // groups, 3, 3))

    if wanted is None:
        declined(SimplifyGroupConvolution(), build)
    else:
        assert rewritten(SimplifyGroupConvolution(), build, count=1) == wanted


def test_the_type_of_a_conversion_by_example_is_spelled_out():
    def build(g):
        x, like = g.parameter("x", f32(3)), g.parameter("like", TensorType(DType.f16, ()))
        return ConvertLike()(x, like)

    assert rewritten(SimplifyConvertLike(), build, count=1) == "Convert(x)"


# ---- arithmetic

SPELLINGS = {
    "divide": (lambda x: Divide()(x, 4.0), "Multiply(x, 0.25)"),
    "subtract": (lambda x: Subtract()(x, 3.0), "Add(x, -3)"),
    "subtract from": (lambda x: Subtract()(x.graph.constant(np.float32(3)), x), "Add(Multiply(x, -1), 3)"),
    "square": (lambda x: Power()(x, 2.0), "Multiply(x, x)"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_one_spelling_for_arithmetic_with_constants(name):
    made, expected = SPELLINGS[name]
    assert rewritten(NormalizeArithmetic(), lambda g: made(g.parameter("x", f32(2, 3))), count=1) == expected


@pytest.mark.parametrize("number", [0.0, 1e-42, 3e38, np.inf])
def test_division_by_what_has_no_good_reciprocal_stays(number):
    declined(NormalizeArithmetic(), lambda g: Divide()(g.parameter("x", f32(2)), np.float32(number)))


def test_integer_arithmetic_stays():
    def build(g):
        x = g.parameter("x", TensorType(DType.i32, (4,)))
        return Divide()(x, 3), Subtract()(x, 3), Power()(x, 2)

    declined(NormalizeArithmetic(), build)
