"""The kernel of one contraction: its operands, its epilogue, its weights and its cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from dldt.codegen.kernels.convolution.emit import Epilogue, steps_through_rows
from dldt.codegen.kernels.convolution.pack import packed_size
from dldt.codegen.kernels.convolution.part import ContractionPart, data_of
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile
from dldt.codegen.kernels.convolution.scaled_down import scaled_down
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Load, Nest, walk
from dldt.codegen.loop.lower.access import Access
from dldt.codegen.loop.schedule import nest_symbols, run_time_dims
from dldt.codegen.loop.variables import BLOCK, CHANNEL, IMAGE, LANE, PIXEL, ROW
from dldt.codegen.task.implementation import Implementation
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.region import compose, destination
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim, symbols
from dldt.compiler.substitute import substitute


@attrs.frozen
class Sums:
    """How a contraction's sums are computed: the emitter and its own arguments, the range that threads share, the
    packed weights (None: they are the second operand), the scratch memory of a thread and the bytes that pass through
    it, and the operations actually performed."""

    emitter: Callable[..., None]
    arguments: tuple[Any, ...]
    extent: Dim
    packed: Packing | None
    operations: Dim
    scratch: int = 0
    passed: Dim = 0


def contraction_kernel(
    task: Leaf,
    part: ContractionPart,
    implementation: Implementation,
    tile: RegisterTile,
    sums: Sums,
    *,
    across: bool = False,
) -> Kernel:
    """The kernel that computes ``sums`` and applies the epilogue: the operations after the contraction in its region.
    ``across``: there are few channels, so that vectors of results run along pixels."""
    region, problem = task.region, part.problem
    assert region is not None
    anchor = region.anchor
    assert anchor is not None
    operands = operands_of(task)
    (value,) = anchor.outputs
    access = compose(region, operands.buffers, accumulated=value)
    epilogue = _epilogue(
        problem, tile, operands.output, access, lambda *at: destination(region, value, part.index(*at)), across=across
    )
    fits = scaled_down(epilogue.nest, {buffer: tensor.constant for buffer, tensor in operands.tensors.items()})
    epilogue = attrs.evolve(epilogue, fits=fits)
    read = [operands.buffers[data_of(task, anchor)]]
    if problem.computed:
        read += [operands.buffers[v] for v in anchor.inputs[1:] if v is not None]
    used = list(dict.fromkeys([*read, *(e.buffer for e in walk(epilogue.nest.value) if isinstance(e, Load))]))
    found = nest_symbols(epilogue.nest) | symbols(sums.extent) | run_time_dims(problem.dims())
    names = tuple(sorted(found, key=str))
    before = part.before * packed_size(attrs.evolve(problem, kernel=(1, 1)), tile) if problem.computed else 0
    shifts = tuple(before if k == 1 else 0 for k in range(len(used) + 1)) if before else ()
    macs = problem.pixels() * problem.batch * problem.groups * problem.outputs * problem.depth
    written = (epilogue, (*used, operands.output), names)
    return Kernel(
        what=region.name,
        implementation=implementation,
        emit=Emission(sums.emitter, (*sums.arguments, *written), operands.alias(used)),
        operands=operands.of(used),
        symbols=names,
        extent=sums.extent,
        work=macs // 4,
        flops=2 * macs,
        nest=epilogue.nest,
        packed=sums.packed,
        scratch=sums.scratch,
        operations=sums.operations,
        passed=sums.passed,
        shifts=shifts,
    )


def _epilogue(
    problem: Problem,
    tile: RegisterTile,
    output: Buffer,
    access: Access,
    index: Callable[[Dim, Dim, Dim, Dim], tuple[Dim, ...]],
    *,
    across: bool,
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
        line = row if steps_through_rows(problem, across=across) else pixel // width
        where = index(0 if problem.batch == 1 else n, channel, line, pixel - line * width)
    # The last vector reaches past the last channel. Those lanes are masked, so indices are written without regard to
    # them.
    where = tuple(substitute(dim, {CHANNEL: own}) for dim in where)
    nest = Nest((), output, where, access(where))
    return Epilogue(nest, aligned, across)
