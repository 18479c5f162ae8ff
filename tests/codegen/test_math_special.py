"""Zeros, infinities, NaN, denormal numbers and the edges of domains; values from C's Annex F and written by hand."""

import numpy as np
import pytest

from benchmarks.native_math import compile_math, runnable

INF, NAN = float("inf"), float("nan")
TINY = 2.0**-149
PI = float(np.float32(np.pi))
HALF_PI = float(np.float32(np.pi / 2))

CASES = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (89.0, INF), (-104.0, 0.0), (-103.0, TINY), (TINY, 1.0)],
    "log": [(0.0, -INF), (-0.0, -INF), (1.0, 0.0), (INF, INF), (-1.0, NAN), (-INF, NAN), (TINY, -103.27893)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (TINY, TINY), (-TINY, -TINY), (3e38, 1.0)],
    "sigmoid": [(0.0, 0.5), (INF, 1.0), (-INF, 0.0), (3e38, 1.0), (-3e38, 0.0), (-103.0, TINY), (-104.0, 0.0)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (-4.0, -1.0), (TINY, TINY)],
    "softplus": [(INF, INF), (-INF, 0.0), (3e38, 3e38), (-3e38, 0.0), (0.0, float(np.float32(np.log(2))))],
    "mish": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (-3e38, -0.0), (3e38, 3e38)],
    "swish": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (-3e38, -0.0), (3e38, 3e38), (NAN, NAN)],
    "gelu": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (-3e38, -0.0), (3e38, 3e38)],
    "gelu_tanh": [(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (-3e38, -0.0), (3e38, 3e38)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (TINY, TINY), (-TINY, -TINY), (89.0, INF)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (-1.5, NAN), (INF, INF), (-INF, NAN), (-TINY, -TINY)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (TINY, TINY)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN), (TINY, 1.0)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (TINY, TINY)],
    "asin": [(0.0, 0.0), (-0.0, -0.0), (1.0, HALF_PI), (-1.0, -HALF_PI), (1.5, NAN), (-INF, NAN), (TINY, TINY)],
    "acos": [(1.0, 0.0), (-1.0, PI), (0.0, HALF_PI), (1.0000001, NAN), (-INF, NAN)],
    "atan": [(0.0, 0.0), (-0.0, -0.0), (INF, HALF_PI), (-INF, -HALF_PI), (TINY, TINY)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (TINY, TINY), (-90.0, -INF)],
    "cosh": [(0.0, 1.0), (INF, INF), (-INF, INF), (-90.0, INF)],
    "asinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (TINY, TINY)],
    "acosh": [(1.0, 0.0), (0.5, NAN), (-2.0, NAN), (INF, INF), (-INF, NAN)],
    "atanh": [(0.0, 0.0), (-0.0, -0.0), (1.0, INF), (-1.0, -INF), (1.5, NAN), (-INF, NAN), (TINY, TINY)],
    "sqrt": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-1.0, NAN)],
    "rsqrt": [(0.0, INF), (-0.0, -INF), (INF, 0.0), (-1.0, NAN), (4.0, 0.5)],
    "reciprocal": [(0.0, INF), (-0.0, -INF), (INF, 0.0), (-INF, -0.0)],
    "floor": [(-0.0, -0.0), (-0.5, -1.0), (0.5, 0.0), (INF, INF), (-8388609.0, -8388609.0)],
    "ceil": [(-0.0, -0.0), (-0.5, -0.0), (0.5, 1.0), (-INF, -INF)],
    "trunc": [(-0.0, -0.0), (-0.5, -0.0), (1.9, 1.0), (-INF, -INF)],
    "round_even": [(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-0.5, -0.0), (-1.5, -2.0), (INF, INF), (8388607.5, 8388608.0)],
    "round_away": [
        (0.5, 1.0),
        (2.5, 3.0),
        (-0.5, -1.0),
        (0.49999997, 0.0),
        (-0.49999997, -0.0),
        (8388609.0, 8388609.0),
    ],
    "abs": [(-0.0, 0.0), (-INF, INF), (-TINY, TINY)],
    "sign": [(-0.0, -0.0), (0.0, 0.0), (-INF, -1.0), (TINY, 1.0), (-TINY, -1.0)],
}

POWERS = [
    (2.0, 10.0, 1024.0),
    (-2.0, 3.0, -8.0),
    (-2.0, 2.0, 4.0),
    (-2.0, -1.0, -0.5),
    (-8.0, 1 / 3, NAN),
    (0.0, 0.0, 1.0),
    (NAN, 0.0, 1.0),
    (1.0, NAN, 1.0),
    (-1.0, INF, 1.0),
    (-1.0, -INF, 1.0),
    (0.0, -1.0, INF),
    (-0.0, -1.0, -INF),
    (-0.0, -2.0, INF),
    (-0.0, 3.0, -0.0),
    (-0.0, 0.5, 0.0),
    (0.0, INF, 0.0),
    (0.0, -INF, INF),
    (0.5, INF, 0.0),
    (0.5, -INF, INF),
    (2.0, INF, INF),
    (2.0, -INF, 0.0),
    (INF, -0.5, 0.0),
    (INF, 0.5, INF),
    (-INF, 3.0, -INF),
    (-INF, 2.5, INF),
    (-INF, -3.0, -0.0),
    (-1.0, 16777216.0, 1.0),
    (-1.0, 8388609.0, -1.0),
    (TINY, 1.0, TINY),
    (2.0, -149.0, TINY),
    (2.0, 128.0, INF),
    (NAN, 1.0, NAN),
    (2.0, NAN, NAN),
]

REMAINDERS = [
    (5.5, 2.0, 1.5, 1.5),
    (-5.5, 2.0, -1.5, 0.5),
    (5.5, -2.0, 1.5, -0.5),
    (-5.5, -2.0, -1.5, -1.5),
    (4.0, 2.0, 0.0, 0.0),
    (-4.0, 2.0, -0.0, 0.0),
    (4.0, -2.0, 0.0, -0.0),
    (1.0, 0.0, NAN, NAN),
    (INF, 2.0, NAN, NAN),
    (3.0, INF, 3.0, 3.0),
    (NAN, 2.0, NAN, NAN),
    (2.0, NAN, NAN, NAN),
    (2.0**127, 3.0, 2.0, 2.0),  # 2 to an odd power leaves 2
    (2.0**126, 3.0, 1.0, 1.0),
    (2.0**127, 3 * TINY, TINY, TINY),  # 2^276, an even power, leaves 1
]

TARGETS = runnable()


def same(got, wanted):
    wanted = np.float32(wanted)
    return np.isnan(got) if np.isnan(wanted) else got.view(np.uint32) == wanted.view(np.uint32)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("name", CASES)
def test_special_values(name, target):
    cases = [*CASES[name], (NAN, NAN)]
    got = compile_math(name, target, target.lanes(4))(np.float32([x for x, _ in cases]))
    wrong = [(x, wanted, value) for (x, wanted), value in zip(cases, got, strict=True) if not same(value, wanted)]
    assert not wrong


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_powers_of_special_values(target):
    x, y, _ = np.float32(POWERS).T
    got = compile_math("pow", target, target.lanes(4))(x, y)
    wrong = [(*case, value) for case, value in zip(POWERS, got, strict=True) if not same(value, case[2])]
    assert not wrong


@pytest.mark.parametrize(("name", "column"), [("fmod", 2), ("mod", 3)])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_remainders_of_special_values(name, column, target):
    table = np.float32(REMAINDERS).T
    got = compile_math(name, target, target.lanes(4))(table[0], table[1])
    wrong = [(*case[:2], value) for case, value in zip(REMAINDERS, got, strict=True) if not same(value, case[column])]
    assert not wrong


@pytest.mark.parametrize(("name", "expected"), [("fmod", np.fmod), ("mod", np.mod)])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_remainders_of_doubles_are_exact(name, expected, target):
    """Of any bits, of multiples, of quotients beyond those of one step: with fused products, and without them."""
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 2**64, (2, 4000), dtype=np.uint64).view(np.float64)
    with np.errstate(all="ignore"):
        x[:1000] = y[:1000] * rng.integers(0, 2**26, 1000)
        x[1000:2000] = y[1000:2000] * (rng.integers(0, 2**53, 1000) * 1.5)
        x[2000:2008], y[2004:2012] = [INF, NAN, 0.0, -0.0] * 2, [INF, NAN, 0.0, -0.0] * 2
        wanted = expected(x, y)
    got = compile_math(name, target, target.lanes(8), "double")(x, y)
    assert np.array_equal(got, wanted, equal_nan=True)
    zeros = wanted == 0
    assert np.array_equal(np.signbit(got[zeros]), np.signbit(wanted[zeros]))
