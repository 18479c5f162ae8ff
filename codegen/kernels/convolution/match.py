"""From a task to the convolutions that it consists of."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.choose_arithmetic import can_multiply
from dldt.codegen.kernels.convolution.deconvolution import deconvolution_parts
from dldt.codegen.kernels.convolution.part import (
    ContractionPart,
    image_source,
    is_by_pixels,
    multiplied,
    operands,
    pair,
    pixel_source,
    runs_by_rows,
    shuffle_of,
    stored_data,
)
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.packed_convolution import PackedConvolution
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Node
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, Shape


def convolution_parts(task: Leaf, on: Setting) -> list[ContractionPart] | None:
    """A convolution with constant weights as one part; a transposed one as a part for each phase of its output
    position. None where the task is no convolution, or has sizes that register tiles cannot do."""
    anchor = None if task.region is None else task.region.anchor
    if anchor is None:
        return None
    data = multiplied(anchor)
    parts = None if data is None else _parts(task, anchor)
    if parts is None or data is None:
        return None
    blocked = task.output.layout.block == on.target.block
    found = [attrs.evolve(part, blocked=blocked, name=anchor.name, data=data) for part in parts]
    return found if all(can_multiply(part, on) for part in found) else None


def _parts(task: Leaf, anchor: Node) -> list[ContractionPart] | None:
    if isinstance(anchor.op, ops.Convolution | ops.GroupConvolution):
        return _convolution(task, anchor, anchor.op)
    if isinstance(anchor.op, ops.ConvolutionBackpropData | ops.GroupConvolutionBackpropData):
        return deconvolution_parts(task, anchor, anchor.op)
    return None


def _convolution(task: Leaf, anchor: Node, op: ops.Convolution | ops.GroupConvolution) -> list[ContractionPart] | None:
    computed = isinstance(op, PackedConvolution)
    found = stored_data(task, anchor) if computed else operands(task, anchor)
    if found is None:
        return None
    tensor, images, weights = found[1], anchor.inputs[0], anchor.inputs[1]
    assert images is not None
    assert weights is not None
    filters = op.filters if isinstance(op, PackedConvolution) else _known(weights.type.shape)
    if not isinstance(op, ops.GroupConvolution):
        filters = (1, *filters)
    space = images.type.shape[2:]
    if len(space) > 2:
        return None
    window = op.window(space, filters[3:])
    one = len(space) == 1
    # Micro-kernels tile along rows, so an image that is a single column of pixels is treated as a row.
    turned = not one and space[1] == 1 and filters[4] == 1 and window.output[1] == 1 and space[0] != 1
    problem = Problem(
        batch=images.type.shape[0],
        groups=filters[0],
        inputs=filters[2],
        outputs=filters[1],
        kernel=pair(window.kernel, 1),
        strides=pair(window.strides, 1),
        dilations=pair(window.dilations, 1),
        pads=pair(window.pads_begin, 0),
        space=pair(space, 1),
        output=pair(window.output, 1),
        source=pixel_source(tensor) if is_by_pixels(task, anchor) else image_source(tensor, pair(space, 1)),
        shuffle=shuffle_of(task, anchor),
        by_rows=runs_by_rows(task, tensor),
        computed=computed,
    )
    shape = (*filters[:3], *problem.kernel)
    if filters[1:3] == (1, 1):
        if not tensor.layout.block:
            return None
        problem = attrs.evolve(problem, groups=1, outputs=filters[0], channelwise=True)
        shape = (1, filters[0], 1, *problem.kernel)

    if turned:
        problem, shape = _turned(problem), (*shape[:3], *shape[:2:-1])

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        return (n, c, pixel) if one else (n, c, pixel, row) if turned else (n, c, row, pixel)

    def array() -> Array:
        if weights.constant is None:
            raise InternalError(f"the filters of {shown(anchor.name)} are not known at compile time")
        return weights.constant.reshape(shape)

    return [ContractionPart(problem, array, index)]


def _known(shape: Shape) -> tuple[int, ...]:
    return tuple(dim for dim in shape if isinstance(dim, int))


def _turned(problem: Problem) -> Problem:
    """The problem with rows and pixels exchanged."""
    assert isinstance(problem.source.row, int)
    source = attrs.evolve(problem.source, row=problem.source.pixel, pixel=problem.source.row)
    pairs = ("kernel", "strides", "dilations", "pads", "space", "output")
    return attrs.evolve(problem, source=source, **{name: getattr(problem, name)[::-1] for name in pairs})
