"""Convolution, its transpose, and the product with a matrix of weights."""

from __future__ import annotations

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData, GroupConvolutionBackpropData
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.layouts import channels_first, channels_last, is_last
from dldt.frontends.mxnet.literal import ints
from dldt.frontends.mxnet.window import per_axis


@MXNET.imports("FullyConnected")
def fully_connected(
    data: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
) -> Value:
    """data @ weight^T + bias; with `flatten` data is a matrix first, all axes but the batch in one."""
    if weight.type.rank != 2 or weight.type.shape[0] != num_hidden:
        raise InputError(f"num_hidden is {num_hidden}, the weight is {weight.type}")
    if flatten and data.type.rank != 2:
        data = Reshape(special_zero=True)(data, ints(0, -1))
    made = MatMul(transpose_b=True)(data, weight)
    return made if bias is None or no_bias else Add()(made, bias)


@MXNET.imports("Convolution_v1")
@MXNET.imports("Convolution")
def convolution(
    data: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...] = (),
    dilate: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    num_filter: int,
    num_group: int = 1,
    no_bias: bool = False,
    layout: str | None = None,
) -> Value:
    """Over one to three spatial axes, the weight [O, I / groups, k…]; channels may be last in data and weight."""
    last = is_last(layout, data.type.rank)
    if last:
        data, weight = channels_first(data), channels_first(weight)
    _check_weight(data, weight, kernel, num_filter, num_group, out_axis=0)
    rank = len(kernel)
    pads = per_axis("pad", pad, rank, 0)
    fields = (per_axis("stride", stride, rank, 1), pads, pads, per_axis("dilate", dilate, rank, 1))
    if num_group == 1:
        made = Convolution(*fields)(data, weight)
    else:
        shape = (num_group, num_filter // num_group, *weight.type.shape[1:])
        made = GroupConvolution(*fields)(data, reshaped(weight, shape))
    made = _biased(made, None if no_bias else bias)
    return channels_last(made) if last else made


@MXNET.imports("Deconvolution")
def deconvolution(
    data: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...] = (),
    dilate: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    adj: tuple[int, ...] = (),
    target_shape: tuple[int, ...] = (),
    num_filter: int,
    num_group: int = 1,
    no_bias: bool = True,
    layout: str | None = None,
) -> Value:
    """The transpose of a convolution, the weight [I, O / groups, k…]. `adj` adds elements at the end; a `target_shape`
    that is not 0 takes the place of `pad` and `adj`."""
    if is_last(layout, data.type.rank):
        raise UnsupportedError("Deconvolution with channels last is not supported; export the model with NCHW")
    rank = len(kernel)
    _check_weight(data, weight, kernel, num_filter, num_group, out_axis=1)
    step, dilation = per_axis("stride", stride, rank, 1), per_axis("dilate", dilate, rank, 1)
    pads, extra = per_axis("pad", pad, rank, 0), per_axis("adj", adj, rank, 0)
    if any(target_shape):
        target = per_axis("target_shape", target_shape, rank, 0)
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        pads, extra = _targeted(data, target, step, reach)
    if num_group == 1:
        made = ConvolutionBackpropData(step, pads, pads, dilation, output_padding=extra)(data, weight)
    else:
        inputs = weight.type.shape[0]
        assert isinstance(inputs, int)
        grouped = reshaped(weight, (num_group, inputs // num_group, *weight.type.shape[1:]))
        made = GroupConvolutionBackpropData(step, pads, pads, dilation, output_padding=extra)(data, grouped)
    return _biased(made, None if no_bias else bias)


def _targeted(
    data: Value, target: tuple[int, ...], step: tuple[int, ...], reach: list[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The padding and the added elements that make the spatial dims those of ``target``."""
    pads, extra = [], []
    for dim, wanted, by, window in zip(data.type.shape[2:], target, step, reach, strict=True):
        if not isinstance(dim, int):
            raise UnsupportedError(f"target_shape needs fixed spatial dims, the data is {data.type}")
        over = by * (dim - 1) + window - wanted
        if over < 0:
            raise ShapeError(f"target_shape {list(target)} is larger than the full result")
        pads.append((over + 1) // 2)
        extra.append(over % 2)
    return tuple(pads), tuple(extra)


def _check_weight(
    data: Value, weight: Value, kernel: tuple[int, ...], num_filter: int, num_group: int, out_axis: int
) -> None:
    rank = data.type.rank - 2
    if rank not in (1, 2, 3) or weight.type.rank != data.type.rank:
        raise ShapeError(f"data {data.type} and weight {weight.type} must have one rank, 3 to 5")
    if tuple(weight.type.shape[2:]) != kernel:
        raise InputError(f"kernel is {list(kernel)}, the weight is {weight.type}")
    if num_group < 1 or num_filter < 1 or num_filter % num_group:
        raise InputError(f"{num_filter} filters do not divide into {num_group} groups")
    wanted = num_filter if out_axis == 0 else num_filter // num_group
    inputs = weight.type.shape[0]
    if weight.type.shape[out_axis] != wanted or (out_axis and (not isinstance(inputs, int) or inputs % num_group)):
        raise InputError(f"num_filter is {num_filter} in {num_group} groups, the weight is {weight.type}")


def _biased(y: Value, bias: Value | None) -> Value:
    if bias is None:
        return y
    return Add()(y, reshaped(bias, (1, bias.type.elements, *(1,) * (y.type.rank - 2))))
