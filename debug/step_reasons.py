"""Why a step of code generation decided as it did, and what it would have cost otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.layouts import why_so
from dldt.codegen.plan.regions import why_stored
from dldt.codegen.plan.row_tiling import why_not_tiled
from dldt.debug.kernel_table import why_not


def step_reasons(step: str, c: Compilation) -> Iterator[str]:
    """Lines about the step of this name, which has run, or is about to where ``BEFORE`` has it."""
    if step in REASONS:
        yield from REASONS[step](c)


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


def _implementations(c: Compilation) -> Iterator[str]:
    for leaf in c.program.leaves():
        lines = list(why_not(c, leaf))
        if lines:
            yield f"{leaf.output.name!r} {leaf.name}: {lines[0]}"
            yield from (f"  {line}" for line in lines[1:])


def _row_tiling(c: Compilation) -> Iterator[str]:
    for tensor, why in why_not_tiled(c.program, c.choice.on).items():
        yield f"{tensor.name!r} is not tiled: {why}"


Reasons = Callable[[Compilation], Iterator[str]]
REASONS: dict[str, Reasons] = {
    "regions": _regions,
    "layouts": _layouts,
    "precision": _precision,
    "implementations": _implementations,
    "row-tiling": _row_tiling,
}
BEFORE = ("row-tiling",)
"""Steps that change what their reasons are asked of: these are asked before."""
