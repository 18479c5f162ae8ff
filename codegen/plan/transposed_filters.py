"""Transposed convolutions whose filters are computed: these are packed while the model runs, phase by phase."""

from __future__ import annotations

import math

import numpy as np

from dldt.codegen.kernels.convolution.deconvolution import MOST_PHASES
from dldt.codegen.loop.packed_deconvolution import PackedDeconvolution
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.window import Window
from dldt.compiler.types import Array, DType, Shape

_KINDS = (ops.ConvolutionBackpropData, ops.GroupConvolutionBackpropData)
_TYPES = (DType.f32, DType.f64)


def pack_transposed_filters(graph: Graph, target: Target) -> Graph:
    """The graph in which every transposed convolution with computed filters reads packed ones; a copy if there are any.

    ::

        ConvolutionBackpropData(x, w)   →   PackedDeconvolution(x, Concat(Transpose(Slice(Pad(w))) for each phase))

    Each phase of the result is a plain convolution with every stride-th tap; each has taps of its own, as taps of zero
    would make NaN of infinite data. The filters are padded to whole vectors of output channels.
    """
    if not any(_wanted(inner) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in _wanted(inner):
            inner.replace(node.outputs[0], _packed(node, target.block))
        inner.prune()
    return made


def _wanted(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if type(node.op) in _KINDS and _can(node)]


def _can(node: Node) -> bool:
    """Whether register tiles are for it: images or lines, and several channels for each output."""
    data, filters = node.inputs[:2]
    assert data is not None
    assert filters is not None
    shape = _shape(node)
    known = all(isinstance(dim, int) and dim for dim in shape) and shape[1:3] != (1, 1)
    if filters.constant is not None or not known or data.type.rank not in (3, 4) or data.type.dtype not in _TYPES:
        return False
    where = _window(node)
    if not all(isinstance(pad, int) for pad in (*where.pads_begin, *where.pads_end)):
        return False
    return math.prod(where.strides) <= MOST_PHASES and all(dilation == 1 for dilation in where.dilations)


def _shape(node: Node) -> Shape:
    """Groups, inputs, outputs, kernel."""
    filters = node.inputs[1]
    assert filters is not None
    return filters.type.shape if isinstance(node.op, ops.GroupConvolutionBackpropData) else (1, *filters.type.shape)


def _window(node: Node) -> Window:
    op, data = node.op, node.inputs[0]
    assert isinstance(op, _KINDS)
    assert data is not None
    return op.window(data.type.shape[2:], _shape(node)[3:], tuple(node.types[0].shape[2:]))


def _packed(node: Node, lanes: int) -> Value:
    data, filters = node.inputs[:2]
    assert data is not None
    assert filters is not None
    where, shape = _window(node), tuple(dim for dim in _shape(node) if isinstance(dim, int))
    kernel, strides = shape[3:], where.strides
    begins, ends = ([pad for pad in pads if isinstance(pad, int)] for pads in (where.pads_begin, where.pads_end))
    assert isinstance(node.op, _KINDS)
    ends = [end - added for end, added in zip(ends, node.op.output_padding or [0] * len(ends), strict=True)]
    lines = len(kernel) == 1
    if lines:  # a row of pixels is an image
        kernel, strides, begins, ends = (1, *kernel), (1, *strides), [0, *begins], [0, *ends]
        data = _made(ops.Unsqueeze()(data, np.array([2])))
    missing = np.array([0, 0, -shape[2] % lanes, 0, 0])
    op = PackedDeconvolution(
        strides=strides,
        pads_begin=begins,
        pads_end=ends,
        dilations=(1,) * len(kernel),
        filters=(*shape[:3], *kernel),
        lanes=lanes,
    )
    packed = _by_phases(_reshaped(filters, (*shape[:3], *kernel)), missing, strides, lanes)
    found = _made(op(data, packed, name=node.name))
    return _made(ops.Squeeze()(found, np.array([2]))) if lines else found


def _by_phases(filters: Value, missing: Array, strides: tuple[int, ...], lanes: int) -> Value:
    """[groups, inputs, outputs, rows, pixels] as the phases in one line, each [groups, vectors, inputs, rows, pixels,
    lanes]."""
    zero = np.zeros((), filters.type.dtype.numpy)
    padded = _made(ops.Pad("constant")(filters, np.zeros_like(missing), missing, zero))
    groups, inputs, outputs, *kernel = (int(dim) for dim in padded.type.shape)
    apart = _reshaped(padded, (groups, inputs, outputs // lanes, lanes, *kernel))
    turned = _made(ops.Transpose()(apart, np.array([0, 2, 1, 4, 5, 3])))
    phases = [
        _in_line(_every(_every(turned, 3, down, strides[0]), 4, across, strides[1]))
        for down in range(min(strides[0], kernel[0]))
        for across in range(min(strides[1], kernel[1]))
    ]
    return _made(ops.Concat(0)(*phases)) if len(phases) > 1 else phases[0]


def _every(value: Value, axis: int, first: int, stride: int) -> Value:
    """Every ``stride``-th element of an axis from the first on, the last one first."""
    size = int(value.type.shape[axis])
    last = first + (size - 1 - first) // stride * stride
    if size == 1:
        return value
    return _made(ops.Slice()(value, *(np.array([number]) for number in (last, -size - 1, -stride, axis))))


def _in_line(value: Value) -> Value:
    return _reshaped(value, (int(value.type.elements),))


def _reshaped(value: Value, shape: Shape) -> Value:
    return _made(ops.Reshape(False)(value, np.array(shape, np.int64)))


def _made(value: Value) -> Value:
    return value
