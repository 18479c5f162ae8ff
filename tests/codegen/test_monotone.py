"""What is known to grow or to fall along a variable, beside the values themselves."""

from __future__ import annotations

import itertools

import pytest

from dldt.codegen.loop.linear import is_monotone
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import ceildiv, floordiv, maximum, minimum, symbol, symbols
from dldt.compiler.substitute import evaluate

FIRST, SECOND = LoopVariable("i"), LoopVariable("j")
x, y = FIRST.within(0, 11), SECOND.within(0, 3)
n = symbol("N")
KNOWN = [
    3,
    n,
    x,
    5 - 2 * x,
    maximum(ceildiv(3 - 2 * x, 3), 0),
    minimum(ceildiv(9 - x, 2), 3),
    minimum(n - x, 4) - floordiv(x, 2),
    maximum(x, y) + x,
    y * y,
]
UNKNOWN = [x - 3 * floordiv(x, 3), x * x, x * y, maximum(x, 4 - x), minimum(x, 3) - floordiv(x, 5)]


@pytest.mark.parametrize("dim", KNOWN, ids=str)
def test_it_never_turns_round(dim):
    assert is_monotone(dim, FIRST)
    for j, size in itertools.product(range(4), (1, 4, 30)):
        values = {FIRST: 0, SECOND: j, **{s: size for s in symbols(n)}}
        found = [dim if isinstance(dim, int) else evaluate(dim, values | {FIRST: i}) for i in range(12)]
        assert found in (sorted(found), sorted(found, reverse=True))


@pytest.mark.parametrize("dim", UNKNOWN, ids=str)
def test_what_may_turn_round_is_not_known(dim):
    assert not is_monotone(dim, FIRST)
