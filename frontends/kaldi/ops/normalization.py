"""Frames of a given size or spread."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.unary import Log, Sqrt
from dldt.frontends.engine.signature import Vector
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.scaling import fitted

_FLOOR = 2.0**-66


@KALDI.imports("BatchNormComponent")
def batch_norm(
    x: Value,
    *,
    dim: int,
    block_dim: int = 0,
    epsilon: float = 1e-3,
    target_rms: float = 1.0,
    stats_mean: Vector,
    stats_var: Vector,
) -> Value:
    """(x - mean) target_rms / sqrt(variance + epsilon), for each block of a frame."""
    wide = stats_var.astype(np.float64)
    if stats_mean.size != stats_var.size:
        raise InputError(f"there are {stats_mean.size} means and {stats_var.size} variances")
    if wide.size and wide.min() + epsilon <= 0:
        raise InputError(f"a variance is {wide.min()}; with epsilon, {epsilon}, it must be above 0")
    scale = target_rms / np.sqrt(wide + epsilon)
    shift = -stats_mean.astype(np.float64) * scale
    made = Multiply()(x, fitted(x, scale.astype(np.float32)))
    return Add()(made, fitted(x, shift.astype(np.float32)))


@KALDI.imports("NormalizeComponent")
def normalize(
    x: Value,
    *,
    dim: int = 0,
    input_dim: int = 0,
    block_dim: int = 0,
    target_rms: float = 1.0,
    add_log_stddev: bool = False,
) -> Value:
    """x times what gives each block of a frame the root mean square ``target_rms``; its logarithm before may follow it.

    p = sum of squares / (width target_rms²), at least 2^-66; y = x / sqrt(p), and log(sqrt(p) target_rms)
    """
    width = x.type.shape[-1]
    own = block_dim or width
    if not isinstance(width, int) or not isinstance(own, int) or own < 1 or width % own or target_rms == 0:
        raise InputError(f"blocks of {own} numbers do not fit frames of {width}")
    blocks = x if own == width else Reshape(True)(x, np.array([0, width // own, own], np.int64))
    squares = ReduceSum(True)(Multiply()(blocks, blocks), np.array([-1], np.int64))
    share = Multiply()(squares, 1.0 / (own * target_rms * target_rms))
    size = Sqrt()(Maximum()(share, _FLOOR))
    made = Divide()(blocks, size)
    if add_log_stddev:
        made = Concat(-1)(made, Add()(Log()(size), float(np.log(target_rms))))
    if own == width:
        return made
    out = width + (width // own if add_log_stddev else 0)
    return Reshape(True)(made, np.array([0, out], np.int64))


@KALDI.imports("LengthNormComponent")
def length_norm(x: Value) -> Value:
    """x / sqrt(sum of squares)"""
    return Divide()(x, Sqrt()(ReduceSum(True)(Multiply()(x, x), np.array([-1], np.int64))))


def spread(sums: Value, mean: Value, floor: float) -> Value:
    """sqrt(mean of squares - square of the mean), at least sqrt(floor)"""
    return Sqrt()(Maximum()(Subtract()(sums, Multiply()(mean, mean)), floor))
