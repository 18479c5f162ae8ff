"""The one place that chooses how tasks are carried out: a recorded plan first, then measured winners, then
estimates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import attrs

from dldt.codegen.kernels.families import FAMILIES
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.recorded import PlanEntry, Recorded
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.trade import Trade
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.kernels.versions import versions
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.size_range import SizeRange
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim, product
from dldt.compiler.errors import InputError, InternalError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown


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
        return [chosen for part in parts for chosen in self._with_rows(task, part, rivals, operands)]

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
        key = self._key(part, rivals)
        name = None if key is None else self.tuned.names.get(key)
        if name is None:
            best = min(self.options(part, rivals), key=self.trade.cost)
            return chosen_of(part, best, operands, key)
        for estimate in (e for family in rivals for e in family.candidates(part, self.on)):
            if estimate.implementation.algorithm == name:
                return chosen_of(part, estimate, operands, key, measured=True)
        raise InputError(
            f"{self.tuned.source}: {shown(name)} is no implementation for {key}; measure anew with --tune and "
            "another file, or leave out --tuned"
        )

    def _key(self, part: Part, rivals: Sequence[Family]) -> str | None:
        """What a measured choice is remembered by."""
        first, *others = rivals
        return first.key(part, self.on, [family.name for family in others if family.can(part, self.on)])

    def _with_rows(self, task: Leaf, part: Part, rivals: Sequence[Family], operands: Dim) -> list[Chosen]:
        """How the part is carried out: in one way, or in several that are each for some sizes."""
        if self.recorded is not None:
            return self._as_recorded(task, part, rivals, self.recorded, operands)
        found = [self.part(part, rivals, operands)]
        made = [] if found[0].measured else versions(part, rivals, self.on, self.trade)
        if made:
            key = found[0].key
            found = [attrs.evolve(chosen_of(part, each, operands, key), sizes=sizes) for each, sizes in made]
        rowwise = [family_of(chosen.implementation).in_rows(task, part, self.on) for chosen in found]
        return [
            chosen if rows is None else attrs.evolve(chosen, in_rows=rows.implementation)
            for chosen, rows in zip(found, rowwise, strict=True)
        ]

    def _as_recorded(
        self, task: Leaf, part: Part, rivals: Sequence[Family], recorded: Recorded, operands: Dim
    ) -> list[Chosen]:
        """The part as the plan says. The plan is a file, and a file may say anything, so every implementation must be
        one of the possible ones."""
        found: list[Chosen] = []
        for entry in recorded.take(task.output.name):
            estimate, rowwise = self._possible(task, part, rivals, entry.implementation)
            if estimate is None:
                name = f"{entry.implementation.family} {printable(entry.implementation.algorithm)}"
                raise recorded.refused(f"{name} is no way to make {shown(task.output.name)}")
            chosen = chosen_of(part, estimate, operands)
            sizes = self._sizes(part, rivals, entry, recorded)
            found.append(attrs.evolve(chosen, in_rows=rowwise, cost=entry.cost or chosen.cost, sizes=sizes))
        return found

    def _possible(
        self, task: Leaf, part: Part, rivals: Sequence[Family], wanted: Implementation
    ) -> tuple[Estimate | None, Implementation | None]:
        """The estimate of the implementation, None where it is not possible; and how the part is done row by row."""
        family = next((family for family in rivals if family.name == wanted.family), None)
        if family is None:
            return None, None
        rowwise = family.in_rows(task, part, self.on)
        every = chain(() if rowwise is None else (rowwise,), family.candidates(part, self.on))
        sized = (e for s in self.on.sizes.samples() for e in family.options(part, attrs.evolve(self.on, sizes=s)))
        found = next((estimate for estimate in chain(every, sized) if estimate.implementation == wanted), None)
        return found, None if rowwise is None else rowwise.implementation

    def _sizes(self, part: Part, rivals: Sequence[Family], entry: PlanEntry, recorded: Recorded) -> SizeRange | None:
        if entry.sizes is None:
            return None
        dims = rivals[0].dims(part)
        if not dims:
            raise recorded.refused(f"the size of {shown(entry.output)} is known, and the plan asks for it")
        return SizeRange(product(dims), *entry.sizes)


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


def rivals_of(chosen: Chosen) -> list[Family]:
    """The families that can do the same as the one that was chosen; the one that takes such tasks comes first."""
    family = family_of(chosen.implementation)
    first = family.rival_of or family.name
    return sorted((f for f in FAMILIES if first in (f.name, f.rival_of)), key=lambda f: f.name != first)


def candidates(chosen: Chosen, on: Setting) -> Iterator[Estimate]:
    """Every implementation of a part that is worth a trial."""
    for rival in rivals_of(chosen):
        yield from rival.candidates(chosen.part, on)
