"""Convolutions by Winograd's minimal filtering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dldt.codegen.kernels.convolution.build import Sums, contraction_kernel
from dldt.codegen.kernels.convolution.choose_arithmetic import choose_arithmetic
from dldt.codegen.kernels.convolution.family import ConvolutionFamily, asked
from dldt.codegen.kernels.convolution.match import convolution_parts
from dldt.codegen.kernels.convolution.part import ContractionPart, grouped_parts
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile
from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.winograd.choose import (
    GAIN,
    can_winograd,
    choose_winograd,
    fitted_cycles,
    smaller_winograd,
    winograd_cycles,
    winograd_estimates,
)
from dldt.codegen.kernels.winograd.emit import emit_winograd
from dldt.codegen.kernels.winograd.form import WinogradForm, packing
from dldt.codegen.kernels.winograd.halved import Halved
from dldt.codegen.kernels.winograd.line import Winograd
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.llvm.arithmetic import F32
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim
from dldt.compiler.graph import Node


class WinogradFamily(ConvolutionFamily):
    """Transforms tiles of the image, multiplies them tap by tap, and transforms the products back. Each group of a
    convolution is a kernel of its own."""

    name = "winograd"
    rival_of = "convolution"
    records: tuple[type, ...] = (WinogradPlan, WinogradForm, Winograd, Halved, RegisterTile)

    def anchors(self, node: Node) -> bool:
        """No nodes: it takes the parts of direct convolutions."""
        return False

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        return convolution_parts(task, on) if on.numerics.winograd else None

    def can(self, part: Part, on: Setting) -> bool:
        """See Family."""
        assert isinstance(part, ContractionPart)
        return bool(_singles(part, on))

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        assert isinstance(part, ContractionPart)
        for single in _singles(part, on):
            problem = _asked(single, on)
            plan = choose_winograd(problem, on.target)
            if plan is None:
                return None
            return self._estimated(GAIN * winograd_cycles(problem, plan, on.target), plan, part, single)
        return None

    def options(self, part: Part, on: Setting) -> Sequence[Estimate]:
        """See Family."""
        assert isinstance(part, ContractionPart)
        best, target = self.best(part, on), on.target
        if best is None:
            return ()
        single = _singles(part, on)[0]
        problem = _asked(single, on)
        smaller = smaller_winograd(problem, target)
        return best, *(
            self._estimated(GAIN * winograd_cycles(problem, plan, target), plan, part, single) for plan in smaller
        )

    def cycles(self, part: Part, made: Implementation, on: Setting) -> float:
        """See Family."""
        assert isinstance(part, ContractionPart)
        assert isinstance(made.tile, WinogradPlan)
        problem = _asked(_singles(part, on)[0], on)
        return GAIN * part.problem.groups * fitted_cycles(problem, made.tile, on.target)

    def candidates(self, part: Part, on: Setting) -> Iterator[Estimate]:
        """See Family."""
        assert isinstance(part, ContractionPart)
        for single in _singles(part, on):
            problem, tiles = _asked(single, on), dict[tuple[int, int], Dim]()
            for cycles, plan in winograd_estimates(problem, on.target):
                if plan.form.outputs not in tiles:
                    tiles[plan.form.outputs] = plan.all_tiles(single.problem)
                yield self._estimated(cycles, plan, part, single, tiles[plan.form.outputs])
            return

    def in_rows(self, task: Leaf, part: Part, on: Setting) -> Estimate | None:
        """None: its tiles span several rows."""
        return None

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, plan = chosen.part, chosen.implementation.tile
        assert isinstance(part, ContractionPart)
        assert isinstance(plan, WinogradPlan)
        singles = grouped_parts(part) if part.problem.groups > 1 else [part]
        return [_kernel(task, single, chosen.implementation, plan) for single in singles]

    def _estimated(
        self,
        cycles: float,
        plan: WinogradPlan,
        part: ContractionPart,
        single: ContractionPart,
        tiles: Dim | None = None,
    ) -> Estimate:
        """The estimate for ``part``, all of whose groups are like ``single``, which takes so many cycles."""
        made = Implementation(self.name, plan.name, plan, arithmetic=plan.form.arithmetic)
        groups, one = part.problem.groups, packing(single, plan.form, plan.tile)
        return Estimate(
            groups * cycles,
            made,
            kind=plan.form,
            shape=(plan.tile.rows, plan.tile.columns),
            packing=attrs.evolve(one, content=part.content, size=groups * one.size),
            passed=groups * plan.passed(single.problem, tiles),
        )


def _singles(part: ContractionPart, on: Setting) -> list[ContractionPart]:
    """The convolutions without groups that make up the part, which are all alike: only the first is returned. Empty
    where the part cannot be split so: its groups must be whole channel blocks of the input and the output."""
    problem, block = part.problem, on.target.block
    if not part.blocked or not on.numerics.winograd or part.data is not F32.data or problem.computed:
        return []
    if problem.groups > 1:
        whole = problem.source.block == block and problem.inputs % block == 0 and problem.outputs % block == 0
        if problem.shuffle > 1 or not whole:
            return []
        part = grouped_parts(part)[0]
    return [part] if can_winograd(_asked(part, on), on.target) else []


def _asked(part: ContractionPart, on: Setting) -> Problem:
    return asked(part, choose_arithmetic(part, on)[0], on)


def _kernel(task: Leaf, part: ContractionPart, made: Implementation, plan: WinogradPlan) -> Kernel:
    form, tile = plan.form, plan.tile
    problem = attrs.evolve(part.problem, arithmetic=form.arithmetic)
    part = attrs.evolve(part, problem=problem)
    sums = Sums(
        emitter=emit_winograd,
        arguments=(problem, plan),
        extent=plan.extent(problem),
        packed=packing(part, form, tile),
        operations=plan.operations(problem),
        scratch=plan.scratch(problem),
        passed=plan.passed(problem),
    )
    return contraction_kernel(task, part, made, tile, sums)
