"""Convolutions as sums over channels and taps."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, lowers, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.known import dims_given
from dldt.codegen.loop.lower.taps import Taps
from dldt.compiler import ops
from dldt.compiler.dims import Dim, floordiv
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Convolution, ops.GroupConvolution, kind="reduce")
def convolution(
    op: ops.Convolution | ops.GroupConvolution, types: Types, x: Access, filters: Access, *, fresh: Fresh
) -> Access:
    """y[n, o, p] = Σ_c,k x[n, c, p·stride + k·dilation - pad] · filters[(g,) o, c, k]."""
    grouped = isinstance(op, ops.GroupConvolution)
    shape = filters.type.shape if grouped else (1, *filters.type.shape)
    space = x.type.shape[2:]
    taps = Taps.over(op.window(space, shape[3:]), space, fresh)
    channel = fresh.axis("c", shape[2])

    def element(index: Index) -> Expr:
        n, o, *at = index
        axes = taps.axes(tuple(at))
        group, inner = _group(o, shape[0], shape[1])
        data = x((n, group * shape[2] + position(channel), *taps.source(tuple(at), axes)))
        kernel = (inner, position(channel), *(position(axis) for axis in axes))
        weight = filters((group, *kernel) if grouped else kernel)
        return reduce("sum", (channel, *axes), apply("mul", data, weight))

    return Access(types[0], element)


@lowers(ops.ConvolutionBackpropData, ops.GroupConvolutionBackpropData, kind="reduce", reads=(0, 1))
def deconvolution(
    op: ops.ConvolutionBackpropData | ops.GroupConvolutionBackpropData,
    types: Types,
    x: Access,
    filters: Access,
    output_shape: Access | None = None,
    *,
    fresh: Fresh,
) -> Access:
    """y[n, o, p·stride + k·dilation - pad] += x[n, c, p] · filters[(g,) c, o, k], computed as a gather for each output
    position."""
    grouped = isinstance(op, ops.GroupConvolutionBackpropData)
    shape = filters.type.shape if grouped else (1, *filters.type.shape)
    space = x.type.shape[2:]
    wanted = None if output_shape is None else dims_given(op, 2, output_shape)
    taps = Taps.over(op.window(space, shape[3:], wanted), space, fresh)
    channel = fresh.axis("c", shape[1])

    def element(index: Index) -> Expr:
        n, o, *at = index
        axes = taps.transposed_axes(tuple(at))
        source, tap = taps.transposed_source(tuple(at), axes)
        group, inner = _group(o, shape[0], shape[2])
        data = x((n, group * shape[1] + position(channel), *source))
        kernel = (position(channel), inner, *tap)
        weight = filters((group, *kernel) if grouped else kernel)
        return reduce("sum", (channel, *axes), apply("mul", data, weight))

    return Access(types[0], element)


def _group(channel: Dim, groups: Dim, size: Dim) -> tuple[Dim, Dim]:
    """The group of an output channel, and the channel's number in the group."""
    if groups == 1:
        return 0, channel
    group = floordiv(channel, size)
    return group, channel - group * size
