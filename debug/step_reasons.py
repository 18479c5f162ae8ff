"""Why a step of code generation decided as it did, and what it would have cost otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.in_place import why_not_in_place
from dldt.codegen.plan.layouts import why_so
from dldt.codegen.plan.precision import why_stored_so
from dldt.codegen.plan.regions import why_stored
from dldt.codegen.plan.row_tiles import Link
from dldt.codegen.plan.row_tiling import line_buffer_bytes, links
from dldt.codegen.task.tensor import Tensor
from dldt.debug.arena_reasons import arena_reasons
from dldt.debug.candidate_table import CandidateTable


class StepReasons:
    """Tells of each step of a compilation, in lines. ``candidates`` are the estimates behind its implementations.

    Some steps change what their reasons are asked of, so ``begins`` is called before each step and ``of`` after it.
    """

    def __init__(self) -> None:
        self.candidates = CandidateTable()
        self._links: Mapping[Tensor, Link | str] = {}
        self._not_in_place: Mapping[Tensor, str] = {}
        self._told: dict[str, Callable[[Compilation], Iterator[str]]] = {
            "regions": _regions,
            "layouts": _layouts,
            "precision": _precision,
            "implementations": self._implementations,
            "row-tiling": self._row_tiling,
            "memory": lambda c: arena_reasons(c.program, self._not_in_place),
        }

    def begins(self, step: str, c: Compilation) -> None:
        """Ask what can be asked only before the step."""
        if step == "row-tiling":
            self._links = links(c.program, c.choice.on)
        if step == "memory":
            self._not_in_place = why_not_in_place(c.program)

    def of(self, step: str, c: Compilation) -> Iterator[str]:
        """Lines about the step of this name, which has run."""
        if step in self._told:
            yield from self._told[step](c)

    def _implementations(self, c: Compilation) -> Iterator[str]:
        for leaf in c.program.leaves():
            lines = self.candidates.of(c, leaf)
            if lines:
                yield f"{leaf.output.name!r} {leaf.name}: {lines[0]}"
                yield from (f"  {line}" for line in lines[1:])

    def _row_tiling(self, c: Compilation) -> Iterator[str]:
        for tiles in c.row_tiles:
            yield f"{tiles.name}, in turns of {tiles.tile} rows of the last one"
        for tensor, link in self._links.items():
            if isinstance(link, str):
                yield f"{tensor.name!r} is not tiled: {link}"
            elif tensor.layout.rows:
                held = f"{tensor.layout.rows} rows, {line_buffer_bytes(tensor)} bytes, instead of {link.size}"
                yield f"{tensor.name!r} is a line buffer: {held}, which no cache would keep"
            else:
                room = f"{c.target.l2 * 3 // 4} bytes of the second-level cache"
                yield f"{tensor.name!r} is not tiled: it is the smallest of a run whose line buffers do not fit {room}"


def _regions(c: Compilation) -> Iterator[str]:
    for graph in c.regions:
        for value, why in why_stored(graph, c.definitions[graph]).items():
            yield f"{value.name!r} is stored: {why}"


def _layouts(c: Compilation) -> Iterator[str]:
    for regions in c.regions.values():
        for value, why in why_so(regions, c.target).items():
            yield f"{value.name!r} {c.layouts[value]}: {why}"


def _precision(c: Compilation) -> Iterator[str]:
    n = c.numerics
    yield f"allowed: contractions multiply {n.precision}, weights bound by memory are stored as {n.weights}"
    for value, why in why_stored_so(c.regions.values(), c.layouts, n).items():
        yield f"{value.name!r} is stored as {c.types[value].dtype}: {why}"
