"""Transposes and views that move towards the outputs; conditions that are known."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ops import (
    MVN,
    Abs,
    Add,
    Clamp,
    Concat,
    Convert,
    Convolution,
    Equal,
    GroupConvolution,
    If,
    LogSoftmax,
    MatMul,
    Multiply,
    Pad,
    PReLU,
    ReduceMax,
    ReduceMean,
    ReduceSum,
    ReLU,
    Reshape,
    SoftMax,
    Squeeze,
    StridedSlice,
    Swish,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.passes.transforms.drop_reshapes_around_mat_mul import DropReshapesAroundMatMul
from dldt.passes.transforms.fold_transpose_into_weights import FoldTransposeIntoWeights
from dldt.passes.transforms.fuse_transpose_into_mat_mul import FuseTransposeIntoMatMul
from dldt.passes.transforms.inline_if import InlineIf
from dldt.passes.transforms.simplify_reduce import SimplifyReduce
from dldt.passes.transforms.sink_transposes import SinkTransposes
from dldt.passes.transforms.sink_views import SinkViews
from tests.passes.check import assert_equivalent, declined, f32, graph_of, i64, random, rewritten, text

NHWC = f32(2, 4, 5, 3)
TO_NCHW = (0, 3, 1, 2)
PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))


def moved(x, order=TO_NCHW):
    return Transpose()(x, i64(*order))


# operation on x[2,3,4,5] seen through the Transpose → the text with the Transpose behind it
SINKING = {
    "unary": (lambda t: ReLU()(t), "ReLU(x)"),
    "clamp": (lambda t: Clamp(min=-1, max=1)(t), "Clamp(x)"),
    "convert": (lambda t: Convert(destination_type=DType.f64)(t), "Convert(x)"),
    "swish": (lambda t: Swish()(t, np.float32(1.5)), "Swish(x, 1.5)"),
    "one number": (lambda t: Add()(t, 3.0), "Add(x, 3)"),
    "a channel": (lambda t: Multiply()(t, random(1, 3, 1, 1)), "Multiply(x, [1,1,1,3])"),
    "a column": (lambda t: Add()(t, random(5)), "Add(x, [1,1,5,1])"),
    "constant first": (lambda t: Add()(t.graph.constant(random(3, 1, 1)), t), "Add([1,1,1,3], x)"),
    "slope a channel": (lambda t: PReLU()(t, random(3)), "PReLU(x, [1,1,1,3])"),
    "slope a channel, full": (lambda t: PReLU()(t, random(1, 3, 1, 1)), "PReLU(x, [1,1,1,3])"),
    "one slope": (lambda t: PReLU()(t, random(1)), "PReLU(x, [1])"),
    "softmax": (lambda t: SoftMax(axis=1)(t), "SoftMax(x)"),
    "log softmax": (lambda t: LogSoftmax(axis=-1)(t), "LogSoftmax(x)"),
    "mean, kept": (lambda t: ReduceMean(keep_dims=True)(t, i64(2, 3)), "ReduceMean(x, [1,2])"),
    "sum, kept, counted from the end": (lambda t: ReduceSum(keep_dims=True)(t, i64(-3)), "ReduceSum(x, [3])"),
    "pad": (
        lambda t: Pad(pad_mode="reflect")(t, i64(0, 1, 2, 0), i64(0, 0, 1, 3)),
        "Pad(x, [0,2,0,1], [0,1,3,0])",
    ),
    "concat with a constant": (lambda t: Concat(axis=1)(t, random(2, 1, 4, 5)), "Concat(x, [2,4,5,1])"),
    "two of one": (lambda t: Add()(t, t), "Add(x, x)"),
}


@pytest.mark.parametrize("name", SINKING)
def test_an_operation_comes_before_the_transpose(name):
    made, wanted = SINKING[name]
    got = rewritten(SinkTransposes(), lambda g: made(moved(g.parameter("x", NHWC))), count=1)
    assert got == f"Transpose({wanted}, [0,3,1,2])"


def test_two_values_transposed_alike():
    def build(g):
        x, z = g.parameter("x", NHWC), g.parameter("z", NHWC)
        return Concat(axis=1)(Add()(moved(x), moved(z)), moved(ReLU()(x)))

    got = rewritten(SinkTransposes(), build, count=2)
    assert got == "Transpose(Concat(Add(x, z), ReLU(x)), [0,3,1,2])"


def test_a_reduction_that_drops_dims_and_keeps_the_order_of_the_others_needs_no_transpose():
    def over(axis):
        return lambda g: ReduceMax(keep_dims=False)(moved(g.parameter("x", NHWC)), i64(axis))

    assert rewritten(SinkTransposes(), over(1), count=1) == "ReduceMax(x, [3])"
    declined(SinkTransposes(), over(2))


def test_transposes_that_several_read_move_where_all_readers_can():
    def build(g):
        t = moved(g.parameter("x", NHWC))
        return Multiply()(t, ReLU()(t)), moved(t, (0, 2, 3, 1))

    got = rewritten(SinkTransposes(), build, count=2)
    assert "Transpose(Multiply(x, ReLU(x)), [0,3,1,2])" in got


def test_a_slice_moves_before_the_transpose():
    def build(g):
        t = moved(g.parameter("x", NHWC))
        return StridedSlice((0, 1), (1, 0))(t, i64(1, 0), i64(0, 2), i64(1, 1))

    got = rewritten(SinkTransposes(), build, count=1)
    assert got == "Transpose(StridedSlice(x, [1,0,0,0], [0,0,0,2], [1,1,1,1]), [0,3,1,2])"


VIEWS = {
    "squeeze": (lambda t: Squeeze()(t, i64(2)), "Transpose(Squeeze(x, [1]), [0,2,1])"),
    "squeeze to the same order": (lambda t: Squeeze()(t, i64(1)), "Squeeze(x, [3])"),
    "unsqueeze": (lambda t: Unsqueeze()(t, i64(1)), "Transpose(Unsqueeze(x, [1]), [0,1,4,2,3])"),
    "normalisation": (lambda t: MVN(1e-3)(t, i64(2, 3)), "Transpose(MVN(x, [1,2]), [0,3,1,2])"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_views_and_normalisations_move_before_the_transpose(name):
    build, wanted = VIEWS[name]
    shape = f32(2, 1, 5, 1) if "squeeze" in name and name != "unsqueeze" else NHWC
    assert rewritten(SinkTransposes(), lambda g: build(moved(g.parameter("x", shape))), count=1) == wanted


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 2, 4, 5)])
def test_a_product_along_the_channels_is_a_convolution_of_one_tap(shape, transposed):
    last = (0, *range(2, len(shape)), 1)

    def build(g):
        weights = random(7, 3) if transposed else random(3, 7)
        return MatMul(transpose_a=False, transpose_b=transposed)(moved(g.parameter("x", f32(*shape)), last), weights)

    ones = ",1" * (len(shape) - 2)
    wanted = f"Transpose(Convolution(x, [7,3{ones}]), [{','.join(map(str, last))}])"
    assert rewritten(SinkTransposes(), build, count=1) == wanted


def test_rows_are_not_counted_round_a_product():
    def build(g):
        flat = Reshape(special_zero=False)(g.parameter("x", f32(2, 4, 5, 3)), i64(40, 3))
        return Reshape(special_zero=False)(MatMul()(flat, random(3, 7)), i64(2, 4, 5, 7))

    assert rewritten(DropReshapesAroundMatMul(), build, count=1) == "MatMul(x, [3,7])"


COUNTED = {
    "other rows": ((2, 20, 3), (40, 3), (2, 4, 5, 7)),
    "columns, too": ((2, 4, 15), (40, 3), (2, 4, 35)),
    "products of matrices": ((2, 4, 5, 3), (2, 20, 3), (2, 4, 5, 7)),
}


@pytest.mark.parametrize("name", COUNTED)
def test_other_reshapes_round_a_product_stay(name):
    given, flat, back = COUNTED[name]

    def build(g):
        rows = Reshape(special_zero=False)(g.parameter("x", f32(*given)), i64(*flat))
        return Reshape(special_zero=False)(MatMul()(rows, random(3, 7)), i64(*back))

    declined(DropReshapesAroundMatMul(), build)


def test_dense_layers_and_norms_between_depthwise_convolutions_keep_no_transpose_inside():
    """Blocks of ConvNeXt, as Keras writes them: over channels that come last."""

    def build(g):
        stem = Convolution(**PLAIN)(moved(g.parameter("x", f32(1, 6, 6, 3))), random(8, 3, 1, 1))
        value = moved(stem, (0, 2, 3, 1))
        for i in range(2):
            depthwise = GroupConvolution(**{**PLAIN, "pads_begin": (1, 1), "pads_end": (1, 1)})
            last = moved(depthwise(moved(value), random(8, 1, 1, 3, 3, seed=i)), (0, 2, 3, 1))
            norm = Multiply()(MVN(1e-6)(Add()(last, random(8)), i64(3)), random(8, seed=4))
            wide = MatMul()(Reshape(special_zero=False)(norm, i64(36, 8)), random(8, 16))
            swished = Swish()(Add()(Reshape(special_zero=False)(wide, i64(1, 6, 6, 16)), random(16)))
            narrow = MatMul()(Reshape(special_zero=False)(swished, i64(36, 16)), random(16, 8))
            value = Add()(value, Reshape(special_zero=False)(narrow, i64(1, 6, 6, 8)))
        return value

    before = graph_of(build)
    after = before.copy()
    run_pipeline(after, default_pipeline(), verify=True)
    assert len([node for node in after.order() if isinstance(node.op, Transpose)]) == 2
    assert_equivalent(before, after, 1e-5)


STAYING = {
    "a product along the columns": lambda g, t: (MatMul()(t, random(5, 7)),),
    "a product with what is computed": lambda g, t: (
        MatMul()(Transpose()(t, i64(0, 2, 3, 1)), g.parameter("w", f32(3, 7))),
    ),
    "a reader that keeps it": lambda g, t: (ReLU()(t), Reshape()(t, i64(-1))),
    "a slice that drops an axis": lambda g, t: (StridedSlice((0,), (0,), (), (1,))(t, i64(1), i64(2)),),
    "another value": lambda g, t: (Add()(t, g.parameter("z", f32(2, 3, 4, 5))),),
    "another order": lambda g, t: (Add()(t, moved(g.parameter("z", f32(2, 3, 4, 5)), (0, 1, 2, 3))),),
    "a constant that widens": lambda g, t: (Add()(t, random(2, 1, 1, 1, 1)),),
    "computed slope": lambda g, t: (PReLU()(t, g.parameter("slope", f32(3))),),
}


@pytest.mark.parametrize("name", STAYING)
def test_other_operations_stay_behind_the_transpose(name):
    declined(SinkTransposes(), lambda g: STAYING[name](g, moved(g.parameter("x", NHWC))))


def test_a_transpose_of_the_slope_alone_stays():
    def build(g):
        return PReLU()(g.parameter("x", f32(2, 3, 4)), Transpose()(g.parameter("slope", f32(1, 3, 1)), i64(0, 1, 2)))

    declined(SinkTransposes(), build)


def test_a_network_in_nhwc_keeps_one_transpose_at_each_end():
    def build(g):
        value = g.parameter("x", f32(1, 8, 8, 3))
        channels = 3
        for i in range(3):
            value = Convolution(**PLAIN)(moved(value), random(4, channels, 3, 3, seed=i))
            value = moved(value, (0, 2, 3, 1))
            value = PReLU()(Add()(value, random(4)), random(1, 1, 1, 4))
            channels = 4
        return value

    before = graph_of(build)
    after = before.copy()
    run_pipeline(after, default_pipeline(), verify=True)
    assert text(after).count("Transpose(") == 2
    assert_equivalent(before, after, 1e-5)


@pytest.mark.parametrize(
    ("order", "flags", "shape"),
    [((0, 2, 1), (False, True), (2, 3, 4)), ((0, 2, 1), (True, False), (2, 4, 3)), ((), (False, False), (3, 4))],
)
def test_a_transposed_operand_of_a_matrix_product(order, flags, shape):
    def build(g):
        x, y = g.parameter("x", f32(2, 5, 4)), g.parameter("y", f32(*shape))
        a = Transpose()(x, i64(0, 2, 1)) if flags[0] else x
        b = Transpose()(y, i64(*order)) if not flags[0] else y
        return MatMul(transpose_a=flags[0], transpose_b=False)(a, b)

    got = rewritten(FuseTransposeIntoMatMul(), build, count=1)
    assert got == "MatMul(x, y)"


def test_a_transpose_of_other_axes_stays_before_a_matrix_product():
    def build(g):
        x, y = g.parameter("x", f32(2, 5, 4)), g.parameter("y", f32(4, 2, 3))
        return MatMul()(x, Transpose()(y, i64(1, 0, 2)))

    declined(FuseTransposeIntoMatMul(), build)


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("order", [(0, 2, 3, 1), (0, 3, 1, 2), (0, 3, 2, 1)])
def test_a_flattened_transpose_goes_into_the_weights(order, transpose):
    def build(g):
        x = moved(g.parameter("x", f32(dims.symbol("N"), 3, 4, 5)), order)
        weights = random(7, 60) if transpose else random(60, 7)
        return MatMul(transpose_b=transpose)(Reshape(special_zero=True)(x, i64(0, -1)), weights)

    got = rewritten(FoldTransposeIntoWeights(), build, count=1, sizes={"N": 2}, tolerance=1e-5)
    assert got == f"MatMul(Reshape(x, [0,60]), {'[7,60]' if transpose else '[60,7]'})"


UNFLATTENED = {
    "two dims kept": lambda x: MatMul()(Reshape(special_zero=True)(moved(x), i64(0, 0, -1)), random(20, 7)),
    "batch moved": lambda x: MatMul()(Reshape(special_zero=False)(moved(x, (1, 0, 2, 3)), i64(4, -1)), random(30, 7)),
    "computed weights": lambda x: MatMul()(
        Reshape(special_zero=True)(moved(x), i64(0, -1)), x.graph.parameter("w", f32(60, 7))
    ),
}


@pytest.mark.parametrize("name", UNFLATTENED)
def test_other_transposes_stay_before_a_product(name):
    declined(FoldTransposeIntoWeights(), lambda g: UNFLATTENED[name](g.parameter("x", f32(2, 4, 5, 3))))


# ---- views

VIEWED = {
    "squeeze, a channel": (
        lambda x: Add()(Squeeze()(x, i64(3)), random(1, 3, 1)),
        f32(2, 3, 4, 1),
        "Squeeze(Add(x, [1,3,1,1]), [3])",
    ),
    "unsqueeze, a column": (
        lambda x: Multiply()(Unsqueeze()(x, i64(1)), random(4)),
        f32(2, 3, 4),
        "Unsqueeze(Multiply(x, [1,1,4]), [1])",
    ),
    "reshape, one number": (
        lambda x: Multiply()(Reshape(special_zero=False)(x, i64(6, 4)), random(1, 1)),
        f32(2, 3, 4),
        "Reshape(Multiply(x, {}), [6,4])",
    ),
    "reshape, unary": (
        lambda x: ReLU()(Reshape(special_zero=True)(x, i64(0, -1))),
        f32(dims.symbol("N"), 3, 4),
        "Reshape(ReLU(x), [0,-1])",
    ),
    "reshape by ones": (
        lambda x: Add()(x.graph.constant(random(3, 1, 4)), Reshape(special_zero=False)(x, i64(2, 3, 1, 4))),
        f32(2, 1, 3, 4),
        "Reshape(Add([1,1,3,4], x), [2,3,1,4])",
    ),
}


@pytest.mark.parametrize("name", VIEWED)
def test_an_operation_comes_before_the_view(name):
    made, type_, wanted = VIEWED[name]
    number = f"{random(1, 1).item():.6g}"
    got = rewritten(SinkViews(), lambda g: made(g.parameter("x", type_)), count=1, sizes={"N": 2})
    assert got == wanted.format(number)


UNMOVED = {
    "a vector through a real reshape": lambda g: Add()(
        Reshape(special_zero=False)(g.parameter("x", f32(2, 3, 4)), i64(6, 4)), random(4)
    ),
    "another value": lambda g: Add()(Squeeze()(g.parameter("x", f32(2, 1)), i64(1)), g.parameter("z", f32(2))),
    "a constant that widens": lambda g: Add()(Squeeze()(g.parameter("x", f32(2, 1, 4)), i64(1)), random(3, 1, 4)),
    "a view that widens": lambda g: Add()(Unsqueeze()(g.parameter("x", f32(2, 4)), i64(1)), random(3, 4)),
    "a matrix product": lambda g: MatMul()(Squeeze()(g.parameter("x", f32(2, 1, 4)), i64(1)), random(4, 3)),
}


@pytest.mark.parametrize("name", UNMOVED)
def test_other_operations_stay_behind_the_view(name):
    declined(SinkViews(), UNMOVED[name])


# ---- reductions of one element


def test_a_mean_of_one_element_is_a_reshape():
    def build(g):
        return ReduceMean(keep_dims=False)(g.parameter("x", f32(dims.symbol("N"), 1, 3)), i64(1))

    assert rewritten(SimplifyReduce(), build, count=1, sizes={"N": 2}) == "Reshape(x, [0,3])"


def test_a_mean_of_several_elements_stays():
    declined(SimplifyReduce(), lambda g: ReduceMean(keep_dims=False)(g.parameter("x", f32(2, 1, 3)), i64(1, 2)))


# ---- conditions


PAIR = f32(2)


def _body(made, type_=PAIR):
    body = Graph()
    body.result(made(body.parameter("c", type_)), "out")
    return body


@pytest.mark.parametrize(("condition", "wanted"), [(True, "ReLU(x)"), (False, "Abs(x)")])
def test_a_known_condition_chooses_its_body(condition, wanted):
    graph = Graph()
    x = graph.parameter("x", f32(2))
    made = If(_body(ReLU()), _body(Abs()))(graph.constant(np.array(condition)), x)
    graph.result(made, "y")
    assert InlineIf().apply(graph) == 1
    assert text(graph) == wanted
    assert graph.outputs[0].name == "y"
    assert graph.prune() == 0
    numbers = np.float32([-1, 2])
    assert interpret(graph, {"x": numbers})["y"].tolist() == ([0, 2] if condition else [1, 2])


def test_a_condition_inside_that_becomes_known_is_followed():
    rate = TensorType(DType.i64, ())

    def inner(c):
        fast = Equal()(c, np.int64(8))
        return If(_body(lambda v: Add()(v, np.int64(1)), rate), _body(lambda v: v, rate))(fast, c)

    graph = Graph()
    op = If(_body(inner, rate), _body(lambda c: c, rate))
    graph.result(op(graph.constant(np.array(True)), graph.constant(np.int64(8))), "y")
    assert InlineIf().apply(graph) == 2
    assert text(graph) == "9"


def test_an_unknown_condition_stays():
    graph = Graph()
    condition = graph.parameter("condition", TensorType(DType.boolean, ()))
    graph.result(If(_body(ReLU()), _body(Abs()))(condition, graph.parameter("x", f32(2))), "y")
    assert InlineIf().apply(graph) == 0
