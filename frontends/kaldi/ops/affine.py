"""Products of a frame with a matrix."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.split import Split
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.kaldi.framework import KALDI


def affine(x: Value, weights: Tensor, bias: Tensor | None = None) -> Value:
    """x Wᵀ + b, for frames x [T,in] and weights [out,in]. Raises InputError where the sizes do not fit."""
    if weights.ndim != 2 or x.type.shape[-1] != weights.shape[1]:
        raise InputError(f"a matrix of {list(weights.shape)} does not fit to frames of {x.type.shape[-1]} numbers")
    made = MatMul(False, True)(x, np.ascontiguousarray(weights))
    if bias is None or not bias.size:
        return made
    if bias.size != weights.shape[0]:
        raise InputError(f"a bias of {bias.size} numbers does not fit to a matrix of {list(weights.shape)}")
    return Add()(made, bias.reshape(1, -1))


@KALDI.imports("AffineComponent")
@KALDI.imports("NaturalGradientAffineComponent")
@KALDI.imports("AffineComponentPreconditioned")
@KALDI.imports("AffineComponentPreconditionedOnline")
@KALDI.imports("FixedAffineComponent")
def affine_component(x: Value, *, linear_params: Tensor, bias_params: Tensor | None = None) -> Value:
    """x Wᵀ + b"""
    return affine(x, linear_params, bias_params)


@KALDI.imports("TdnnComponent")
def tdnn(x: Value, *, linear_params: Tensor, bias_params: Tensor | None = None) -> Value:
    """x Wᵀ + b, where x has the frames of all time offsets side by side."""
    return affine(x, linear_params, bias_params)


@KALDI.imports("LinearComponent")
def linear(x: Value, *, params: Tensor) -> Value:
    """x Wᵀ"""
    return affine(x, params)


@KALDI.imports("FixedLinearComponent")
def fixed_linear(x: Value, *, cu_matrix: Tensor) -> Value:
    """x Wᵀ"""
    return affine(x, cu_matrix)


@KALDI.imports("AffineTransform")
def affine_transform(x: Value, *, linearity: Tensor, bias: Tensor) -> Value:
    """x Wᵀ + b"""
    return affine(x, linearity, bias)


@KALDI.imports("LinearTransform")
def linear_transform(x: Value, *, linearity: Tensor) -> Value:
    """x Wᵀ"""
    return affine(x, linearity)


@KALDI.imports("BlockAffineComponent")
@KALDI.imports("BlockAffineComponentPreconditioned")
def block_affine(x: Value, *, num_blocks: int, linear_params: Tensor, bias_params: Tensor) -> Value:
    """Each part of a frame times a matrix of its own, then + b."""
    if not 1 <= num_blocks <= len(linear_params):
        raise InputError(f"there are {num_blocks} blocks, and {len(linear_params)} rows")
    parts = Split(num_blocks).all(x, np.array(1, np.int64))
    matrices = np.split(linear_params, num_blocks)
    joined = Concat(1)(*(affine(part, matrix) for part, matrix in zip(parts, matrices, strict=True)))
    return Add()(joined, bias_params.reshape(1, -1))


@KALDI.imports("RepeatedAffineComponent")
@KALDI.imports("NaturalGradientRepeatedAffineComponent")
def repeated_affine(x: Value, *, num_repeats: int, linear_params: Tensor, bias_params: Tensor) -> Value:
    """Each part of a frame times the same matrix, + b."""
    out, into = linear_params.shape
    parts = Reshape(True)(x, np.array([0, num_repeats, into], np.int64))
    made = Add()(MatMul(False, True)(parts, np.ascontiguousarray(linear_params)), bias_params.reshape(1, 1, -1))
    return Reshape(True)(made, np.array([0, num_repeats * out], np.int64))
