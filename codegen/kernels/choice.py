"""The one place that chooses how tasks are carried out: a recorded plan first, then measured winners, then
estimates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dldt.codegen.kernels.families import FAMILIES
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.recorded import Recorded
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.trade import Trade
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, InternalError


@attrs.frozen
class Choice:
    """Chooses implementations for a setting. Measured winners in ``tuned`` precede estimates."""

    on: Setting
    tuned: Tuned = UNTUNED
    recorded: Recorded | None = None
    """The plan to follow, which precedes everything else."""
    trade: Trade = attrs.field(factory=Trade)
    """What a byte of the artifact is worth where estimates decide."""

    def choose(self, task: Leaf) -> list[Chosen]:
        """How each part of a task is carried out. Raises InputError where a measured winner names no implementation,
        and where the plan belongs to another model."""
        rivals, parts = self.rivals(task)
        operands = sum((t.bytes for t in (*task.reads, task.output) if t.constant is None), start=0)
        return [self._with_rows(task, part, rivals, operands) for part in parts]

    def rivals(self, task: Leaf) -> tuple[list[Family], Sequence[Part]]:
        """The families that can carry the task out, and its parts. The first family is the first that matches the task;
        the others are its rivals that can do the same."""
        for family in FAMILIES:
            parts = None if family.rival_of else family.match(task, self.on)
            if parts is not None:
                rivals = [f for f in FAMILIES if f.rival_of == family.name and f.match(task, self.on) is not None]
                return [family, *rivals], parts
        raise InternalError(f"no kernel family carries out {task.name}")

    def all_options(self, task: Leaf) -> list[list[Estimate]]:
        """The estimates to choose from, for every part of a task."""
        rivals, parts = self.rivals(task)
        return [self.options(part, rivals) for part in parts]

    def options(self, part: Part, rivals: Sequence[Family]) -> list[Estimate]:
        """The estimates to choose from, where no measurement decides."""
        return [estimate for family in rivals for estimate in family.options(part, self.on)]

    def part(self, part: Part, rivals: Sequence[Family], operands: Dim = 0) -> Chosen:
        """How a part is carried out by one of the families. ``operands``: the bytes that it reads and writes besides
        its weights."""
        first, *others = rivals
        key = first.key(part, self.on, [family.name for family in others if family.can(part, self.on)])
        name = None if key is None else self.tuned.names.get(key)
        if name is None:
            best = min(self.options(part, rivals), key=self.trade.cost)
            return chosen_of(part, best, operands, key)
        for estimate in (e for family in rivals for e in family.candidates(part, self.on)):
            if estimate.implementation.algorithm == name:
                return chosen_of(part, estimate, operands, key, measured=True)
        raise InputError(
            f"{self.tuned.source}: {name[:100]!r} is no implementation for {key}; measure anew with --tune and "
            "another file, or leave out --tuned"
        )

    def _with_rows(self, task: Leaf, part: Part, rivals: Sequence[Family], operands: Dim) -> Chosen:
        if self.recorded is not None:
            return self._as_recorded(task, part, rivals, self.recorded, operands)
        chosen = self.part(part, rivals, operands)
        rowwise = family_of(chosen.implementation).in_rows(task, part, self.on)
        return chosen if rowwise is None else attrs.evolve(chosen, in_rows=rowwise.implementation)

    def _as_recorded(
        self, task: Leaf, part: Part, rivals: Sequence[Family], recorded: Recorded, operands: Dim
    ) -> Chosen:
        """The part as the plan says. The plan is a file, and a file may say anything, so the implementation must be one
        of the possible ones."""
        entry = recorded.take(task.output.name)
        wanted = entry.implementation
        family = next((family for family in rivals if family.name == wanted.family), None)
        rowwise = None if family is None else family.in_rows(task, part, self.on)
        rows = None if rowwise is None else rowwise.implementation
        possible = [] if rowwise is None else [rowwise]
        for estimate in (*possible, *(() if family is None else family.candidates(part, self.on))):
            if estimate.implementation == wanted:
                chosen = chosen_of(part, estimate, operands)
                return attrs.evolve(chosen, in_rows=rows, cost=entry.cost or chosen.cost)
        raise recorded.refused(f"{wanted.family} {wanted.algorithm[:100]} is no way to make {task.output.name[:100]!r}")


def chosen_of(
    part: Part, estimate: Estimate, operands: Dim = 0, key: str | None = None, *, measured: bool = False
) -> Chosen:
    """The choice of an estimate, where the part reads and writes so many bytes besides its weights."""
    return Chosen(
        part,
        estimate.implementation,
        key,
        measured=measured,
        remark=estimate.remark,
        cost=estimate.cost(operands),
        packing=estimate.packing,
    )


def family_of(implementation: Implementation) -> Family:
    """The family that emits an implementation."""
    return next(family for family in FAMILIES if family.name == implementation.family)


def candidates(chosen: Chosen, on: Setting) -> Iterator[Estimate]:
    """Every implementation of a part that is worth a trial."""
    family = family_of(chosen.implementation)
    first = family.rival_of or family.name
    for rival in FAMILIES:
        if first in (rival.name, rival.rival_of):
            yield from rival.candidates(chosen.part, on)
