"""Fourier transforms, and what stands before and behind them: DFT, STFT, MelWeightMatrix."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.framing import frame_places
from dldt.compiler.ir.compositions.sizes import counted, number, scalar, size_of
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Power, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.fourier import DFT, IDFT, IRDFT, RDFT
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Floor
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.unary import Log
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.element_types import element_type
from dldt.frontends.onnx.framework import ONNX

_FIRST, _ONE, _LAST = np.array([0], np.int64), np.array([1], np.int64), np.array([-1], np.int64)


@ONNX.imports("DFT", since=17)
def dft_17(
    input: Value, dft_length: Value | None = None, *, axis: int = 1, inverse: int = 0, onesided: int = 0
) -> Value:
    """The discrete Fourier transform along the axis of real (last dim 1) or complex numbers (2)."""
    return _along(input, dft_length, axis, bool(inverse), bool(onesided))


@ONNX.imports("DFT", since=20)
def dft_20(
    input: Value, dft_length: Value | None = None, axis: Value | None = None, *, inverse: int = 0, onesided: int = 0
) -> Value:
    """As before, the axis as an input; a one-sided spectrum may be transformed back."""
    known = np.array(-2) if axis is None else known_array(axis)
    if known is not None:
        return _along(input, dft_length, int(known.reshape(())), bool(inverse), bool(onesided))
    assert axis is not None
    width, axes = _width(input), ComputedAxes(axis, input.type.rank)
    matrices = Reshape(True)(axes.between(input), np.array([0, 0, -1, width]))
    made = _transformed(matrices, dft_length, 1, bool(inverse), bool(onesided))
    shape = Select()(axes.mask, size_of(made, 1), ShapeOf()(input))
    before = Slice()(shape, _FIRST, np.array([input.type.rank - 1]), _ONE)
    return Reshape()(made, Concat(0)(before, np.array([made.type.shape[-1]], np.int64)))


@ONNX.imports("STFT", since=17)
def stft_17(
    signal: Value,
    frame_step: Value,
    window: Value | None = None,
    frame_length: Value | None = None,
    *,
    onesided: int = 1,
) -> Value:
    """The transforms of windows of the signal [B, L, 1 or 2], which begin at every `frame_step`-th element."""
    if signal.type.rank != 3:
        raise InputError(f"the signal must be of rank 3, it is {signal.type}")
    if frame_length is not None:
        size = scalar(frame_length)
    elif window is not None:
        size = size_of(window, 0)
    else:
        raise InputError("one of window and frame_length must be given")
    step = scalar(frame_step)
    count = Add()(Divide()(Subtract()(size_of(signal, 1), size), step), number(1))
    frames = Gather()(signal, frame_places(count, size, step), number(1))
    if window is not None:
        frames = Multiply()(frames, Unsqueeze()(window, _ONE))
    return _along(frames, None, 2, False, bool(onesided))


@ONNX.imports("MelWeightMatrix", since=17)
def mel_weight_matrix_17(
    num_mel_bins: Value,
    dft_length: Value,
    sample_rate: Value,
    lower_edge_hertz: Value,
    upper_edge_hertz: Value,
    *,
    output_datatype: int = 1,
) -> Value:
    """[dft_length / 2 + 1, num_mel_bins]: what each frequency has to say in each mel bin, a triangle between the bins
    beside it. All is computed in double precision, for its steps decide which frequencies belong to a bin."""
    bins, length = scalar(num_mel_bins), scalar(dft_length)
    low, high = (_mel(reshaped(Convert(DType.f64)(edge), ())) for edge in (lower_edge_hertz, upper_edge_hertz))
    points = Add()(bins, number(2))
    step = Divide()(Subtract()(high, low), Convert(DType.f64)(points))
    mels = Add()(Multiply()(Convert(DType.f64)(counted(points)), step), low)
    powers = Power()(bins.graph.constant(_f64(10.0)), Divide()(mels, _f64(2595.0)))
    hertz = Multiply()(Subtract()(powers, _f64(1.0)), _f64(700.0))
    scaled = Multiply()(Convert(DType.f64)(Add()(length, number(1))), hertz)
    edges = Floor()(Divide()(scaled, Convert(DType.f64)(reshaped(sample_rate, ()))))
    left, middle, right = (Gather()(edges, Add()(counted(bins), number(k)), number(0)) for k in range(3))
    place = Convert(DType.f64)(counted(Add()(Divide()(length, number(2)), number(1))))
    row = Unsqueeze()(place, _ONE)
    rising, falling = Subtract()(middle, left), Subtract()(right, middle)
    up = Select()(Greater()(rising, _f64(0)), Divide()(Subtract()(row, left), _not_zero(rising)), _f64(1))
    down = Divide()(Subtract()(right, row), _not_zero(falling))
    inside = LogicalAnd()(GreaterEqual()(row, left), LessEqual()(row, middle))
    behind = LogicalAnd()(GreaterEqual()(row, middle), Less()(row, right))
    made = Select()(behind, down, Select()(inside, up, _f64(0)))
    return Convert(element_type(output_datatype, "attribute 'output_datatype'"))(made)


def _along(x: Value, length: Value | None, axis: int, inverse: bool, onesided: bool) -> Value:
    rank = x.type.rank
    if not -rank <= axis < rank or axis % rank == rank - 1:
        raise InputError(f"axis {axis} is outside the {rank - 1} axes of the signal")
    return _transformed(x, length, axis % rank, inverse, onesided)


def _transformed(x: Value, length: Value | None, axis: int, inverse: bool, onesided: bool) -> Value:
    """The transform of real numbers (last dim 1) or pairs, as pairs; real numbers where half a spectrum goes back."""
    width, axes = _width(x), np.array([axis], np.int64)
    size = () if length is None else (Reshape()(scalar(length), _ONE),)
    if inverse and onesided:
        reals: Value = IRDFT()(_pairs(x, width), axes, *size)
        return Unsqueeze()(reals, _LAST)
    if onesided and width == 1:
        first: Value = RDFT()(Squeeze()(x, _LAST), axes, *size)
        return first
    made: Value = (IDFT() if inverse else DFT())(_pairs(x, width), axes, *size)
    if not onesided:
        return made
    half = Add()(Divide()(size_of(made, axis), number(2)), number(1))
    return Slice()(made, _FIRST, Reshape()(half, _ONE), _ONE, axes)


def _width(x: Value) -> int:
    width = x.type.shape[-1] if x.type.rank > 1 else 0
    if not isinstance(width, int):
        raise UnsupportedError(f"the last dim of {x.type} must be fixed: 1 for real numbers, 2 for complex ones")
    if width not in (1, 2):
        raise InputError(f"the last dim of {x.type} must be 1 (real numbers) or 2 (complex numbers)")
    return width


def _pairs(x: Value, width: int) -> Value:
    if width == 2:
        return x
    return Concat(x.type.rank - 1)(x, Broadcast()(x.graph.constant(np.array(0, x.type.dtype.numpy)), ShapeOf()(x)))


def _mel(hertz: Value) -> Value:
    """On the scale on which steps sound alike."""
    return Multiply()(Log()(Add()(Divide()(hertz, _f64(700.0)), _f64(1.0))), _f64(2595.0 / np.log(10.0)))


def _not_zero(x: Value) -> Value:
    return Select()(Equal()(x, _f64(0)), _f64(1), x)


def _f64(value: float) -> Array:
    return np.array(value, np.float64)
