"""Contractions carried out by micro-kernels: from a task to problems, tiles and functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from dldt.codegen.kernels.choice import Choice
from dldt.codegen.kernels.convolution.deconvolution import deconvolution_parts
from dldt.codegen.kernels.convolution.emit import Epilogue, emit_contraction
from dldt.codegen.kernels.convolution.pack import misfit, pack_weights, packed_size
from dldt.codegen.kernels.convolution.part import (
    Part,
    data_of,
    grouped_parts,
    image_source,
    is_by_pixels,
    operands,
    pair,
    pixel_source,
    runs_by_rows,
    shuffle_of,
)
from dldt.codegen.kernels.convolution.problem import Problem, Source, Tile, spatial_units
from dldt.codegen.kernels.convolution.tiles import is_narrow
from dldt.codegen.kernels.convolution.weights import weights_dtype
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.kernel import Kernel, Rows, name_buffers
from dldt.codegen.kernels.winograd.emit import emit_winograd
from dldt.codegen.kernels.winograd.form import filters_size, pack_filters
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Load, Nest, walk
from dldt.codegen.loop.lower.access import Access, unflatten
from dldt.codegen.loop.schedule import nest_symbols
from dldt.codegen.loop.variables import BLOCK, CHANNEL, IMAGE, LANE, PIXEL, ROW
from dldt.codegen.plan.layouts import CONVOLUTIONS
from dldt.codegen.task.region import compose, destination, is_product
from dldt.codegen.task.task import Compute
from dldt.compiler import ops
from dldt.compiler.dims import Dim, product, substitute, symbols
from dldt.compiler.graph import Node
from dldt.compiler.types import DType


def contraction_kernels(task: Compute, choice: Choice, streamed: int = 0) -> list[Kernel] | None:
    """The kernels of a region anchored by a contraction; None where no micro-kernel does it. ``streamed``: the bytes
    of all weights of the model."""
    anchor = task.region.anchor
    if anchor is None or anchor.types[0].dtype is not DType.f32 or is_product(anchor):
        return None
    parts = contraction_parts(task, anchor)
    if parts is None:
        return None
    blocked = task.output.layout.block == choice.target.block
    apart = [group for part in parts for group in _apart(part, choice, blocked=blocked)]
    return [_kernel(task, anchor, part, choice, streamed) for part in apart]


def _apart(part: Part, choice: Choice, *, blocked: bool) -> list[Part]:
    """The groups of a convolution one by one where each is fastest by Winograd's algorithm, which knows no groups."""
    problem, block = part.problem, choice.target.block
    whole = problem.source.block == block and problem.inputs % block == 0 and problem.outputs % block == 0
    if problem.groups == 1 or problem.shuffle > 1 or not (blocked and whole):
        return [part]
    groups = grouped_parts(part)
    by_winograd = isinstance(choice.plan(groups[0].problem, blocked=blocked).plan, WinogradPlan)
    return groups if by_winograd else [part]


def contraction_parts(task: Compute, anchor: Node) -> list[Part] | None:
    """The problems that make up the contraction."""
    if isinstance(anchor.op, ops.Convolution | ops.GroupConvolution):
        return _convolution(task, anchor, anchor.op)
    if isinstance(anchor.op, ops.ConvolutionBackpropData | ops.GroupConvolutionBackpropData):
        return deconvolution_parts(task, anchor, anchor.op)
    if isinstance(anchor.op, ops.MatMul):
        return _matmul(task, anchor, anchor.op)
    return None


def _convolution(task: Compute, anchor: Node, op: ops.Convolution | ops.GroupConvolution) -> list[Part] | None:
    found = operands(task, anchor)
    if found is None:
        return None
    _, tensor, array = found
    images = anchor.inputs[0]
    assert images is not None
    filters = array if isinstance(op, ops.GroupConvolution) else array[None]
    space = images.type.shape[2:]
    if len(space) > 2 or not all(isinstance(d, int) for d in space):
        return None
    window = op.window(space, filters.shape[3:])
    one = len(space) == 1
    # A column of pixels is a row to the micro-kernels, which tile along rows.
    turned = not one and space[1] == 1 and filters.shape[4] == 1 and window.output[1] == 1 and space[0] != 1
    problem = Problem(
        batch=images.type.shape[0],
        groups=filters.shape[0],
        inputs=filters.shape[2],
        outputs=filters.shape[1],
        kernel=pair(window.kernel, 1),
        strides=pair(window.strides, 1),
        dilations=pair(window.dilations, 1),
        pads=pair(window.pads_begin, 0),
        space=pair(space, 1),
        output=pair(window.output, 1),
        source=pixel_source(tensor) if is_by_pixels(task, anchor) else image_source(tensor, pair(space, 1)),
        shuffle=shuffle_of(task, anchor),
        by_rows=runs_by_rows(task, tensor),
    )
    shape = (*filters.shape[:3], *problem.kernel)
    if filters.shape[1:3] == (1, 1):
        if not tensor.layout.block:
            return None
        problem = attrs.evolve(problem, groups=1, outputs=filters.shape[0], channelwise=True)
        shape = (1, filters.shape[0], 1, *problem.kernel)

    if turned:
        problem, shape = _turned(problem), (*shape[:3], *shape[:2:-1])

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        return (n, c, pixel) if one else (n, c, pixel, row) if turned else (n, c, row, pixel)

    return [Part(problem, lambda: filters.reshape(shape), index)]


def rows_of(task: Compute, choice: Choice) -> Rows | None:
    """How the task would run over the rows of its output; None where it is no direct convolution of images whose
    weights stay in the cache beside them."""
    anchor = task.region.anchor
    images = anchor is not None and isinstance(anchor.op, CONVOLUTIONS) and anchor.types[0].rank == 4
    if anchor is None or not images or anchor.types[0].dtype is not DType.f32 or anchor.inputs[0] not in task.inputs:
        return None
    parts = contraction_parts(task, anchor)
    blocked = task.output.layout.block == choice.target.block
    if parts is None or len(parts) != 1 or len(_apart(parts[0], choice, blocked=blocked)) != 1:
        return None
    (part,) = parts
    problem = attrs.evolve(part.problem, by_rows=True)
    tile = choice.plan(problem, blocked=blocked).plan
    by_winograd = isinstance(choice.plan(part.problem, blocked=blocked).plan, WinogradPlan)
    turned = problem.space != data_of(task, anchor).type.shape[2:]
    if by_winograd or turned or isinstance(tile, WinogradPlan) or packed_size(problem, tile) > choice.target.l2 // 2:
        return None
    return _rows(part, problem, tile)


def _rows(part: Part, problem: Problem, tile: Tile) -> Rows:
    return Rows(problem.groups * tile.panels(problem), problem.reach, part.made)


def _turned(problem: Problem) -> Problem:
    """Rows and pixels exchanged."""
    source = attrs.evolve(problem.source, row=problem.source.pixel, pixel=problem.source.row)
    pairs = ("kernel", "strides", "dilations", "pads", "space", "output")
    return attrs.evolve(problem, source=source, **{name: getattr(problem, name)[::-1] for name in pairs})


def _matmul(task: Compute, anchor: Node, op: ops.MatMul) -> list[Part] | None:
    """Rows of a constant matrix product are pixels, the inner dim is the channels."""
    found = operands(task, anchor)
    if found is None:
        return None
    data, tensor, array = found
    shape = data.type.shape
    if array.ndim != 2 or op.transpose_a or tensor.layout.block or not isinstance(shape[-1], int):
        return None
    matrix = array if op.transpose_b else array.T
    rows = product(shape[:-1])
    problem = Problem(
        batch=1,
        groups=1,
        inputs=matrix.shape[1],
        outputs=matrix.shape[0],
        kernel=(1, 1),
        strides=(1, 1),
        dilations=(1, 1),
        pads=(0, 0),
        space=(1, rows),
        output=(1, rows),
        source=Source(batch=0, row=0, pixel=shape[-1] + tensor.layout.gap, channel=1, dtype=tensor.type.dtype),
    )

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        return (*unflatten(shape[:-1], pixel), c)

    return [Part(problem, lambda: matrix.reshape(1, *matrix.shape, 1, 1), index)]


def _kernel(task: Compute, anchor: Node, part: Part, choice: Choice, streamed: int) -> Kernel:
    problem, remark = _paired(anchor, part)
    blocked = task.output.layout.block == choice.target.block
    chosen = choice.plan(problem, blocked=blocked)
    plan, tile = (chosen.plan, chosen.plan.tile) if isinstance(chosen.plan, WinogradPlan) else (None, chosen.plan)
    across = not blocked and is_narrow(problem, choice.target)
    if plan is not None:
        problem, remark = part.problem, ""
    elif problem.source.dtype is DType.f32:
        problem, remark = _stored(anchor, part, choice, streamed)
    buffers, tensors = name_buffers(task)
    output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
    (value,) = anchor.outputs
    access = compose(task.region, buffers, accumulated=value)
    epilogue = _epilogue(problem, tile, output, access, lambda *at: destination(task.region, value, part.index(*at)))
    epilogue = attrs.evolve(epilogue, across=across)
    used = [buffers[data_of(task, anchor)]]
    used += [e.buffer for e in walk(epilogue.nest.value) if isinstance(e, Load) and e.buffer not in used]
    used = list(dict.fromkeys(used))
    operands = [tensors[buffer] for buffer in used]
    bases = [t.base for t in (*operands, task.output)]
    alias = len(set(bases)) != len(bases)
    extent = problem.batch * problem.groups * tile.panels(problem) * spatial_units(problem, tile)
    if plan is not None:
        extent = plan.extent(problem)
    names = tuple(sorted(nest_symbols(epilogue.nest) | symbols(extent), key=str))
    macs = problem.pixels() * problem.batch * problem.groups * problem.outputs * problem.depth
    known = macs if isinstance(macs, int) else 0

    written = (epilogue, (*used, output), names)
    emit = (
        Emission(emit_contraction, (problem, tile, *written), alias)
        if plan is None
        else Emission(emit_winograd, (problem, plan, *written), alias)
    )

    def packed() -> Iterable[bytes | memoryview]:
        if plan is None:
            return pack_weights(part.weights(), problem, tile)
        return pack_filters(part.weights(), plan.form, problem, tile)

    algorithm = tile.algorithm(problem) if plan is None else plan.name
    return Kernel(
        what=task.region.name,
        emit=emit,
        operands=(*operands, task.output),
        symbols=names,
        extent=extent,
        work=macs // 4,
        flops=2 * known,
        nest=epilogue.nest,
        schedule=f"{algorithm} {problem}",
        algorithm=algorithm,
        weights=problem.weights,
        multiplied=DType.bf16 if problem.pair == 2 else DType.f32,
        remark=remark,
        packed=packed,
        packed_bytes=packed_size(problem, tile) if plan is None else filters_size(plan.form, problem, tile),
        rows=_rows(part, problem, tile) if problem.by_rows else None,
        scratch=0 if plan is None else plan.scratch(problem),
        operations=problem.operations() if plan is None else plan.operations(problem),
        passed=0 if plan is None else plan.passed(problem),
        chosen=chosen,
    )


def _paired(anchor: Node, part: Part) -> tuple[Problem, str]:
    """Where the input is bf16, so are the weights: both are multiplied in pairs. And what is to be said of it."""
    paired = attrs.evolve(part.problem, weights=DType.bf16)
    return _fitting(anchor, part, paired) if paired.pair == 2 else (part.problem, "")


def _stored(anchor: Node, part: Part, choice: Choice, streamed: int) -> tuple[Problem, str]:
    """The problem with the dtype that its weights are stored in, and what is to be said of it."""
    dtype = weights_dtype(part.problem, choice.target, choice.numerics.weights, streamed)
    return _fitting(anchor, part, attrs.evolve(part.problem, weights=dtype))


def _fitting(anchor: Node, part: Part, narrow: Problem) -> tuple[Problem, str]:
    """``narrow`` where its weights fit their dtype."""
    if narrow.weights is DType.f32:
        return narrow, ""
    reason = misfit(part.weights(), narrow.weights)
    if reason:
        return part.problem, f"{anchor.name}: {reason}: its weights stay f32"
    return narrow, ""


def _epilogue(
    problem: Problem, tile: Tile, output: Buffer, access: Access, index: Callable[[Dim, Dim, Dim, Dim], tuple[Dim, ...]]
) -> Epilogue:
    """What is stored at (image, channel, row, pixel), as a nest over the variables that the emitter binds."""
    lanes = tile.lanes
    n, row = IMAGE.within(0), ROW.within(0)
    pixel = PIXEL.within(0, problem.pixels() - 1 if problem.is_pointwise else problem.output[1] - 1)
    aligned = problem.groups == 1 or problem.outputs % lanes == 0
    own = BLOCK.within(0) * lanes + LANE.within(0, lanes - 1) if aligned else LANE.within(0)
    channel = CHANNEL.within(0, problem.groups * problem.outputs - 1)
    where = index(0 if problem.batch == 1 else n, channel, row, pixel)
    if problem.is_pointwise and problem.output[0] != 1:
        width = problem.output[1]
        line = pixel // width
        where = index(0 if problem.batch == 1 else n, channel, line, pixel - line * width)
    # Vectors reach past the last channel, but what lies there is masked: indices are written as if they did not.
    where = tuple(substitute(dim, {CHANNEL: own}) for dim in where)
    nest = Nest((), output, where, access(where))
    return Epilogue(nest, aligned)
