"""Products of a frame with a matrix."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Multiply
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.unary import Log
from dldt.frontends.engine.signature import Matrix, Tensor, Vector
from dldt.frontends.kaldi.framework import KALDI


def affine(x: Value, weights: Tensor, bias: Tensor | None = None) -> Value:
    """x Wᵀ + b, for frames x [T,in] and weights [out,in]. Raises InputError where the sizes do not fit."""
    if weights.ndim != 2 or x.type.shape[-1] != weights.shape[1]:
        raise InputError(f"a matrix of {list(weights.shape)} does not fit frames of {x.type.shape[-1]} numbers")
    made = MatMul(False, True)(x, np.ascontiguousarray(weights))
    if bias is None or not bias.size:
        return made
    if bias.size != weights.shape[0]:
        raise InputError(f"a bias of {bias.size} numbers does not fit a matrix of {list(weights.shape)}")
    return Add()(made, bias.reshape(1, -1))


@KALDI.imports("AffineComponent")
@KALDI.imports("NaturalGradientAffineComponent")
@KALDI.imports("AffineComponentPreconditioned")
@KALDI.imports("AffineComponentPreconditionedOnline")
@KALDI.imports("FixedAffineComponent")
def affine_component(x: Value, *, linear_params: Matrix, bias_params: Vector | None = None) -> Value:
    """x Wᵀ + b"""
    return affine(x, linear_params, bias_params)


@KALDI.imports("TdnnComponent")
def tdnn(x: Value, *, linear_params: Matrix, bias_params: Vector | None = None) -> Value:
    """x Wᵀ + b, where x has the frames of all time offsets side by side."""
    return affine(x, linear_params, bias_params)


@KALDI.imports("LinearComponent")
def linear(x: Value, *, params: Matrix) -> Value:
    """x Wᵀ"""
    return affine(x, params)


@KALDI.imports("FixedLinearComponent")
def fixed_linear(x: Value, *, cu_matrix: Matrix) -> Value:
    """x Wᵀ"""
    return affine(x, cu_matrix)


@KALDI.imports("AffineTransform")
def affine_transform(x: Value, *, linearity: Matrix, bias: Vector) -> Value:
    """x Wᵀ + b"""
    return affine(x, linearity, bias)


@KALDI.imports("DctComponent")
def cosine_transform(x: Value, *, dim: int, dct_dim: int, reorder: bool = False, dct_keep_dim: int = 0) -> Value:
    """The first cosine transforms of each block of a frame; with ``reorder`` the blocks are interlaced."""
    kept = dct_keep_dim or dct_dim
    if dct_dim < 1 or dim % dct_dim or not 1 <= kept <= dct_dim or (reorder and kept != dct_dim):
        raise InputError(f"{kept} cosine transforms of blocks of {dct_dim} numbers do not fit frames of {dim}")
    angles = np.arange(kept)[:, None] * (np.arange(dct_dim) + 0.5) * np.pi / dct_dim
    matrix: Tensor = (np.cos(angles) * np.where(np.arange(kept)[:, None], (2 / dct_dim) ** 0.5, dct_dim**-0.5)).astype(
        np.float32
    )
    if reorder:
        made = MatMul()(matrix, Reshape(True)(x, np.array([0, dct_dim, dim // dct_dim], np.int64)))
    else:
        made = MatMul(False, True)(Reshape(True)(x, np.array([0, dim // dct_dim, dct_dim], np.int64)), matrix)
    return Reshape(True)(made, np.array([0, dim // dct_dim * kept], np.int64))


@KALDI.imports("LinearTransform")
def linear_transform(x: Value, *, linearity: Matrix) -> Value:
    """x Wᵀ"""
    return affine(x, linearity)


@KALDI.imports("KlHmm")
def divergence(x: Value, *, kl_stats: Matrix) -> Value:
    """How far the posteriors of a frame are from those of each state, as the negative divergence of Kullback and
    Leibler."""
    least = 1e-20
    with np.errstate(all="ignore"):
        share = kl_stats / np.maximum(kl_stats.sum(1, keepdims=True), least)
        inverse = np.log(1.0 / np.maximum(share, least)).astype(np.float32)
    entropy = ReduceSum(True)(Multiply()(x, Log()(Maximum()(x, least))), np.array([1], np.int64))
    made: Value = Negative()(Add()(affine(x, inverse), entropy))
    return made


@KALDI.imports("BlockAffineComponent")
@KALDI.imports("BlockAffineComponentPreconditioned")
def block_affine(x: Value, *, num_blocks: int, linear_params: Matrix, bias_params: Vector) -> Value:
    """Each part of a frame times a matrix of its own, then + b."""
    if not 1 <= num_blocks <= len(linear_params) or len(linear_params) % num_blocks:
        raise InputError(f"{num_blocks} blocks do not share {len(linear_params)} rows equally")
    parts = Split(num_blocks).all(x, np.array(1, np.int64))
    matrices = np.split(linear_params, num_blocks)
    joined = Concat(1)(*(affine(part, matrix) for part, matrix in zip(parts, matrices, strict=True)))
    return Add()(joined, bias_params.reshape(1, -1))


@KALDI.imports("RepeatedAffineComponent")
@KALDI.imports("NaturalGradientRepeatedAffineComponent")
def repeated_affine(x: Value, *, num_repeats: int, linear_params: Matrix, bias_params: Vector) -> Value:
    """Each part of a frame times the same matrix, + b."""
    out, into = linear_params.shape
    parts = Reshape(True)(x, np.array([0, num_repeats, into], np.int64))
    made = Add()(MatMul(False, True)(parts, np.ascontiguousarray(linear_params)), bias_params.reshape(1, 1, -1))
    return Reshape(True)(made, np.array([0, num_repeats * out], np.int64))
