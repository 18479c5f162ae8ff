"""What infer refuses, and the words it uses: the operation, the input, the numbers."""

from __future__ import annotations

import contextlib

import pytest

from dldt.compiler import ops
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.errors import DldtError, InputError, ShapeError, UnsupportedError
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType
from tests.ops.table import all_cases


def t(text: str, content: object = None) -> TensorType:
    """A type from ``f32[N,3]``, with a known content."""
    name, _, rest = text.partition("[")
    shape = tuple(parse_dim(part) for part in rest[:-1].split(",") if part)
    made = TensorType(DType(name), shape)
    return made if content is None else made.with_value(content)


def v(*values: int) -> TensorType:
    return t(f"i64[{len(values)}]", values)


def s(value: int) -> TensorType:
    return t("i64[]", value)


def conv(strides=(1, 1), begin=(0, 0), end=(0, 0), dilations=(1, 1), **more) -> Op:
    return ops.Convolution(strides, begin, end, dilations, **more)


def pool(kernel=(2, 2), strides=(1, 1), begin=(0, 0), end=(0, 0), **more) -> Op:
    return ops.MaxPool(strides, begin, end, kernel, **more)


X = t("f32[N,3,8,8]")
CASES = [
    (ops.Add(), (t("f32[2,3]"), t("f32[2,4]")), "Add: shapes [2,3] and [2,4] do not broadcast (3 against 4)"),
    (ops.Add(), (t("f32[N]"), t("f32[M]")), "Add: shapes [N] and [M] do not broadcast (N against M)"),
    (ops.Add(), (t("f32[N]"), t("f32[5]")), "Add: shapes [N] and [5] do not broadcast (N against 5)"),
    (ops.Add(), (t("f32[2]"), t("i64[2]")), "Add: the inputs have different element types, f32 and i64"),
    (ops.Add(auto_broadcast="none"), (t("f32[2]"), t("f32[1]")),
     "Add: auto_broadcast is none, but [2] and [1] differ"),
    (ops.Add(), (t("boolean[2]"), t("boolean[2]")), "Add: the inputs must be tensors of numbers"),
    (ops.Exp(), (t("i64[2]"),), "Exp: data must be of a floating-point type, got i64[2]"),
    (ops.ReLU(), (t("boolean[2]"),), "ReLU: data must be a tensor of numbers, got boolean[2]"),
    (ops.Negative(), (t("u8[2]"),), "Negative: data must be of a signed type, got u8[2]"),
    (ops.LogicalAnd(), (t("boolean[2]"), t("f32[2]")), "LogicalAnd: b must be boolean, got f32[2]"),
    (ops.Select(), (t("i64[2]"), t("f32[2]"), t("f32[2]")), "Select: cond must be boolean, got i64[2]"),
    (ops.PReLU(), (X, t("f32[4]")), "PReLU: slope [4] does not broadcast to data [N,3,8,8]"),
    (ops.PReLU(), (t("f32[3]"), t("f32[2,3]")), "PReLU: slope [2,3] does not broadcast to data [3]"),
    (ops.Swish(), (X, t("f32[2]")), "Swish: beta must hold one number, got f32[2]"),
    (ops.Add(), (X,), "Add needs 2 inputs (a, b), 1 given"),
    (ops.ReLU(), (X, X), "ReLU takes at most 1 inputs, 2 given"),
    (conv(), (X, t("f32[5,4,3,3]")), "Convolution: data [N,3,8,8] has 3 channels, filters [5,4,3,3] take 4"),
    (conv(), (X, t("f32[5,3,3]")), "Convolution: filters [5,3,3] do not fit data [N,3,8,8]: ranks differ"),
    (conv(), (t("i64[1,3,8,8]"), t("i64[5,3,3,3]")), "Convolution: data must be of a floating-point type"),
    (conv(), (t("f32[3,8]"), t("f32[5,3]")), "Convolution: data must have rank 3 or 4 or 5, got f32[3,8]"),
    (conv(), (X, t("f32[5,3,9,3]")),
     "Convolution: the kernel spans 9 elements of spatial axis 0, which has 8 and 0+0 of padding"),
    (conv(dilations=(1, 4)), (X, t("f32[5,3,1,4]")),
     "Convolution: the kernel spans 13 elements of spatial axis 1, which has 8 and 0+0 of padding"),
    (conv(strides=(0, 1)), (X, t("f32[5,3,3,3]")), "Convolution: strides is [0, 1], every number must be at least 1"),
    (conv(dilations=(1, -1)), (X, t("f32[5,3,3,3]")), "Convolution: dilations is [1, -1], every number must be at"),
    (conv(strides=(1,)), (X, t("f32[5,3,3,3]")), "Convolution: strides has 1 numbers for 2 spatial axes"),
    (conv(begin=(-1, 0)), (X, t("f32[5,3,3,3]")), "Convolution: pads_begin is [-1, 0], padding must not be negative"),
    (conv(), (X, t("f32[5,3,0,3]")), "Convolution: kernel is [0, 3], every number must be at least 1"),
    (conv(), (X, t("f32[5,3,K,3]")), "Convolution: the kernel's size [K,3] must be known at compile time"),
    (ops.GroupConvolution((1, 1), (0, 0), (0, 0), (1, 1)), (X, t("f32[2,5,2,3,3]")),
     "GroupConvolution: channels of data [N,3,8,8] and of filters differ: 3 and 4"),
    (ops.ConvolutionBackpropData((1, 1), (3, 3), (3, 3), (1, 1)), (t("f32[1,3,2,2]"), t("f32[3,5,2,2]")),
     "ConvolutionBackpropData: spatial axis 0 has 3 elements before 3+3 are cut off"),
    (pool(kernel=(9, 9)), (X,), "MaxPool: the kernel spans 9 elements of spatial axis 0"),
    (pool(kernel=(0, 2)), (X,), "MaxPool: kernel is [0, 2], every number must be at least 1"),
    (pool(kernel=(2,)), (X,), "MaxPool: kernel has 1 numbers for 2 spatial axes"),
    (ops.MatMul(), (t("f32[2,3]"), t("f32[4,5]")), "MatMul: [2,3] times [4,5]: inner dimensions 3 and 4 differ"),
    (ops.MatMul(False, True), (t("f32[2,3]"), t("f32[4,5]")),
     "MatMul: [2,3] times [4,5] transposed: inner dimensions 3 and 5 differ"),
    (ops.MatMul(), (t("f32[]"), t("f32[4,5]")), "MatMul: the inputs must be tensors of numbers of rank 1 or more"),
    (ops.SoftMax(-1), (X,), "SoftMax: axis -1 is negative, which opset8 introduced"),
    (ops.Softmax8(4), (X,), "SoftMax: axis 4 is outside a tensor of rank 4"),
    (ops.BatchNormInference(1e-3), (X, t("f32[3]"), t("f32[3]"), t("f32[4]"), t("f32[3]")),
     "BatchNormInference: mean is [4], data [N,3,8,8] needs [3]"),
    (ops.GroupNormalization(2, 1e-3), (X, t("f32[3]"), t("f32[3]")),
     "GroupNormalization: dimension 1 of [N,3,8,8] does not divide into 2"),
    (ops.MVN(1e-3), (X, v(1, 1)), "MVN: axes [1, 1] name one axis twice"),
    (ops.ReduceSum(), (X, v(4)), "ReduceSum: axis 4 is outside a tensor of rank 4"),
    (ops.ReduceSum(), (X, t("f32[1]")), "ReduceSum: axes must be a scalar or a vector of integers, got f32[1]"),
    (ops.Reshape(), (t("f32[2,3]"), v(4, 2)), "Reshape: [2,3] has 6 elements, [4,2] has 8"),
    (ops.Reshape(), (t("f32[2,3]"), v(-1, -1)), "Reshape: [-1,-1] holds -1 2 times, at most one is allowed"),
    (ops.Reshape(), (t("f32[2,3]"), v(-1, 4)), "Reshape: [2,3] with 6 elements does not divide into [-1,4]"),
    (ops.Reshape(), (t("f32[N,3]"), v(-1, 4)),
     "Reshape: [N,3] with 3*N elements does not divide into [-1,4] for every value of the symbols"),
    (ops.Reshape(), (t("f32[N,3]"), v(2, 3)), "for every value of the symbols; fixing the input shapes may help"),
    (ops.Reshape(), (t("f32[2,3]"), v(-2, 3)), "Reshape: [-2,3] holds the negative dimension -2"),
    (ops.Reshape(True), (t("f32[2]"), v(2, 0)), "Reshape: [2,0] copies dimension 1 of [2], which has no such"),
    (ops.Reshape(), (t("f32[0,3]"), v(0, -1)), "Reshape: -1 in [0,-1] is undetermined, the other dimensions' product"),
    (ops.Squeeze(), (t("f32[1,3]"), v(1)), "Squeeze: dimension 1 of [1,3] is 3, not 1"),
    (ops.Unsqueeze(), (t("f32[3]"), v(0, 0)), "Unsqueeze: axes [0, 0] name one axis twice"),
    (ops.Transpose(), (X, v(0, 1, 2, 2)), "Transpose: order [0, 1, 2, 2] is not a permutation of the 4 axes of f32[N,"),
    (ops.Concat(1), (X, t("f32[N,3,8,9]")),
     "Concat: input 1 is [N,3,8,9], input 0 is [N,3,8,8]: they may differ only along axis 1"),
    (ops.Concat(1), (X, t("i64[N,3,8,8]")), "Concat: input 1 is i64, input 0 is f32"),
    (ops.Concat(7), (X, X), "Concat: axis 7 is outside a tensor of rank 4"),
    (ops.Split(2), (X, s(1)), "Split: dimension 1 of [N,3,8,8] does not divide into 2 equal parts"),
    (ops.Split(10**9), (X, s(2)), "Split: dimension 2 of [N,3,8,8] does not divide into 1000000000 equal parts"),
    (ops.VariadicSplit(), (X, s(1), v(1, 1)), "VariadicSplit: lengths [1,1] do not add up to the dimension, 3"),
    (ops.VariadicSplit(), (X, s(1), v(-1, -1)), "VariadicSplit: lengths [-1,-1] hold -1 2 times"),
    (ops.VariadicSplit(), (X, s(1), v(-2, 5)), "VariadicSplit: lengths [-2,5] hold a negative length"),
    (ops.Slice(), (X, v(0), v(1), v(0), v(0)), "Slice: the step is 0"),
    (ops.Slice(), (X, v(0, 0), v(1), v(1), v(0)), "Slice: start, stop, step and axes have 2, 1, 1 and 1 elements"),
    (ops.StridedSlice((0,), (0,)), (X, v(0), v(1), v(0)), "StridedSlice: the stride at position 0 is 0"),
    (ops.StridedSlice((0, 0), (0, 0), shrink_axis_mask=(0, 1)), (X, v(0, 3), v(1, 4), v(1, 1)),
     "StridedSlice: index 3 is outside dimension 1 of [N,3,8,8]"),
    (ops.StridedSlice((0,) * 5, (0,) * 5), (X, v(*(0,) * 5), v(*(1,) * 5), v(*(1,) * 5)),
     "StridedSlice: 5 axes are sliced, the data has rank 4"),
    (ops.Gather(), (X, v(0, 3), s(1)), "Gather: index 3 is outside an axis of 3 elements"),
    (ops.Gather(), (X, v(-4), s(1)), "Gather: index -4 is outside an axis of 3 elements"),
    (ops.Gather(), (X, t("f32[2]"), s(1)), "Gather: indices must be of an integer type, got f32[2]"),
    (ops.Gather(1), (t("f32[2,3]"), t("i64[4,1]"), s(1)), "Gather: dimensions 0 of data and indices differ: 2 and 4"),
    (ops.GatherND(), (t("f32[2,3]"), t("i64[4,3]")), "GatherND: rows of 3 indices do not fit data [2,3]"),
    (ops.Broadcast(), (t("f32[3]"), v(2, 4)), "Broadcast: shapes [3] and [2,4] do not broadcast (3 against 4)"),
    (ops.Broadcast(), (t("f32[3]"), v(2, 1)), "Broadcast: [3] does not broadcast to [2,1]"),
    (ops.Broadcast("explicit"), (t("f32[3]"), v(3, 2)), "Broadcast: mode explicit needs the input axes_mapping"),
    (ops.Tile(), (t("f32[3]"), v(-1)), "Tile: repeats [-1] hold a negative number"),
    (ops.Pad("reflect"), (t("f32[3]"), v(3), v(0)), "Pad: mode reflect gives at most 2 elements for dimension 0, 3"),
    (ops.Pad(), (t("f32[3]"), v(1, 1), v(1)), "Pad: pads_begin and pads_end have 2 and 1 elements, arg is [3]"),
    (ops.Pad(), (t("f32[3]"), v(-4), v(2)), "Pad: pads -4 and 2 take more than dimension 0, 3, has"),
    (ops.DepthToSpace("blocks_first", 2), (X,), "DepthToSpace: dimension 1 of [N,3,8,8] does not divide into 4"),
    (ops.ShuffleChannels(1, 2), (X,), "ShuffleChannels: dimension 1 of [N,3,8,8] does not divide into 2"),
    (ops.TopK(1, "max", "value"), (X, s(-1)), "TopK: k is -1, axis 1 of [N,3,8,8] has 3 elements"),
    (ops.TopK(1, "max", "value"), (X, s(4)), "TopK: k is 4, axis 1 of [N,3,8,8] has 3 elements"),
    (ops.OneHot(-1), (t("i64[2]"), s(0), t("f32[]"), t("f32[]")), "OneHot: depth is 0, must be at least 1"),
    (ops.Range("i64"), (s(0), s(9), s(0)), "Range: step is 0"),
    (ops.FakeQuantize(256), (X, t("f32[5]"), t("f32[]"), t("f32[]"), t("f32[]")),
     "FakeQuantize: shapes [N,3,8,8] and [5] do not broadcast (8 against 5)"),
    (ops.LSTMCell(7), (t("f32[N,5]"), t("f32[N,7]"), t("f32[N,6]"), t("f32[28,5]"), t("f32[28,7]"), t("f32[28]")),
     "LSTMCell: c is [N,6], must be [N,7]"),
    (ops.GRUSequence(7), (t("f32[N,4,5]"), t("f32[N,1,7]"), t("i64[3]"), t("f32[1,21,5]"), t("f32[1,21,7]"),
                          t("f32[1,21]")), "GRUSequence: sequence_lengths must be integers of shape [N], got i64[3]"),
    (ops.Tile(), (t("f32[1024,1024,1024]"), v(1, 1, 2**12)), "would have more than 2^40 elements"),
    (ops.Unsqueeze(), (t("f32[2]"), v(*range(64))), "Unsqueeze: the output would have 65 dimensions, at most 64"),
    (pool(begin=(2**40, 0)), (X,), "would have more than 2^40 elements"),
]  # fmt: skip


@pytest.mark.parametrize(("op", "types", "message"), CASES, ids=[f"{i}-{case[0].type}" for i, case in enumerate(CASES)])
def test_infer_refuses(op: Op, types: tuple[TensorType, ...], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.types(*types)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ops.Clamp(2.0, 1.0), "Clamp: min 2.0 is greater than max 1.0"),
        (lambda: ops.Clamp(float("nan"), 1.0), "Clamp: min nan is greater than max 1.0"),
        (lambda: ops.Pad("wrap"), "Pad: pad_mode is 'wrap', must be one of constant, edge, reflect, symmetric"),
        (lambda: ops.Round("up"), "Round: mode is 'up', must be one of half_to_even, half_away_from_zero"),
        (lambda: ops.Split(0), "Split: num_splits is 0, must be at least 1"),
        (lambda: ops.FakeQuantize(1), "FakeQuantize: levels is 1, must be at least 2"),
        (lambda: ops.DepthToSpace("blocks_first", 0), "DepthToSpace: block_size is 0, must be at least 1"),
        (lambda: conv(auto_pad="same"), "Convolution: auto_pad is 'same', must be one of explicit, same_upper"),
        (lambda: ops.LRN(1.0, 1.0, 1.0, 0), "LRN: size is 0, must be at least 1"),
        (lambda: ops.LSTMCell(4, activations=("tanh",)), "LSTMCell: 1 activations given, 3 needed"),
        (lambda: ops.LSTMCell(4, clip=-1), "LSTMCell: clip is -1.0, must not be negative"),
        (lambda: ops.GRUSequence(4, direction="back"), "GRUSequence: direction is 'back', must be one of forward"),
        (
            lambda: ops.Interpolate("nearest", "sizes", pads_begin=(-1,)),
            "Interpolate: pads_begin is (-1,), must not",
        ),
    ],
)
def test_attributes_are_refused(make, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert message in str(caught.value)


def test_an_unknown_activation_is_unsupported() -> None:
    with pytest.raises(
        UnsupportedError, match=r"GRUCell: activation 'swish' is not supported \(sigmoid, tanh, relu, affine, elu,"
    ):
        ops.GRUCell(4, activations=("sigmoid", "swish"))


def test_every_refusal_is_for_the_user() -> None:
    """A sweep of wrong types through every operation raises nothing but our own errors."""
    wrong = [t("f32[]"), t("i64[0]"), t("boolean[2,3]"), t("f32[N,M]"), t("u8[1,1,1,1,1,1]"), v(5, -7, 2**62), s(-1)]
    for case in all_cases():
        types = case.types()
        for i in range(len(types)):
            for bad in wrong:
                mutated = (*types[:i], bad, *types[i + 1 :])
                with contextlib.suppress(DldtError):
                    case.op.types(*mutated)
