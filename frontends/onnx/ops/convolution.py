"""Convolution and transposed convolution."""

from __future__ import annotations

from typing import Any

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData, GroupConvolutionBackpropData
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.window import AUTO_PAD, padding, per_axis


@ONNX.imports("Conv", since=1)
def conv_1(
    X: Value,
    W: Value,
    B: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: tuple[int, ...] | None = None,
    group: int = 1,
    kernel_shape: tuple[int, ...] | None = None,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """Correlation of X [N,C,…] with W [O,C/group,…]; B is added a channel."""
    rank = _spatial_rank(X, W, kernel_shape, group)
    begin, end = padding(pads, auto_pad, rank)
    fields: dict[str, Any] = dict(
        strides=per_axis("strides", strides, rank),
        pads_begin=begin,
        pads_end=end,
        dilations=per_axis("dilations", dilations, rank),
        auto_pad=AUTO_PAD[auto_pad],
    )
    if group == 1:
        return _biased(Convolution(**fields)(X, W), B)
    outputs = W.type.shape[0]
    if not isinstance(outputs, int) or outputs % group:
        raise ShapeError(f"{outputs} output channels do not divide into {group} groups")
    grouped = reshaped(W, (group, outputs // group, *W.type.shape[1:]))
    return _biased(GroupConvolution(**fields)(X, grouped), B)


@ONNX.imports("ConvTranspose", since=1)
def conv_transpose_1(
    X: Value,
    W: Value,
    B: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: tuple[int, ...] | None = None,
    group: int = 1,
    kernel_shape: tuple[int, ...] | None = None,
    output_padding: tuple[int, ...] | None = None,
    output_shape: tuple[int, ...] | None = None,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """The transpose of a convolution of weights W [C,O/group,…]; B is added a channel."""
    rank = _spatial_rank(X, W, kernel_shape, group)
    step, dilation = per_axis("strides", strides, rank), per_axis("dilations", dilations, rank)
    extra = per_axis("output_padding", output_padding, rank, default=0)
    begin, end = padding(pads, auto_pad, rank)
    reach = [(int(k) - 1) * d + 1 for k, d in zip(_static(W.type.shape[2:], "W"), dilation, strict=True)]
    if output_shape:
        size = _static(X.type.shape[2:], "X")
        wanted = per_axis("output_shape", output_shape[-rank:], rank)
        totals = [s * (n - 1) + e + r - w for s, n, e, r, w in zip(step, size, extra, reach, wanted, strict=True)]
        # What is asked for beyond the full output is zeros behind it.
        extra = tuple(e + max(0, -total) for e, total in zip(extra, totals, strict=True))
        begin, end = _split([max(0, total) for total in totals], upper=auto_pad == "SAME_UPPER")
    elif auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        totals = [max(0, r - s + e) for r, s, e in zip(reach, step, extra, strict=True)]
        begin, end = _split(totals, upper=auto_pad == "SAME_UPPER")
    fields: dict[str, Any] = dict(
        strides=step, pads_begin=begin, pads_end=end, dilations=dilation, output_padding=extra
    )
    if group == 1:
        return _biased(ConvolutionBackpropData(**fields)(X, W), B)
    inputs = W.type.shape[0]
    if not isinstance(inputs, int) or inputs % group:
        raise ShapeError(f"{inputs} input channels do not divide into {group} groups")
    grouped = reshaped(W, (group, inputs // group, *W.type.shape[1:]))
    return _biased(GroupConvolutionBackpropData(**fields)(X, grouped), B)


def _spatial_rank(X: Value, W: Value, kernel_shape: tuple[int, ...] | None, group: int) -> int:
    rank = X.type.rank - 2
    if rank < 1 or W.type.rank != X.type.rank:
        raise ShapeError(f"X {X.type} and W {W.type} must have one rank, at least 3")
    if kernel_shape is not None and tuple(W.type.shape[2:]) != tuple(kernel_shape):
        raise InputError(f"kernel_shape is {list(kernel_shape)}, the weights are {W.type}")
    if group < 1:
        raise InputError(f"group is {group}, at least 1 is needed")
    return rank


def _biased(y: Value, bias: Value | None) -> Value:
    if bias is None:
        return y
    return Add()(y, reshaped(bias, (1, bias.type.elements, *(1,) * (y.type.rank - 2))))


def _static(dims: tuple[Dim, ...], what: str) -> list[int]:
    if not all(isinstance(dim, int) for dim in dims):
        raise UnsupportedError(f"the spatial dims of {what} must be fixed")
    return [int(dim) for dim in dims]


def _split(totals: list[int], *, upper: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Total padding in two halves; the odd one goes to the end for ``upper``, else to the begin."""
    small = tuple(total // 2 for total in totals)
    large = tuple(total - half for total, half in zip(totals, small, strict=True))
    return (small, large) if upper else (large, small)
