"""Quantised models: integers of 8 bits with the range of what they stand for, given beside them as two numbers.

i8 stands for -r to r in steps of r / 127, where r is the larger end of the range; u8 for 0 to r in 255. Products sum to
i32, whose range is that of as many steps; here they are kept as floats of the same whole numbers, as long as no output
of the model needs them. Where MXNet's arithmetic differs from that, as in the steps of ``dequantize``, so does ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, ReLU
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceMax, ReduceMin
from dldt.compiler.ops.rounding import Abs, Floor, Negative, Round, Sign
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, cast, ints, number
from dldt.frontends.mxnet.ops.convolution import convolution, fully_connected
from dldt.frontends.mxnet.ops.pooling import pooling
from dldt.frontends.mxnet.ops.reshaping import flatten

Quantized = tuple[Value, Value, Value]
_STEPS = {DType.i8: 127.0, DType.u8: 255.0, DType.i32: float(2**31 - 1), DType.f32: float(2**31 - 1)}
"""How many steps lie between 0 and the end of the range; floats hold sums."""
_READ_STEPS = {**_STEPS, DType.i8: 127.5, DType.u8: 255.5}
"""The same, of MXNet's quantize_v2 and dequantize."""
_TYPES = {"int8": DType.i8, "uint8": DType.u8}


@MXNET.imports("_contrib_quantize_v2")
def quantize_v2(
    data: Value,
    *,
    out_type: str = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> Quantized:
    """Of the range that is given, or that of the data. `auto`: u8 where the given range has nothing below 0."""
    low, high = _limits(data, min_calib_range, max_calib_range)
    if data.type.dtype in (DType.i8, DType.u8):
        return data, low, high
    return _quantized(data, low, high, _wanted(out_type, min_calib_range), _READ_STEPS)


@MXNET.imports("_contrib_quantize")
def quantize(data: Value, min_range: Value, max_range: Value, *, out_type: str = "uint8") -> Quantized:
    """Of a range that is computed."""
    dtype = _wanted(out_type, None)
    return _quantized(data, _scalar(min_range), _scalar(max_range), dtype)


@MXNET.imports("_contrib_requantize")
def requantize(
    data: Value,
    min_range: Value,
    max_range: Value,
    *,
    out_type: str = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> Quantized:
    """Sums to 8 bits."""
    given = Multiply()(_whole(data), _level(data, min_range, max_range))
    low, high = _limits(given, min_calib_range, max_calib_range)
    return _quantized(given, low, high, _wanted(out_type, min_calib_range), least=-128)


@MXNET.imports("_contrib_dequantize")
def dequantize(data: Value, min_range: Value, max_range: Value, *, out_type: str = "float32") -> Value:
    """What the integers stand for."""
    one_of("out_type", out_type, ("float32",))
    return Multiply()(_whole(data), _level(data, min_range, max_range, _READ_STEPS))


@MXNET.imports("_contrib_quantized_conv")
def quantized_conv(
    data: Value,
    weight: Value,
    bias: Value | None,
    min_data: Value,
    max_data: Value,
    min_weight: Value,
    max_weight: Value | None = None,
    min_bias: Value | None = None,
    max_bias: Value | None = None,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...] = (),
    dilate: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    num_filter: int,
    num_group: int = 1,
    no_bias: bool = False,
    layout: str | None = None,
) -> Quantized:
    """Sums of products of integers. Of u8 MXNet takes the steps for those of i8, and adds the bias as it is."""
    given = (bias, min_data, max_data, min_weight, max_weight, min_bias, max_bias)
    own, ranges, rest = _inputs(given, no_bias)
    sums = convolution(
        _whole(data),
        _whole(weight),
        kernel=kernel,
        stride=stride,
        dilate=dilate,
        pad=pad,
        num_filter=num_filter,
        num_group=num_group,
        no_bias=True,
        layout=layout,
    )
    level = _product_level(data, weight, ranges, {**_STEPS, DType.u8: _STEPS[DType.i8]})
    if own is None or data.type.dtype is DType.i8:
        return _summed(sums, level, None if own is None else _steps(own, rest, level), channels=1)
    return _summed(sums, level, _whole(own), channels=1)


@MXNET.imports("_contrib_quantized_fully_connected")
def quantized_fully_connected(
    data: Value,
    weight: Value,
    bias: Value | None,
    min_data: Value,
    max_data: Value,
    min_weight: Value,
    max_weight: Value | None = None,
    min_bias: Value | None = None,
    max_bias: Value | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
) -> Quantized:
    """As before, of a matrix."""
    given = (bias, min_data, max_data, min_weight, max_weight, min_bias, max_bias)
    own, ranges, rest = _inputs(given, no_bias)
    sums = fully_connected(_whole(data), _whole(weight), num_hidden=num_hidden, no_bias=True, flatten=flatten)
    level = _product_level(data, weight, ranges)
    if own is None:
        return _summed(sums, level, None)
    read = Multiply()(level, number(_STEPS[data.type.dtype] / _READ_STEPS[data.type.dtype], level))
    return _summed(sums, level, _steps(own, rest, read), channels=sums.type.rank - 1)


@MXNET.imports("_contrib_quantized_elemwise_add")
def quantized_elemwise_add(
    lhs: Value,
    rhs: Value,
    lhs_min: Value,
    lhs_max: Value,
    rhs_min: Value,
    rhs_max: Value,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> Quantized:
    """The sum of what both stand for: i32, or 8 bits where its range is given."""
    given = ((lhs, lhs_min, lhs_max), (rhs, rhs_min, rhs_max))
    total = Add()(*(Multiply()(_whole(x), _level(x, low, high, _READ_STEPS)) for x, low, high in given))
    if min_calib_range is not None and max_calib_range is not None:
        low, high = _limits(total, min_calib_range, max_calib_range)
        signed = DType.i8 in (lhs.type.dtype, rhs.type.dtype)
        step = Divide()(_largest(low, high), number(_READ_STEPS[DType.i8 if signed else DType.u8], low))
        made = _rounded(Divide()(total, step), DType.i8 if signed else DType.u8, least=-128)
        return made, _vector(low), _vector(high)
    first, second = (_largest(_scalar(low), _scalar(high)) for _, low, high in given)
    end: Value = Add()(first, second)
    whole = Round("half_to_even")(Multiply()(total, Divide()(number(_STEPS[DType.i32], end), end)))
    return Convert(DType.i32)(whole), _vector(Negative()(end)), _vector(end)


@MXNET.imports("_contrib_quantized_elemwise_mul")
def quantized_elemwise_mul(
    lhs: Value,
    rhs: Value,
    lhs_min: Value,
    lhs_max: Value,
    rhs_min: Value,
    rhs_max: Value,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: bool = False,
) -> tuple[Value, ...]:
    """The product of the integers."""
    level = _product_level(lhs, rhs, (lhs_min, lhs_max, rhs_min, rhs_max))
    product = Multiply()(_whole(lhs), _whole(rhs))
    if enable_float_output:
        return (Multiply()(product, level),)
    if min_calib_range is not None and max_calib_range is not None:
        low, high = _limits(product, min_calib_range, max_calib_range)
        return _quantized(Multiply()(product, level), low, high, DType.i8)
    return _summed(product, level, None)


@MXNET.imports("_contrib_quantized_act")
def quantized_act(data: Value, min_data: Value, max_data: Value, *, act_type: str) -> Quantized:
    """The integers that are not below 0."""
    if act_type != "relu":
        raise UnsupportedError(f"act_type {act_type} of integers is not one that MXNet computes; it must be relu")
    return Convert(data.type.dtype)(ReLU()(_whole(data))), min_data, max_data


@MXNET.imports("_contrib_quantized_pooling")
def quantized_pooling(
    data: Value,
    min_data: Value,
    max_data: Value,
    *,
    kernel: tuple[int, ...] = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: str | None = None,
) -> Quantized:
    """The largest integer of each window, or their mean, rounded."""
    one_of("pool_type", pool_type, ("max", "avg"))
    made = pooling(
        _whole(data),
        kernel=kernel,
        pool_type=pool_type,
        global_pool=global_pool,
        pooling_convention=pooling_convention,
        stride=stride,
        pad=pad,
        p_value=p_value,
        count_include_pad=count_include_pad,
        layout=layout,
    )
    return _rounded(made, data.type.dtype), min_data, max_data


@MXNET.imports("_contrib_quantized_flatten")
def quantized_flatten(data: Value, min_data: Value, max_data: Value) -> Quantized:
    """A matrix: all axes but the batch in one."""
    return flatten(data), min_data, max_data


@MXNET.imports("_contrib_quantized_concat")
def quantized_concat(*data: Value, dim: int = 1) -> Quantized:
    """Parts in a row, all with the steps of the one whose range is largest. Behind the parts stand their ends, the
    lower and the upper one of each in turn."""
    if len(data) % 3:
        raise InputError(f"{len(data)} inputs are not parts with two ends each")
    count = len(data) // 3
    parts, ends = data[:count], data[count:]
    lows, highs = ([_scalar(value) for value in ends[start::2]] for start in (0, 1))
    low, high = lows[0], highs[0]
    for other, upper in zip(lows[1:], highs[1:], strict=True):
        low, high = _least(low, other), Maximum()(high, upper)
    dtype = DType.i8 if any(part.type.dtype is DType.i8 for part in parts) else DType.u8
    step = Divide()(_largest(low, high), number(_STEPS[dtype], low))
    scaled = [
        _rounded(Multiply()(_whole(part), Divide()(_level(part, lo, hi), step)), dtype)
        for part, lo, hi in zip(parts, lows, highs, strict=True)
    ]
    return Concat(axis_of(dim, parts[0]))(*scaled), _vector(low), _vector(high)


@MXNET.imports("_contrib_quantized_embedding")
def quantized_embedding(
    data: Value,
    weight: Value,
    min_weight: Value,
    max_weight: Value,
    *,
    input_dim: int,
    output_dim: int,
    dtype: str = "float32",
) -> Quantized:
    """Rows of integers."""
    places = Clamp(0.0, float(input_dim - 1))(cast(data, DType.i64))
    return Gather()(weight, places, np.array(0, np.int64)), min_weight, max_weight


@MXNET.imports("_contrib_quantized_batch_norm")
def quantized_batch_norm(
    data: Value,
    gamma: Value,
    beta: Value,
    moving_mean: Value,
    moving_var: Value,
    min_data: Value,
    max_data: Value,
    *,
    eps: float = 1e-3,
    fix_gamma: bool = True,
    output_mean_var: bool = False,
    axis: int = 1,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> Quantized:
    """The normalised numbers, quantised to the given range. MXNet multiplies by gamma in any case."""
    if min_calib_range is None or max_calib_range is None or output_mean_var:
        raise UnsupportedError("the range of its output must be given: calibrate the model (calib_mode=naive)")
    shape = tuple(gamma.type.shape[0] if k == axis_of(axis, data) else 1 for k in range(data.type.rank))
    spread = Divide()(number(1, gamma), Sqrt()(Add()(moving_var, number(eps, moving_var))))
    scale = Multiply()(gamma, spread)
    shift = Subtract()(beta, Multiply()(moving_mean, scale))
    given = Multiply()(_whole(data), _level(data, min_data, max_data, _READ_STEPS))
    made = Add()(Multiply()(given, reshaped(scale, shape)), reshaped(shift, shape))
    low, high = _limits(made, min_calib_range, max_calib_range)
    return _quantized(made, low, high, DType.i8, _READ_STEPS)[0], _vector(low), _vector(high)


def _wanted(out_type: str, least: float | None) -> DType:
    """The type of 8 bits; `auto`: by the lower end that is given."""
    one_of("out_type", out_type, ("auto", *_TYPES))
    if out_type == "auto":
        return DType.u8 if least is not None and least >= 0 else DType.i8
    return _TYPES[out_type]


def _limits(x: Value, low: float | None, high: float | None) -> tuple[Value, Value]:
    """The ends of a range: given ones, or those of the numbers, as scalars."""
    graph = x.graph
    if low is not None and high is not None:
        return graph.constant(np.array(low, np.float32)), graph.constant(np.array(high, np.float32))
    axes = ints(*range(x.type.rank))
    return ReduceMin(False)(x, axes), ReduceMax(False)(x, axes)


def _quantized(
    x: Value, low: Value, high: Value, dtype: DType, steps: Mapping[DType, float] = _STEPS, least: float = -127
) -> Quantized:
    """Whole steps of x; those of i8 have the range's larger end on both sides."""
    end = _largest(low, high) if dtype is DType.i8 else high
    made = _rounded(Multiply()(x, Divide()(number(steps[dtype], end), end)), dtype, least)
    return (made, _vector(Negative()(end)), _vector(end)) if dtype is DType.i8 else (made, _vector(low), _vector(high))


def _rounded(x: Value, dtype: DType, least: float = -127) -> Value:
    low, high = dtype.bounds
    made: Value = Convert(dtype)(Clamp(max(float(low), least), float(high))(Round("half_to_even")(x)))
    return made


def _whole(x: Value) -> Value:
    """The integers as floats; sums have been such."""
    source = x.inputs[0] if isinstance(x.op, Convert) and x.type.dtype is DType.i32 else None
    return source if source is not None and source.type.dtype is DType.f32 else cast(x, DType.f32)


def _level(x: Value, low: Value, high: Value, steps: Mapping[DType, float] = _STEPS) -> Value:
    """What one step of x stands for."""
    if x.type.dtype not in steps:
        raise InputError(f"{x.type} is no quantised tensor")
    end = _largest(_scalar(low), _scalar(high))
    made: Value = Divide()(end, number(steps[x.type.dtype], end))
    return made


def _product_level(a: Value, b: Value, ranges: Sequence[Value], steps: Mapping[DType, float] = _STEPS) -> Value:
    """What a product of one step each stands for."""
    made: Value = Multiply()(_level(a, ranges[0], ranges[1], steps), _level(b, ranges[2], ranges[3], steps))
    return made


def _inputs(
    given: tuple[Value | None, ...], no_bias: bool
) -> tuple[Value | None, tuple[Value, ...], tuple[Value, ...]]:
    """The bias, the ranges of data and weight, that of the bias: without a bias all inputs stand one further front."""
    ranges = tuple(value for value in (given if no_bias else given[1:]) if value is not None)
    if len(ranges) != (4 if no_bias else 6):
        raise InputError(f"{len(ranges)} ends of ranges are given, {4 if no_bias else 6} are needed")
    return None if no_bias else given[0], ranges[:4], ranges[4:]


def _steps(bias: Value, ends: Sequence[Value], level: Value) -> Value:
    """The bias in steps of ``level``, cut off towards 0."""
    steps = Multiply()(_whole(bias), Divide()(_level(bias, ends[0], ends[1]), level))
    made: Value = Multiply()(Sign()(steps), Floor()(Abs()(steps)))
    return made


def _summed(sums: Value, level: Value, bias: Value | None, channels: int = 0) -> Quantized:
    """The sums with the bias, in steps of ``level``, as i32."""
    if bias is not None:
        shape = tuple(bias.type.shape[0] if k == channels else 1 for k in range(sums.type.rank))
        sums = Add()(sums, reshaped(bias, shape))
    end: Value = Multiply()(level, number(_STEPS[DType.i32], level))
    return Convert(DType.i32)(sums), _vector(Negative()(end)), _vector(end)


def _largest(low: Value, high: Value) -> Value:
    made: Value = Maximum()(Abs()(low), Abs()(high))
    return made


def _least(a: Value, b: Value) -> Value:
    made: Value = Negative()(Maximum()(Negative()(a), Negative()(b)))
    return made


def _scalar(x: Value) -> Value:
    if x.type.elements != 1:
        raise InputError(f"the end of a range must be one number, not {x.type}")
    return reshaped(x, ())


def _vector(x: Value) -> Value:
    return reshaped(x, (1,))
