"""Fourier transforms as products with matrices of sines and cosines: DFT, STFT."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalOr
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Cos, Sin
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.framework import ONNX

_ROWS, _COLUMNS = np.array([0], np.int64), np.array([1], np.int64)


@ONNX.imports("DFT", since=17)
def dft_17(
    input: Value, dft_length: Value | None = None, *, axis: int = 1, inverse: int = 0, onesided: int = 0
) -> Value:
    """The discrete Fourier transform along the axis of real (last dim 1) or complex numbers (2)."""
    return _dft(input, dft_length, input.graph.constant(_number(axis)), bool(inverse), bool(onesided))


@ONNX.imports("DFT", since=20)
def dft_20(
    input: Value, dft_length: Value | None = None, axis: Value | None = None, *, inverse: int = 0, onesided: int = 0
) -> Value:
    """As before, the axis as an input; a one-sided spectrum may be transformed back."""
    along = input.graph.constant(_number(-2)) if axis is None else axis
    return _dft(input, dft_length, along, bool(inverse), bool(onesided))


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
    if window is None and frame_length is None:
        raise InputError("one of window and frame_length must be given")
    step, size = _scalar(frame_step), None if frame_length is None else _scalar(frame_length)
    if size is None:
        size = _size(ShapeOf()(window), 0)
    room = Subtract()(_size(ShapeOf()(signal), 1), size)
    begins = Multiply()(_numbers(Add()(Divide()(room, step), _number(1))), step)
    places = Add()(Unsqueeze()(begins, _COLUMNS), Unsqueeze()(_numbers(size), _ROWS))
    frames = Gather()(signal, places, _number(1))
    if window is not None:
        frames = Multiply()(frames, Unsqueeze()(window, _COLUMNS))
    return _dft(frames, None, signal.graph.constant(_number(2)), False, bool(onesided))


def _dft(x: Value, dft_length: Value | None, axis: Value, inverse: bool, onesided: bool) -> Value:
    rank, width = x.type.rank, x.type.shape[-1] if x.type.rank else 0
    if rank < 2 or width not in (1, 2):
        raise InputError(f"the last dim of {x.type} must be 1 (real numbers) or 2 (complex numbers)")
    parts = Transpose()(x, np.array([rank - 1, *range(rank - 1)]))  # [1 or 2, …]
    rows = _SignalRows(parts, axis)
    given = _size(ShapeOf()(rows.matrix), 1)
    back = inverse and onesided
    length = given if dft_length is None else _scalar(dft_length)
    if back and dft_length is None:
        length = Multiply()(Subtract()(given, _number(1)), _number(2))
    used = Minimum()(given, _half(length) if back else length)
    made = _half(length) if onesided and not inverse else length
    turns = FloorMod()(Multiply()(Unsqueeze()(_numbers(made), _COLUMNS), Unsqueeze()(_numbers(used), _ROWS)), length)
    wide = Convert(DType.f64)(length)
    angle = Divide()(Multiply()(Convert(DType.f64)(turns), np.array(2 * np.pi)), wide)
    cosine, sine = Cos()(angle), Sin()(angle)
    if inverse:
        share = Divide()(x.graph.constant(np.array(1.0)), wide)
        share = Multiply()(share, _counted(used, length)) if back else share
        cosine, sine = Multiply()(cosine, share), Multiply()(sine, Multiply()(share, np.array(-1.0)))
    data = Slice()(rows.matrix, _ROWS, reshaped(used, (1,)), _COLUMNS, _COLUMNS)
    even, odd = (rows.back(MatMul()(Convert(x.type.dtype)(each), data), made) for each in (cosine, sine))
    real = _item(even, 0) if width == 1 else Add()(_item(even, 0), _item(odd, 1))
    if back:
        return Unsqueeze()(real, np.array([-1]))
    zero = x.graph.constant(np.array(0, x.type.dtype.numpy))
    imaginary = Subtract()(zero if width == 1 else _item(even, 1), _item(odd, 0))
    return Concat(rank - 1)(*(Unsqueeze()(part, np.array([-1])) for part in (real, imaginary)))


class _SignalRows:
    """The numbers along an axis as columns of a batch of matrices [before, along, behind], and back. The first axis
    holds the parts of complex numbers, which stood last."""

    def __init__(self, parts: Value, axis: Value) -> None:
        rank, known = parts.type.rank, known_array(axis)
        at = _scalar(axis)
        place = Add()(Select()(Less()(at, _number(0)), Add()(at, _number(rank)), at), _number(1))
        self._shape, self._rank = ShapeOf()(parts), rank
        self._at = None if known is None else int(known.reshape(())) % rank + 1
        if self._at is None:
            self._axes = ComputedAxes(place, rank)
            self.matrix = self._axes.between(parts)
            return
        if self._at >= rank:
            raise InputError(f"axis {known} is none of the {rank} axes of the signal")
        before, behind = (self._sizes(low, high) for low, high in ((0, self._at), (self._at + 1, rank)))
        along = self._sizes(self._at, self._at + 1)
        self.matrix = Reshape()(parts, Concat(0)(_product(before), along, _product(behind)))

    def back(self, matrix: Value, size: Value) -> Value:
        """The tensor that has ``size`` numbers along the axis."""
        if self._at is None:
            return Reshape()(matrix, Select()(self._axes.mask, size, self._shape))
        before, behind = self._sizes(0, self._at), self._sizes(self._at + 1, self._rank)
        return Reshape()(matrix, Concat(0)(before, reshaped(size, (1,)), behind))

    def _sizes(self, low: int, high: int) -> Value:
        return Slice()(self._shape, np.array([low]), np.array([high]), _COLUMNS)


def _product(sizes: Value) -> Value:
    return ReduceProd(True)(sizes, _ROWS)


def _item(x: Value, which: int) -> Value:
    return Gather()(x, _number(which), _number(0))


def _counted(used: Value, length: Value) -> Value:
    """How often each number of a one-sided spectrum is in the whole one: twice, but the first, and the middle one."""
    number = _numbers(used)
    single = LogicalOr()(Equal()(number, _number(0)), Equal()(Multiply()(number, _number(2)), length))
    return Select()(single, np.array(1.0), np.array(2.0))


def _half(length: Value) -> Value:
    return Add()(Divide()(length, _number(2)), _number(1))


def _numbers(count: Value) -> Value:
    return Range(DType.i64)(_number(0), count, _number(1))


def _size(shape: Value, axis: int) -> Value:
    return Gather()(shape, _number(axis), _number(0))


def _scalar(x: Value) -> Value:
    return reshaped(x if x.type.dtype is DType.i64 else Convert(DType.i64)(x), ())


def _number(value: int) -> Array:
    return np.array(value, np.int64)
