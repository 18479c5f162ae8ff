"""Native code with free dims gives what each operation's definition gives, at two sizes of every dim."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.plan.expansion_table import EXPANSIONS
from dldt.compiler.dims import Poly, Symbol, atoms
from dldt.compiler.graph import Graph
from dldt.runtime import load
from tests.codegen.free_dims import renamed, resized, symbolic_types
from tests.codegen.native import check, name
from tests.ops.table import FAMILIES

MOST_TAKEN_APART = 4
PARTS = 2
"""Of each family's cases so many shares, of which a common run takes the first."""


def plain(types):
    """Whether every free dim of an input is a symbol by itself: the host can tell its size."""
    dims = [dim for t in types if t is not None for dim in t.shape if isinstance(dim, Poly)]
    return all(
        len(atoms(dim)) == 1 and isinstance(next(iter(atoms(dim))), Symbol) and str(dim).isidentifier() for dim in dims
    )


def family_model(cases):
    """One model of every case, its own inputs, and inputs of other sizes where the operation has an answer."""
    graph, own, other = Graph("free"), [], []
    for number, (case, types) in enumerate(cases):
        values = []
        for k, t in enumerate(renamed(types, f"_{number}")):
            if t is None:
                values.append(None)
            elif k in case.constant_inputs:
                values.append(graph.constant(case.inputs[k]))
            else:
                values.append(graph.parameter(f"{case.id}/x{k}", t))
        for k, value in enumerate(case.op.all(*values)):
            graph.result(value, f"{case.id}/y{k}")
        own.append(case)
        larger = resized(case, types)
        other.append(case if larger is None else attrs.evolve(case, inputs=larger))
    return graph, own, other


def feeds(cases):
    return {
        f"{case.id}/x{k}": x
        for case in cases
        for k, x in enumerate(case.inputs)
        if x is not None and k not in case.constant_inputs
    }


def expected(cases):
    return {f"{case.id}/y{k}": y for case in cases for k, y in enumerate(case.expected())}


@pytest.mark.one_in(PARTS)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_free_dims(family, part, tmp_path):
    lowered = [case for case in family.CASES if type(case.op) in RULES or type(case.op) in EXPANSIONS]
    found = [(case, types) for case in lowered if (types := symbolic_types(case)) is not None and plain(types)]
    if not found:
        pytest.skip("no case of this family has free dims")
    found = found[part::PARTS]
    # What is taken apart has many sizes: of hundreds in one model, no expression tells how large the arena is.
    together = MOST_TAKEN_APART if any(type(case.op) in EXPANSIONS for case, _ in found) else len(found)
    for start in range(0, len(found), together):
        graph, own, other = family_model(found[start : start + together])
        path = tmp_path / f"model{start}.so"
        compile_graph(graph, path, resolve_target("host"))
        with load(path, threads=2) as model, np.errstate(all="ignore"):
            for cases in (own, other, own):
                check(cases, model.run(feeds(cases)), expected(cases))
