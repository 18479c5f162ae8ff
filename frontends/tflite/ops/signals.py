"""Fourier transforms. A complex tensor is a pair of numbers along a last axis that only importers see."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.fourier import RDFT
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.unary import Sqrt
from dldt.frontends.engine.known import required_ints
from dldt.frontends.tflite.framework import TFLITE


@TFLITE.imports("RFFT2D")
def rfft2d(input: Value, fft_length: Value) -> Value:
    """The transform of real numbers along the last two axes."""
    rank = input.type.rank
    if rank < 2:
        raise UnsupportedError(f"RFFT2D needs data of rank 2 or more, not {input.type}")
    sizes = required_ints(fft_length, "input 'fft_length'")
    return RDFT()(input, np.array([rank - 2, rank - 1], np.int64), np.array(sizes, np.int64))


@TFLITE.imports("REAL")
def real(input: Value) -> Value:
    """The real parts."""
    return _part(input, 0)


@TFLITE.imports("IMAG")
def imag(input: Value) -> Value:
    """The imaginary parts."""
    return _part(input, 1)


@TFLITE.imports("COMPLEX_ABS")
def complex_abs(input: Value) -> Value:
    """The distances from 0."""
    first, second = _part(input, 0), _part(input, 1)
    return Sqrt()(Add()(Multiply()(first, first), Multiply()(second, second)))


def _part(pair: Value, which: int) -> Value:
    return Gather()(pair, np.array(which, np.int64), np.array(-1, np.int64))
