"""Loop nests: kernels for everything that no other family carries out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.loops.choose_schedule import choose_schedule
from dldt.codegen.kernels.loops.emit_tiled_move import emit_tiled_move
from dldt.codegen.kernels.loops.rebase import rebase
from dldt.codegen.kernels.loops.tiled_move import TiledMove
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.llvm.nest import emit_nest
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.ir import Axis, Load, Nest, Reduce, walk
from dldt.codegen.loop.merged_reductions import merged_reductions
from dldt.codegen.loop.output_nest import output_nest
from dldt.codegen.loop.schedule import apply_schedule, nest_symbols
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.region import compose
from dldt.codegen.task.task import Leaf
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, maximum_of, product
from dldt.compiler.types import Array

TILES = "tiles"
"""The algorithm of movements that registers turn tile by tile."""


@attrs.frozen
class NestPart:
    """A loop nest over a task's tensors."""

    what: str
    problem: Nest
    tensors: dict[Buffer, Tensor] = attrs.field(eq=False)


class LoopFamily(Family):
    """Carries out a task as one loop nest, by its schedule."""

    name = "loops"

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        if task.region is None:
            return None
        operands = operands_of(task)
        nest = output_nest(operands.output, compose(task.region, operands.buffers))
        nest = attrs.evolve(nest, value=merged_reductions(nest.value))
        return [NestPart(task.region.name, nest, {**operands.tensors, operands.output: task.output})]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        assert isinstance(part, NestPart)
        if TiledMove.parts(part.problem, on.target):
            return Estimate(0.0, Implementation(self.name, TILES))
        schedule = choose_schedule(part.problem, on.target)
        return Estimate(0.0, Implementation(self.name, "loops", schedule=schedule))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part = chosen.part
        assert isinstance(part, NestPart)
        forms = TiledMove.parts(part.problem, on.target) if chosen.implementation.algorithm == TILES else ()
        return [_move_kernel(part, chosen, forms) if forms else nest_kernel(part, chosen.implementation)]

    def reference(self, problem: Nest, *operands: Array) -> Array:
        """The nest, interpreted in numpy. ``operands`` are the arrays of the buffers that it reads, sorted by buffer
        name."""
        read = {sub.buffer for sub in walk(problem.value) if isinstance(sub, Load)}
        arrays = dict(zip(sorted(read, key=lambda buffer: buffer.name), operands, strict=True))
        shape = tuple(int(dim) for dim in problem.buffer.shape)
        made = np.zeros(shape, problem.buffer.dtype.numpy)
        run_nests([problem], {**arrays, problem.buffer: made})
        return made


def _move_kernel(part: NestPart, chosen: Chosen, forms: Sequence[TiledMove]) -> Kernel:
    nest = part.problem
    assert isinstance(nest.value, Load)
    buffers = (nest.value.buffer, nest.buffer)
    tensors = tuple(part.tensors[buffer] for buffer in buffers)
    return Kernel(
        what=part.what,
        implementation=chosen.implementation,
        emit=Emission(emit_tiled_move, (forms, buffers), tensors[0].base is tensors[1].base),
        operands=tensors,
        symbols=(),
        extent=sum(form.extent for form in forms),
        work=sum(form.elements for form in forms),
        nest=nest,
    )


def nest_kernel(part: NestPart, implementation: Implementation) -> Kernel:
    """The kernel of a nest."""
    nest = part.problem
    used = {nest.buffer, *(sub.buffer for sub in walk(nest.value) if isinstance(sub, Load))}
    operands = {buffer: tensor for buffer, tensor in part.tensors.items() if buffer in used}
    rebased = rebase(nest, tuple(operands))
    names = tuple(sorted(nest_symbols(rebased.nest), key=str))
    scheduled = apply_schedule(rebased.nest, implementation.schedule)
    bases = [tensor.base for tensor in operands.values()]
    alias = len(set(bases)) != len(bases)
    return Kernel(
        what=part.what,
        implementation=implementation,
        emit=Emission(emit_nest, (scheduled, rebased.buffers, names), alias),
        operands=tuple(operands.values()),
        shifts=tuple(shift * buffer.dtype.size for buffer, shift in zip(operands, rebased.shifts, strict=True)),
        symbols=names,
        extent=product(axis.extent for axis in scheduled.parallel),
        work=_work(nest),
        nest=nest,
    )


def _work(nest: Nest) -> Dim:
    cost = 0
    for sub in walk(nest.value):
        cost += _reduction_points(sub.axes) if isinstance(sub, Reduce) else 1
    return product(_most(axis.extent) for axis in nest.axes) * cost


def _most(extent: Dim) -> Dim:
    """The extent of an axis; for an extent that depends on other axes, its upper bound."""
    bound = maximum_of(extent)
    return int(bound) if bound != float("inf") else extent


def _reduction_points(axes: tuple[Axis, ...]) -> int:
    total = 1
    for axis in axes:
        total *= axis.extent if isinstance(axis.extent, int) else 4
    return total
