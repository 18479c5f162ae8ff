"""What a graph knows of its dims, whichever of two facts it learns first."""

from __future__ import annotations

from dldt.compiler.condition import Condition
from dldt.compiler.dim_knowledge import DimKnowledge
from dldt.compiler.dims import floordiv, symbol


def equal(left, right):
    return Condition("eq", left, right, "node", "two dims")


def test_a_quotient_stays_known_when_a_part_of_it_is_written_otherwise():
    n, m, width, head = (symbol(name) for name in ("n", "m", "width", "head"))
    for first, second in ((0, 1), (1, 0)):
        knowledge = DimKnowledge()
        facts = ((floordiv(width, 3 * n), head), (n, m))
        for fact in (first, second):
            knowledge.demand(equal(*map(knowledge.known, facts[fact])))
        of_n, of_m = (knowledge.known(floordiv(width, 3 * dim)) for dim in (n, m))
        assert of_n == of_m == head
