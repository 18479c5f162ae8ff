"""Convolutions over one or three spatial axes as convolutions over two, for which there are register tiles."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape
from dldt.passes.manager import run_pipeline
from dldt.passes.pipeline import Pipeline
from dldt.passes.transforms.merge_reshapes import MergeReshapes
from dldt.passes.transforms.merge_transposes import MergeTransposes
from dldt.passes.transforms.remove_dead_code import RemoveDeadCode
from dldt.passes.transforms.sink_transposes import SinkTransposes
from dldt.passes.transforms.transpose_to_reshape import TransposeToReshape

_FORWARD = (ops.Convolution, ops.GroupConvolution)
_TRANSPOSED = (ops.ConvolutionBackpropData, ops.GroupConvolutionBackpropData)


def make_planar(graph: Graph) -> Graph:
    """The graph whose convolutions with known filters have two spatial axes; a copy where one had not.

    ::

        Convolution[N,C,D,H,W](w[O,C,K,Y,X])   →   Transpose([N,O,D,H,W]) ← Convolution[N·D,K·C,H,W](w[O,K·C,Y,X])
        ConvolutionBackpropData[N,C,L]         →   Squeeze(2) ← ConvolutionBackpropData[N,C,1,L]

    Each plane of the result is a convolution of the K planes that it reads, which are joined as channels. What stands
    behind a convolution stands before the transposition then, and is computed with the sums.
    """
    if not any(_wanted(inner) for inner in graph.walk()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in _wanted(inner):
            behind = _behind(node)
            inner.replace(behind[-1].outputs[0] if behind else node.outputs[0], _planar(node, behind))
        inner.prune()
    layout = (SinkTransposes(), MergeTransposes(), TransposeToReshape(), MergeReshapes(), RemoveDeadCode())
    run_pipeline(made, Pipeline("planar", (*layout, *layout)))
    return made


def _wanted(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if _can(node)]


def _can(node: Node) -> bool:
    """Whether the sizes and filters are known, and register tiles are for the convolution that is made."""
    if not isinstance(node.op, (*_FORWARD, *_TRANSPOSED)) or type(node.op) not in (*_FORWARD, *_TRANSPOSED):
        return False
    data, filters = node.inputs[:2]
    assert data is not None
    assert filters is not None
    shape = data.type.shape
    if filters.constant is None or not all(isinstance(dim, int) and dim for dim in (*shape, *node.types[0].shape)):
        return False
    if isinstance(node.op, _TRANSPOSED):
        return data.type.rank == 3 or (data.type.rank == 5 and _planes_apart(node, filters.constant.shape[-3]))
    return data.type.rank == 5 and not _is_channelwise(node)


def _is_channelwise(node: Node) -> bool:
    """Whether each output channel reads one input channel: more planes would make more of them."""
    filters = node.inputs[1]
    assert filters is not None
    shape = filters.type.shape
    return isinstance(node.op, ops.GroupConvolution) and shape[2] == 1 and shape[-3] != 1


def _planes_apart(node: Node, kernel: int) -> bool:
    """Whether every plane of a transposed convolution's result is made of one plane of the data."""
    op = node.op
    assert isinstance(op, _TRANSPOSED)
    data = node.inputs[0]
    assert data is not None
    exact = node.types[0].shape[2] == data.type.shape[2] * kernel
    return op.strides[0] == kernel and op.dilations[0] == 1 and exact and not any(op.output_padding)


def _behind(node: Node) -> list[Node]:
    """The operations behind a convolution that work element by element, with numbers or a number a channel."""
    found: list[Node] = []
    value = node.outputs[0]
    while len(value.uses) == 1:
        user = value.uses[0][0]
        if not user.op.has(Trait.ELEMENTWISE) or len(user.outputs) != 1 or user.types[0] != node.types[0]:
            break
        if not all(each == value or _is_by_channel(each, value.type.shape) for each in user.inputs):
            break
        found.append(user)
        value = user.outputs[0]
    return found


def _is_by_channel(value: Value | None, shape: Shape) -> bool:
    """Whether it is a constant: a number, or a number for each channel."""
    if value is None or value.constant is None:
        return False
    array = value.constant
    return array.size == 1 or (array.ndim >= len(shape) - 1 and array.shape[1 - len(shape)] == array.size == shape[1])


def _with_behind(found: Value, behind: list[Node], times: int = 1) -> Value:
    """The operations on a result with two spatial axes, each of whose channels is there so many times."""
    for node in behind:
        inputs: list[Value | Array] = []
        for value in node.inputs:
            assert value is not None
            if value.constant is None:
                inputs.append(found)
            else:
                array = value.constant
                one = array.size == 1
                inputs.append(array.reshape(()) if one else np.tile(array.reshape(-1, 1, 1), (times, 1, 1)))
        found = node.op(*inputs)
    return found


def _planar(node: Node, behind: list[Node]) -> Value:
    data, filters = node.inputs[:2]
    assert data is not None
    assert filters is not None
    assert filters.constant is not None
    if isinstance(node.op, _TRANSPOSED):
        made = _lines if data.type.rank == 3 else _spread
        return made(node, data, filters.constant, behind)
    return _joined(node, data, filters.constant, behind)


def _lines(node: Node, data: Value, filters: Array, behind: list[Node]) -> Value:
    """A transposed convolution along lines as one over images of one row."""
    op = node.op
    assert isinstance(op, _TRANSPOSED)
    begin, end = _pads(node)
    made = attrs.evolve(
        op,
        strides=(1, *op.strides),
        dilations=(1, *op.dilations),
        pads_begin=(0, *begin),
        pads_end=(0, *end),
        output_padding=(0, *op.output_padding) if op.output_padding else (),
        auto_pad="explicit",
    )
    rows = _reshaped(data, (*data.type.shape[:2], 1, data.type.shape[2]))
    found = _with_behind(made(rows, np.expand_dims(filters, -2), name=node.name), behind)
    return _reshaped(found, node.types[0].shape)


def _spread(node: Node, data: Value, filters: Array, behind: list[Node]) -> Value:
    """The planes that one plane of the data makes are channels of one transposed convolution."""
    op = node.op
    assert isinstance(op, _TRANSPOSED)
    begin, end = _pads(node)
    kernel = filters.shape[-3]
    planes = np.moveaxis(filters, -3, -4)  # [(groups,) inputs, kernel, outputs, rows, pixels]
    weights = planes.reshape(*planes.shape[:-4], kernel * planes.shape[-3], *planes.shape[-2:])
    made = attrs.evolve(
        op,
        strides=op.strides[1:],
        dilations=op.dilations[1:],
        pads_begin=tuple(begin[1:]),
        pads_end=tuple(end[1:]),
        output_padding=(),
        auto_pad="explicit",
    )
    batch, channels, depth, *space = data.type.shape
    images = _reshaped(_turned(data), (batch * depth, channels, *space))
    found = made(images, np.ascontiguousarray(weights), name=node.name)
    outputs = node.types[0].shape
    groups = filters.shape[0] if isinstance(op, ops.GroupConvolutionBackpropData) else 1
    if groups == 1:
        found = _with_behind(found, behind, kernel)
    else:
        parts = _reshaped(found, (batch, depth, groups, kernel, outputs[1] // groups, *outputs[3:]))
        found = ops.Transpose()(parts, np.array([0, 1, 3, 2, 4, 5, 6]))
        found = _reshaped(found, (batch * outputs[2], outputs[1], *outputs[3:]))
        found = _with_behind(found, behind)
    return _turned(_reshaped(found, (batch, outputs[2], outputs[1], *outputs[3:])))


def _joined(node: Node, data: Value, filters: Array, behind: list[Node]) -> Value:
    """The planes that one plane of the result reads are channels of one convolution."""
    op = node.op
    assert isinstance(op, _FORWARD)
    window = op.window(data.type.shape[2:], filters.shape[-3:])
    if filters.shape[-2:] == op.strides[1:] == (1, 1) and not any((*window.pads_begin[1:], *window.pads_end[1:])):
        return _flat(node, data, filters, behind)
    groups, kernel = (filters.shape[0] if isinstance(op, ops.GroupConvolution) else 1), filters.shape[-3]
    batch, channels, _, *space = data.type.shape
    outputs = node.types[0].shape
    planes = _padded(_turned(data), window.pads_begin[0], window.pads_end[0])
    picked = [_picked(planes, tap * op.dilations[0], op.strides[0], outputs[2]) for tap in range(kernel)]
    if len(picked) > 1 and groups > 1:
        apart = (batch, outputs[2], groups, channels // groups, *space)
        picked = [_reshaped(each, apart) for each in picked]
    joined = ops.Concat(picked[0].type.rank - 3)(*picked) if len(picked) > 1 else picked[0]
    images = _reshaped(joined, (batch * outputs[2], kernel * channels, *space))
    weights = np.moveaxis(filters, -3, -4)  # [(groups,) outputs, kernel, inputs, rows, pixels]
    weights = weights.reshape(*weights.shape[:-4], kernel * weights.shape[-3], *weights.shape[-2:])
    made = attrs.evolve(
        op,
        strides=op.strides[1:],
        dilations=op.dilations[1:],
        pads_begin=tuple(window.pads_begin[1:]),
        pads_end=tuple(window.pads_end[1:]),
        auto_pad="explicit",
    )
    found = _with_behind(made(images, np.ascontiguousarray(weights), name=node.name), behind)
    return _turned(_reshaped(found, (batch, outputs[2], outputs[1], *outputs[3:])))


def _flat(node: Node, data: Value, filters: Array, behind: list[Node]) -> Value:
    """A convolution along the depth alone: the pixels of a plane are those of one row."""
    op = node.op
    assert isinstance(op, _FORWARD)
    window = op.window(data.type.shape[2:], filters.shape[-3:])
    made = attrs.evolve(
        op,
        strides=(op.strides[0], 1),
        dilations=(op.dilations[0], 1),
        pads_begin=(window.pads_begin[0], 0),
        pads_end=(window.pads_end[0], 0),
        auto_pad="explicit",
    )
    batch, channels, depth, high, wide = data.type.shape
    images = _reshaped(data, (batch, channels, depth, high * wide))
    found = _with_behind(made(images, filters[..., 0], name=node.name), behind)
    return _reshaped(found, node.types[0].shape)


def _pads(node: Node) -> tuple[Shape, Shape]:
    """What is cut off the result of a transposed convolution."""
    op, (data, filters) = node.op, node.inputs[:2]
    assert isinstance(op, _TRANSPOSED)
    assert data is not None
    assert filters is not None
    rank = data.type.rank - 2
    where = op.window(data.type.shape[2:], filters.type.shape[-rank:], tuple(node.types[0].shape[2:]))
    return where.pads_begin, where.pads_end


def _turned(value: Value) -> Value:
    """[N, C, D, …] as [N, D, C, …], and the reverse."""
    order = [0, 2, 1, *range(3, value.type.rank)]
    made: Value = ops.Transpose()(value, np.array(order))
    return made


def _padded(planes: Value, before: object, behind: object) -> Value:
    if before == behind == 0:
        return planes
    begin, end = ([0, number, *[0] * (planes.type.rank - 2)] for number in (before, behind))
    zero = np.zeros((), planes.type.dtype.numpy)
    made: Value = ops.Pad("constant")(planes, np.array(begin), np.array(end), zero)
    return made


def _picked(planes: Value, first: int, stride: int, count: object) -> Value:
    """The planes first, first + stride, …"""
    assert isinstance(count, int)
    if first == 0 and stride == 1 and count == planes.type.shape[1]:
        return planes
    last = first + (count - 1) * stride + 1
    made: Value = ops.Slice()(planes, np.array([first]), np.array([last]), np.array([stride]), np.array([1]))
    return made


def _reshaped(value: Value, shape: Shape) -> Value:
    made: Value = ops.Reshape(False)(value, np.array(shape, np.int64))
    return made
