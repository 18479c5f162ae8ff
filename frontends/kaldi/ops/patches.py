"""Convolutions over patches of a frame, and over images in a frame."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.convolution import Convolution
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.signature import Matrix, Tensor, Vector
from dldt.frontends.kaldi.framework import KALDI


@KALDI.imports("ConvolutionalComponent")
def convolutional(
    x: Value, *, patch_dim: int, patch_step: int, patch_stride: int, filters: Matrix, bias: Vector
) -> Value:
    """nnet1: frames that were spliced stand side by side, each ``patch_stride`` long. Patch p has the numbers from
    p patch_step on, ``patch_dim`` of each of them; the result has all filters of a patch side by side."""
    return _over_patches(x, patch_dim, patch_step, patch_stride, filters, bias)


@KALDI.imports("Convolutional1dComponent")
def convolutional_1d(
    x: Value,
    *,
    patch_dim: int,
    patch_step: int,
    patch_stride: int,
    filter_params: Matrix,
    bias_params: Vector,
    appended_conv: bool = False,
) -> Value:
    """nnet2: like ``ConvolutionalComponent``; with ``appended_conv`` the frames are interlaced."""
    return _over_patches(x, patch_dim, patch_step, patch_stride, filter_params, bias_params, appended_conv)


def _over_patches(
    x: Value, size: int, step: int, stride: int, filters: Tensor, bias: Tensor, interlaced: bool = False
) -> Value:
    width = x.type.shape[-1]
    if not isinstance(width, int) or min(size, step, stride) < 1 or width % stride or size > stride:
        raise InputError(f"patches of {size} numbers, {step} apart in {stride}, do not fit frames of {width}")
    splices = width // stride
    if filters.shape[1] != splices * size:
        raise InputError(f"filters of {list(filters.shape)} do not fit patches of {splices} times {size} numbers")
    if interlaced:
        rows = Reshape()(x, np.array([-1, stride, splices], np.int64))
        image = Transpose()(rows, np.array([0, 2, 1], np.int64))
    else:
        image = Reshape()(x, np.array([-1, splices, stride], np.int64))
    kernel = np.ascontiguousarray(filters).reshape(-1, splices, size)
    made = Add()(Convolution((step,), (0,), (0,), (1,))(image, kernel), bias.reshape(1, -1, 1))
    count = 1 + (stride - size) // step
    turned = Transpose()(made, np.array([0, 2, 1], np.int64))
    return Reshape()(turned, np.array([-1, count * len(filters)], np.int64))


@KALDI.imports("ConvolutionComponent")
def convolution(
    x: Value,
    *,
    input_x_dim: int,
    input_y_dim: int,
    input_z_dim: int,
    filt_x_dim: int,
    filt_y_dim: int,
    filt_x_step: int,
    filt_y_step: int,
    input_vectorization: int = 0,
    filter_params: Matrix,
    bias_params: Vector,
) -> Value:
    """nnet3: an image of x × y × z in a frame, z the channels. The number of pixel (x, y, z) is (x Z + z) Y + y for
    vectorization 0 (yzx), and (x Y + y) Z + z for 1 (zyx)."""
    xs, ys, zs = input_x_dim, input_y_dim, input_z_dim
    if filter_params.shape[1] != filt_x_dim * filt_y_dim * zs or min(filt_x_step, filt_y_step) < 1:
        raise InputError(f"filters of {list(filter_params.shape)} do not fit {filt_x_dim} by {filt_y_dim} by {zs}")
    if input_vectorization:
        image = Transpose()(Reshape()(x, np.array([-1, xs, ys, zs], np.int64)), np.array([0, 3, 1, 2], np.int64))
    else:
        image = Transpose()(Reshape()(x, np.array([-1, xs, zs, ys], np.int64)), np.array([0, 2, 1, 3], np.int64))
    kernel = np.ascontiguousarray(filter_params).reshape(-1, filt_x_dim, filt_y_dim, zs).transpose(0, 3, 1, 2)
    steps = (filt_x_step, filt_y_step)
    made = Convolution(steps, (0, 0), (0, 0), (1, 1))(image, np.ascontiguousarray(kernel))
    made = Add()(made, bias_params.reshape(1, -1, 1, 1))
    places = (1 + (xs - filt_x_dim) // filt_x_step) * (1 + (ys - filt_y_dim) // filt_y_step)
    turned = Transpose()(made, np.array([0, 2, 3, 1], np.int64))
    return Reshape()(turned, np.array([-1, places * len(filter_params)], np.int64))
