"""The one place that chooses how a contraction is carried out: winners measured on the machine, else the cost model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

import attrs

from dldt.codegen.kernels.convolution.problem import Problem, Tile
from dldt.codegen.kernels.convolution.tiles import choose_tile, direct_cycles, is_narrow, narrow_tile, tiles
from dldt.codegen.kernels.question import Question
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.kernels.winograd.choose import can_winograd, choose_winograd, winograd_estimates
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.errors import InputError

Plan: TypeAlias = Tile | WinogradPlan
"""A direct convolution by a register tile, or one of Winograd's."""


@attrs.frozen
class Chosen:
    """A plan, the question that it answers (None where it was the only one, or sizes are not known), and whether it was
    measured."""

    plan: Plan
    question: Question | None = None
    measured: bool = False


@attrs.frozen
class Choice:
    """Chooses plans for a target among those that ``numerics`` allows; winners in ``tuned`` precede estimates."""

    target: Target
    numerics: Numerics = attrs.field(factory=Numerics)
    tuned: Tuned = UNTUNED
    cold: bool = False
    """Whether weights come from memory at every inference."""

    def plan(self, problem: Problem, *, blocked: bool) -> Chosen:
        """How to carry out the contraction. ``blocked``: the output lies in channel blocks, which Winograd's algorithm
        needs. Raises InputError where the winner's name is not that of a plan."""
        problem = attrs.evolve(problem, cold=self.cold)
        if not blocked and is_narrow(problem, self.target):
            return Chosen(narrow_tile(problem, self.target))
        winograd = self.numerics.winograd and blocked and can_winograd(problem, self.target)
        weights, precision = self.numerics.weights, self.numerics.precision
        question = Question.about(problem, winograd=winograd, weights=weights, precision=precision)
        name = None if question is None else self.tuned.names.get(question.key)
        if question is None or name is None:
            found = choose_winograd(problem, self.target) if winograd else None
            return Chosen(found or choose_tile(problem, self.target), question)
        plan = _by_name(question, self.target).get(name)
        if plan is None:
            raise InputError(
                f"{self.tuned.source}: {name[:100]!r} is no plan for {question.key}; measure anew with --tune and "
                "another file, or leave out --tuned"
            )
        return Chosen(plan, question, True)


def candidates(question: Question, target: Target) -> Iterator[tuple[float, Plan]]:
    """Every plan that answers the question, with its estimated cycles."""
    problem = question.problem
    for tile in tiles(problem, target):
        yield direct_cycles(problem, tile, target), tile
    if question.winograd:
        yield from winograd_estimates(problem, target)


@cache
def _by_name(question: Question, target: Target) -> dict[str, Plan]:
    return {plan.name: plan for _, plan in candidates(question, target)}
