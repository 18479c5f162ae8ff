"""Transposed convolutions as plain ones."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.kernels.convolution.part import (
    ContractionPart,
    image_source,
    operands,
    pair,
    runs_by_rows,
    stored_data,
)
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.loop.packed_deconvolution import PackedDeconvolution
from dldt.codegen.task.task import Leaf
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.dims import Dim, ceildiv, floordiv, maximum
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array

MOST_PHASES = 4096
"""Phases for which kernels are made: networks have strides of 32 x 32 at most."""


def deconvolution_parts(
    task: Leaf, anchor: Node, op: ops.ConvolutionBackpropData | ops.GroupConvolutionBackpropData
) -> list[ContractionPart] | None:
    """A transposed convolution of stride s as s×s plain convolutions, one for each phase of the output position. A
    single one, with the phases as channels, where no two input pixels contribute to the same output pixel."""
    found = stored_data(task, anchor) if isinstance(op, PackedDeconvolution) else operands(task, anchor)
    if found is None:
        return None
    data, tensor = found[:2]
    filters = _filters(op, found[2] if len(found) == 3 else None)
    space = data.type.shape[2:]
    if len(space) != 2 or any(d != 1 for d in op.dilations):
        return None
    output = anchor.types[0].shape[2:]
    window = op.window(space, filters.shape[3:], None if filters.array is None else tuple(output))
    sy, sx = window.strides
    if sy * sx > MOST_PHASES or not all(isinstance(pad, int) for pad in window.pads_begin):
        return None
    apart = filters.shape[3:] == (sy, sx) and not any((*window.pads_begin, *window.pads_end))
    if apart and filters.shape[0] == 1 and tuple(output) == (space[0] * sy, space[1] * sx):
        joined = _joined_phases(task, data, tensor, filters)
        if joined is not None:
            return [joined]
    parts: list[ContractionPart] = []
    before = 0
    for a in range(sy):
        for b in range(sx):
            rows = _phase(a, sy, window.kernel[0], window.pads_begin[0], output[0])
            columns = _phase(b, sx, window.kernel[1], window.pads_begin[1], output[1])
            part = _phase_part(data, tensor, filters, rows, columns, (sy, sx))
            parts.append(attrs.evolve(part, before=before))
            before += len(rows.taps) * len(columns.taps)
    return [part for part in parts if 0 not in part.problem.output]


@attrs.frozen
class _Filters:
    """Filters of shape [groups, inputs, outputs, rows, pixels]. ``array`` is None where they are computed."""

    shape: tuple[int, ...]
    array: Array | None

    @property
    def known(self) -> Array:
        if self.array is None:
            raise InternalError("the filters of a transposed convolution are not known at compile time")
        return self.array


def _filters(
    op: ops.ConvolutionBackpropData | ops.GroupConvolutionBackpropData | PackedDeconvolution, array: Array | None
) -> _Filters:
    if isinstance(op, PackedDeconvolution):
        return _Filters(op.filters, None)
    assert array is not None
    array = array if isinstance(op, ops.GroupConvolutionBackpropData) else array[None]
    return _Filters(array.shape, array)


def _joined_phases(task: Leaf, data: Value, tensor: Tensor, filters: _Filters) -> ContractionPart | None:
    """Kernel = stride: one matrix product for each pixel, whose outputs come phase by phase. Each phase fills channel
    blocks of its own; phases of few channels share one vector."""
    _, inputs, channels, height, width = filters.shape
    block, lanes = task.output.layout.block, tensor.layout.block
    few = not block and height * width * channels <= lanes and filters.array is not None
    if not few and not block:
        return None
    size = channels if few else -(-channels // block) * block
    space = pair(data.type.shape[2:], 1)
    problem = Problem(
        batch=data.type.shape[0],
        groups=1,
        inputs=inputs,
        outputs=height * width * size,
        kernel=(1, 1),
        strides=(1, 1),
        dilations=(1, 1),
        pads=(0, 0),
        space=space,
        output=space,
        source=image_source(tensor, space),
        by_rows=runs_by_rows(task, tensor),
        computed=filters.array is None,
    )

    def weights() -> Array:
        phases = filters.known[0].transpose(2, 3, 1, 0)
        padded = np.pad(phases, ((0, 0), (0, 0), (0, size - channels), (0, 0)))
        return padded.reshape(1, height * width * size, inputs, 1, 1)

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        phase = floordiv(c, size)
        down = floordiv(phase, width)
        return (n, c - phase * size, row * height + down, pixel * width + phase - down * width)

    return ContractionPart(problem, weights, index, height)


@attrs.frozen
class _Phase:
    taps: tuple[int, ...]
    pad: int
    count: Dim
    shift: int


def _phase(phase: int, stride: int, kernel: int, pad: Dim, size: Dim) -> _Phase:
    """Output positions ``o`` with ``(o + pad) % stride == phase``, that is ``o = stride*i + shift``. They read inputs
    ``i + first - j`` for taps ``phase + stride*j``."""
    assert isinstance(pad, int)
    taps = tuple(range(phase, kernel, stride))
    first = max(0, -(-(pad - phase) // stride))
    shift = stride * first + phase - pad
    count = maximum(0, ceildiv(size - shift, stride))
    return _Phase(taps[::-1], len(taps) - 1 - first, count, shift)


def _phase_part(
    data: Value, tensor: Tensor, filters: _Filters, rows: _Phase, columns: _Phase, stride: tuple[int, int]
) -> ContractionPart:
    space = pair(data.type.shape[2:], 1)
    problem = Problem(
        batch=data.type.shape[0],
        groups=filters.shape[0],
        inputs=filters.shape[1],
        outputs=filters.shape[2],
        kernel=(len(rows.taps), len(columns.taps)),
        strides=(1, 1),
        dilations=(1, 1),
        pads=(rows.pad, columns.pad),
        space=space,
        output=(rows.count, columns.count),
        source=image_source(tensor, space),
        computed=filters.array is None,
    )

    channelwise = filters.shape[1:3] == (1, 1) and bool(tensor.layout.block)
    if channelwise:
        problem = attrs.evolve(problem, groups=1, outputs=filters.shape[0], channelwise=True)

    def weights() -> Array:
        picked = filters.known.transpose(0, 2, 1, 3, 4)[:, :, :, list(rows.taps)][:, :, :, :, list(columns.taps)]
        return picked.reshape(1, *picked.shape[:1], *picked.shape[2:]) if channelwise else picked

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        return (n, c, row * stride[0] + rows.shift, pixel * stride[1] + columns.shift)

    return ContractionPart(problem, weights, index)
