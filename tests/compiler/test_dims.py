"""Dims against plain ints: any expression under any substitution."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler import dims
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import Dim, Symbol
from dldt.compiler.errors import DldtError, InputError, ShapeError, UndecidedShapeError
from dldt.compiler.named_sizes import named_sizes, written_out, written_symbols
from dldt.compiler.spelling import spelling
from dldt.compiler.substitute import evaluate, substitute
from dldt.compiler.truncdiv import truncdiv
from dldt.runtime.dim_expression import DimExpression

N, M = dims.symbol("N"), dims.symbol("M")
LANE = dims.symbol("LANE", 0, 15)
OPERATIONS = ("+", "-", "*", "//", "%", "max", "min")


def _apply(operation: str, a: Dim, b: Dim) -> Dim:
    if operation == "+":
        return a + b
    if operation == "-":
        return a - b
    if operation == "*":
        return a * b
    if operation == "//":
        return dims.floordiv(a, b)
    if operation == "%":
        return a - b * dims.floordiv(a, b)
    return dims.maximum(a, b) if operation == "max" else dims.minimum(a, b)


def _plain(operation: str, a: int, b: int) -> int:
    table = {"+": a + b, "-": a - b, "*": a * b, "max": max(a, b), "min": min(a, b)}
    if operation in table:
        return table[operation]
    return a // b if operation == "//" else a % b


leaves = st.sampled_from([("N",), ("M",), ("K",)]) | st.integers(-6, 12).map(lambda i: (i,))
divisors = st.integers(1, 6).map(lambda i: (i,))


def _extend(children: st.SearchStrategy[tuple]) -> st.SearchStrategy[tuple]:
    free = st.tuples(st.sampled_from(["+", "-", "*", "max", "min"]), children, children)
    divided = st.tuples(st.sampled_from(["//", "%"]), children, divisors)
    by_symbol = st.tuples(st.sampled_from(["//", "%"]), children, st.sampled_from([("N",), ("M",)]))
    return free | divided | by_symbol


trees = st.recursive(leaves, _extend, max_leaves=8)
sizes = st.fixed_dictionaries({dims.FreeDim(name): st.integers(1, 40) for name in "NMK"})


def _dim(tree: tuple) -> Dim:
    if len(tree) == 1:
        return dims.symbol(tree[0]) if isinstance(tree[0], str) else tree[0]
    return _apply(tree[0], _dim(tree[1]), _dim(tree[2]))


def _int(tree: tuple, values: dict[Symbol, int]) -> int:
    if len(tree) == 1:
        return values[dims.FreeDim(tree[0])] if isinstance(tree[0], str) else tree[0]
    return _plain(tree[0], _int(tree[1], values), _int(tree[2], values))


@settings(max_examples=400, deadline=None)
@given(trees, sizes)
def test_every_expression_evaluates_as_python_does(tree: tuple, values: dict[Symbol, int]) -> None:
    assert evaluate(_dim(tree), values) == _int(tree, values)


@settings(max_examples=200, deadline=None)
@given(trees)
def test_text_parses_back_to_the_same_dim(tree: tuple) -> None:
    dim = _dim(tree)
    assert _read_again(dim) == dim


def _read_again(dim: Dim) -> Dim:
    """What the text of the dim and those of the named sizes in it say."""
    sizes: dict[str, Dim] = {}
    for named in named_sizes(dim):
        sizes[named.name] = parse_dim(str(named.definition), sizes, longest=100_000)
    return parse_dim(str(dim), sizes)


def test_the_text_of_a_long_dim_parses_back_with_its_sizes() -> None:
    parts = [dims.symbol(f"N{k}", 1) for k in range(90)]
    total = sum(parts[1:], start=parts[0])
    assert "#" in str(total)
    assert _read_again(total) == total
    product = (total - 3) * dims.maximum(parts[2] // 3, total // 2) + parts[5]
    assert _read_again(product) == product
    with pytest.raises(DldtError, match="the size #abc1 is not defined"):
        parse_dim("2*#abc1+1")


NAMES = st.one_of(
    st.text(max_size=8), st.text("aN1_ +*/()\"'\\\\\n", max_size=6), st.sampled_from(["if", "max", "2*N"])
)


@settings(max_examples=400, deadline=None)
@given(NAMES, NAMES)
def test_a_name_may_be_any_text(one: str, two: str) -> None:
    dim = 2 * dims.symbol(one) * dims.symbol(two) + dims.maximum(dims.symbol(one) // 3, dims.symbol(two)) - 1
    assert (spelling(one) == spelling(two)) == (one == two)
    assert parse_dim(str(dim)) == dim
    assert str(dim).isprintable() or not (one + two).isprintable()
    values = {one: 5, two: 8}
    assert DimExpression(str(dim))(values) == evaluate(dim, {dims.FreeDim(name): values[name] for name in values})


def test_symbols_of_two_kinds_are_two() -> None:
    free, found, loop = dims.FreeDim("n"), dims.DefinedDim("n"), LoopVariable("n")
    total = free.dim * loop.dim + found.dim + loop.dim
    assert len({free, found, loop}) == len({str(free), str(found), str(loop)}) == 3
    assert dims.symbols(total) == {free, found, loop}
    assert substitute(total, {free: 3, loop: 2}) == found.dim + 8
    assert loop.dim * free.dim == free.dim * loop.dim
    assert loop.dim // 2 * (free.dim // 2) == free.dim // 2 * (loop.dim // 2) != (free.dim // 2) * (free.dim // 2)


def test_a_symbol_has_a_kind() -> None:
    with pytest.raises(NotImplementedError, match="a symbol of no kind: n"):
        dims.Symbol("n")


@settings(max_examples=200, deadline=None)
@given(trees, sizes)
def test_bounds_hold(tree: tuple, values: dict[Symbol, int]) -> None:
    dim = _dim(tree)
    assert dims.minimum_of(dim) <= _int(tree, values) <= dims.maximum_of(dim)


@settings(max_examples=200, deadline=None)
@given(trees, trees, sizes)
def test_comparisons_that_are_decided_are_right(a: tuple, b: tuple, values: dict[Symbol, int]) -> None:
    left, right = _dim(a), _dim(b)
    try:
        less = left < right
    except ShapeError:
        return
    assert less == (_int(a, values) < _int(b, values))


@settings(max_examples=200, deadline=None)
@given(trees, sizes)
def test_partial_substitution_changes_nothing(tree: tuple, values: dict[Symbol, int]) -> None:
    step = substitute(_dim(tree), {dims.FreeDim("N"): values[dims.FreeDim("N")]})
    assert dims.FreeDim("N") not in dims.symbols(step)
    assert evaluate(step, values) == _int(tree, values)


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (N * 64 // 16, "4*N"),
        ((N * 2 + 4) // 2, "N+2"),
        (N - N, "0"),
        ((N + 1) * (N - 1), "N*N-1"),
        (N * M // N, "M"),
        ((N + 1) // 2, "(N+1)//2"),
        (((N + 1) // 2 + 1) // 2, "(N+3)//4"),
        ((N * N + N) // (N + 1), "N"),
        (dims.maximum(N, 1), "N"),
        (dims.maximum(N, 0), "N"),
        (dims.minimum(N, N + 3), "N"),
        (dims.ceildiv(N * 8, 4), "2*N"),
        (dims.product((2, N, 3, M)), "6*M*N"),
        ((N * 16 + LANE) // 64, "(N)//4"),
        ((N * 16 + LANE + 16) // 32, "(N+1)//2"),
        ((N * 16 + LANE + 1) // 32, "(LANE+16*N+1)//32"),
        ((N * 6 + 4) // 4, "(3*N)//2+1"),
    ],
)
def test_normal_forms(dim: Dim, text: str) -> None:
    assert str(dim) == text


def test_bounded_symbols_take_remainders_away() -> None:
    lane = dims.symbol("i", 0, 15)
    block = dims.symbol("b", 0)
    assert (block * 16 + lane) // 16 == block
    assert (block * 16 + lane) % 16 == lane
    assert lane // 16 == 0


def test_equality_and_hash_do_not_depend_on_the_way() -> None:
    a, b = (N + M) * (N + M), N * N + 2 * N * M + M * M
    assert a == b
    assert hash(a) == hash(b)
    assert len({a, b, N, N + 0}) == 2


def test_an_unknown_dim_is_no_int() -> None:
    with pytest.raises(ShapeError, match=r"dimension N\+1 is not known at compile time"):
        int(N + 1)
    with pytest.raises(ShapeError, match=r"dimension N has no value: N not given"):
        evaluate(N, {dims.FreeDim("M"): 3})
    with pytest.raises(UndecidedShapeError, match=r"cannot tell at compile time whether N < 5"):
        assert N < 5
    with pytest.raises(ShapeError, match="division of a dimension by zero"):
        dims.floordiv(4, 0)


@pytest.mark.parametrize(
    "text", ["", "N +", "__import__('os')", "N.x", "1.5", "b'a'", "N**2", "max(N)", "abs(N)", "True", "[N]", "N" * 1001]
)
def test_parse_refuses(text: str) -> None:
    with pytest.raises(InputError):
        parse_dim(text)


def _grow_by_sum(times) -> Dim:
    dim: Dim = N
    for i in range(times):
        dim = dim + dims.symbol(f"s{i}")
    return dim


def _grow_by_square(times) -> Dim:
    dim: Dim = N + M + 1
    for _ in range(times):
        dim = dim * dim
    return dim


def _grow_by_doubling(times) -> Dim:
    dim: Dim = N
    for _ in range(times):
        dim = dim * 3
    return dim


def _grow_by_nesting(times) -> Dim:
    dim: Dim = N
    for _ in range(times):
        dim = dims.maximum(dim - 1, M) + dim // 7
    return dim


def _grow_by_extrema(times) -> Dim:
    dim: Dim = N
    for _ in range(times):
        dim = dims.minimum(dims.maximum(dim - 1, M), dim + 3)
    return dim


def test_numbers_cannot_grow_without_bound() -> None:
    with pytest.raises(DldtError, match="grows beyond 64 bits"):
        _grow_by_doubling(100)


@pytest.mark.parametrize("grow", [_grow_by_sum, _grow_by_square, _grow_by_nesting, _grow_by_extrema])
def test_expressions_stay_short(grow) -> None:
    assert grow(500).weight <= 2 * dims.NAMED_ABOVE


def test_a_long_sum_is_a_name_for_it() -> None:
    """Its value, bounds, factor and constant are those of the sum."""
    parts = [dims.symbol(f"N{k}", 1, 9) for k in range(200)]
    total, backwards = sum(parts[1:], start=parts[0]), sum(parts[-2::-1], start=parts[-1])
    values = {dims.FreeDim(f"N{k}"): k % 7 + 1 for k in range(200)}
    assert evaluate(total, values) == sum(values.values()) == evaluate(backwards, values)
    assert (dims.minimum_of(total), dims.maximum_of(total)) == (200, 1800)
    assert written_out(total - backwards) == 0
    assert total.weight <= dims.NAMED_ABOVE
    assert (6 * total + 8) // 2 == 3 * total + 4
    assert total > total - parts[7]
    assert total - parts[3] - parts[199] >= 198
    assert substitute(total, values) == sum(values.values())
    assert dims.symbols(total) == set(values)


def test_a_name_is_known_wherever_the_size_is() -> None:
    parts = [dims.symbol(f"N{k}", 0) for k in range(100)]
    total = sum(parts[1:], start=parts[0])
    again = sum(parts[1:], start=parts[0])
    assert total == again
    assert dims.maximum(total, again) == total
    replaced = substitute(total, {dims.FreeDim("N3"): parts[4]})
    assert replaced != total
    assert evaluate(replaced, {dims.FreeDim(f"N{k}"): k for k in range(100)}) == 99 * 50 + 1
    (named,) = [s for s in named_sizes(total) if s.level == total.level]
    assert written_symbols(total) <= {named, *(dims.FreeDim(f"N{k}") for k in range(100))}


def test_an_extremum_is_bounded_case_by_case() -> None:
    n = dims.symbol("N", 0)
    rest = n - dims.maximum(n - 2, 0)
    assert (dims.minimum_of(rest), dims.maximum_of(rest)) == (0, 2)
    assert dims.maximum(rest, 0) + dims.maximum(n - 2, 0) == n


def test_an_extremum_of_a_dim_and_its_opposite_is_the_dim() -> None:
    n, m = dims.symbol("N", 0), dims.symbol("M", 0)
    assert dims.minimum(n, dims.maximum(n, m)) == n
    assert dims.maximum(dims.minimum(m, n), n) == n
    assert dims.minimum(n, dims.maximum(n + 1, m)) == n
    for other in (dims.maximum(n, m) + 1, 2 * dims.maximum(n, m), dims.minimum(n, m)):
        for sizes in ((0, 3), (3, 0), (2, 2)):
            values = {dims.FreeDim("N"): sizes[0], dims.FreeDim("M"): sizes[1]}
            assert evaluate(dims.minimum(n, other), values) == min(sizes[0], evaluate(other, values))


def test_quotients_towards_zero_and_remainders() -> None:
    n, m = dims.symbol("N", 0), dims.symbol("M", 1)
    quotient, remainder = truncdiv(n - 5, 3), n % m
    for value in range(12):
        assert evaluate(quotient, {dims.FreeDim("N"): value}) == int((value - 5) / 3)
        for divisor in range(1, 5):
            assert evaluate(remainder, {dims.FreeDim("N"): value, dims.FreeDim("M"): divisor}) == value % divisor
    assert dims.minimum_of(remainder) == 0
    with pytest.raises(ShapeError, match="cannot tell at compile time whether the divisor N is positive"):
        truncdiv(m, n)


def test_what_cannot_be_told_is_not_supported_and_what_cannot_be_is_refused():
    assert (ShapeError.exit_code, UndecidedShapeError.exit_code) == (2, 3)
