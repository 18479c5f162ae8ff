"""Factors and summands for each number of a frame."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.frontends.engine.signature import Tensor, Vector
from dldt.frontends.kaldi.framework import KALDI


def fitted(x: Value, vector: Tensor) -> Tensor:
    """``vector`` as often as it takes to be as wide as a frame of ``x``."""
    width = x.type.shape[-1]
    if not isinstance(width, int) or not vector.size or width % vector.size:
        raise InputError(f"{vector.size} numbers do not fit frames of {width}")
    return np.tile(vector.reshape(1, -1), (1, width // vector.size))


@KALDI.imports("FixedScaleComponent")
def fixed_scale(x: Value, *, scales: Vector) -> Value:
    """x scales"""
    return Multiply()(x, fitted(x, scales))


@KALDI.imports("FixedBiasComponent")
def fixed_bias(x: Value, *, bias: Vector) -> Value:
    """x + bias"""
    return Add()(x, fitted(x, bias))


@KALDI.imports("PerElementScaleComponent")
@KALDI.imports("NaturalGradientPerElementScaleComponent")
def per_element_scale(x: Value, *, params: Vector) -> Value:
    """x params"""
    return Multiply()(x, fitted(x, params))


@KALDI.imports("PerElementOffsetComponent")
def per_element_offset(x: Value, *, offsets: Vector, dim: int = 0) -> Value:
    """x + offsets"""
    return Add()(x, fitted(x, offsets))


@KALDI.imports("ScaleAndOffsetComponent")
def scale_and_offset(x: Value, *, dim: int, scales: Vector, offsets: Vector) -> Value:
    """x scales + offsets, for each block of a frame."""
    return Add()(Multiply()(x, fitted(x, scales)), fitted(x, offsets))


@KALDI.imports("AddShift")
def add_shift(x: Value, *, shift_data: Vector) -> Value:
    """x + shift"""
    return Add()(x, fitted(x, shift_data))


@KALDI.imports("Rescale")
def rescale(x: Value, *, scale_data: Vector) -> Value:
    """x scale"""
    return Multiply()(x, fitted(x, scale_data))


@KALDI.imports("ScaleComponent")
def scale_component(x: Value, *, dim: int = 0, scale: float) -> Value:
    """x scale"""
    return Multiply()(x, scale)


@KALDI.imports("BackpropTruncationComponent")
def backprop_truncation(x: Value, *, dim: int = 0, scale: float = 1.0) -> Value:
    """x scale; mostly the scale is 1."""
    return x if scale == 1.0 else Multiply()(x, scale)


@KALDI.imports("NoOpComponent")
def no_op(x: Value, *, dim: int = 0) -> Value:
    """x"""
    return x
