"""The math functions of doubles, against numpy's long double and decimal arithmetic."""

import math
from decimal import Decimal

import numpy as np
import pytest

from benchmarks.fit_polynomials import erf
from benchmarks.native_math import compile_math, runnable

LONG = np.longdouble
INF, NAN = float("inf"), float("nan")
TINY = 5e-324
BOUND = 2.0
BOUNDS = {"swish": 2.4}
TARGETS = runnable()
needs_long_double = pytest.mark.skipif(np.finfo(LONG).nmant < 63, reason="long double is double here")
each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


def error(got, expected):
    """In units of the last place of the expected long doubles."""
    exponent = np.frexp(np.minimum(np.abs(expected), np.finfo(np.float64).max))[1]
    unit = np.ldexp(LONG(1), np.maximum(exponent - 53, -1074))
    with np.errstate(all="ignore"):
        difference = np.abs(got.astype(LONG) - expected) / unit
        same = (np.isnan(got) & np.isnan(expected)) | (got == expected.astype(np.float64))
    return np.where(same, 0, np.where(np.isnan(difference), np.inf, difference)).astype(float)


def sigmoid(x):
    z = np.exp(-np.abs(x))
    return np.where(x < 0, z, LONG(1)) / (1 + z)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


REFERENCES = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "swish": lambda x: x * sigmoid(x),
    "softplus": softplus,
}
SPECIAL = {
    "exp": [(0.0, 1.0), (INF, INF), (-INF, 0.0), (710.0, INF), (-746.0, 0.0), (-744.0, 2 * TINY), (NAN, NAN)],
    "log": [(0.0, -INF), (-0.0, -INF), (1.0, 0.0), (-1.0, NAN), (INF, INF), (TINY, -744.4400719213812), (NAN, NAN)],
    "tanh": [(-0.0, -0.0), (TINY, TINY), (INF, 1.0), (-INF, -1.0), (NAN, NAN)],
    "sigmoid": [(0.0, 0.5), (INF, 1.0), (-INF, 0.0), (-1e300, 0.0), (-744.0, 2 * TINY), (NAN, NAN)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (TINY, TINY), (-TINY, -TINY), (INF, NAN), (NAN, NAN)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (TINY, 1.0), (-INF, NAN), (NAN, NAN)],
    "erf": [(-0.0, -0.0), (TINY, TINY), (INF, 1.0), (-INF, -1.0), (NAN, NAN)],
    "softplus": [(INF, INF), (-INF, 0.0), (1e300, 1e300), (NAN, NAN)],
    "swish": [(INF, INF), (-INF, -0.0), (-0.0, -0.0), (1e300, 1e300), (-1e300, -0.0), (NAN, NAN)],
    "gelu": [(INF, INF), (-INF, -0.0), (-0.0, -0.0), (1e300, 1e300), (NAN, NAN)],
    "gelu_tanh": [(INF, INF), (-INF, -0.0), (-0.0, -0.0), (1e300, 1e300), (NAN, NAN)],
}
POWERS = [
    (-2.0, 3.0, -8.0),
    (-2.0, 0.5, NAN),
    (-1.0, 1e308, 1.0),
    (-1.0, -INF, 1.0),
    (1.0, NAN, 1.0),
    (NAN, 0.0, 1.0),
    (-0.0, -1.0, -INF),
    (0.0, -1e308, INF),
    (-INF, 3.0, -INF),
    (-1.0, 2.0**53 - 1, -1.0),
    (TINY, 1.0, TINY),
    (2.0, -1074.0, TINY),
    (2.0, 1024.0, INF),
    (1.0 + 2.0**-52, 1e308, INF),
    (10.0, 22.0, 1e22),
]


@needs_long_double
@each_target
@pytest.mark.parametrize("name", REFERENCES)
def test_error_is_within_its_bound(name, target):
    random = np.random.default_rng(23)
    patterns = random.integers(0, 1 << 64, 1 << 14, dtype=np.uint64).view(np.float64)
    usual = [random.uniform(-low, low, 1 << 14) for low in (1.0, 6.0, 40.0, 745.0)]
    x = np.concatenate([patterns, *usual, np.exp(random.uniform(-1, 1, 1 << 14))])
    with np.errstate(all="ignore"):
        expected = REFERENCES[name](x.astype(LONG))
    errors = error(compile_math(name, target, target.lanes(8), "double")(x), expected)
    assert errors.max() <= BOUNDS.get(name, BOUND), x[errors.argmax()]


@needs_long_double
@each_target
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_sines_of_every_size_are_within_two_ulp(name, target):
    random = np.random.default_rng(26)
    count = 1 << 13
    # the double that is nearest to a multiple of π/2 (Muller, Elementary Functions), and multiples themselves
    hard = [[6381956970095103.0 * 2.0**797], np.pi / 2 * np.arange(count)]
    usual = [random.uniform(-size, size, count) for size in (1.0, 1e3, 1e6, 1e15)]
    x = np.concatenate([*hard, *usual, np.exp(random.uniform(-700, 709, count))])
    expected = {"sin": np.sin, "cos": np.cos}[name](x.astype(LONG))
    errors = error(compile_math(name, target, target.lanes(8), "double")(x), expected)
    assert errors.max() <= BOUND, x[errors.argmax()]


@needs_long_double
@each_target
def test_erf_is_within_two_ulp(target):
    random = np.random.default_rng(24)
    x = np.concatenate([random.uniform(-6.2, 6.2, 200), random.uniform(0.9, 1.1, 100), random.uniform(-1e-3, 1e-3, 50)])
    expected = np.array([LONG(str(erf(Decimal(float(value))))) for value in x])
    assert error(compile_math("erf", target, target.lanes(8), "double")(x), expected).max() <= BOUND


@needs_long_double
@each_target
def test_powers_are_within_two_ulp(target):
    random = np.random.default_rng(25)
    count = 1 << 14
    x = [random.uniform(0, 4, count), np.exp(random.uniform(-700, 700, count)), -random.integers(1, 50, count)]
    y = [random.uniform(-300, 300, count), random.uniform(-1.5, 1.5, count), random.integers(-30, 30, count)]
    x, y = np.concatenate(x).astype(float), np.concatenate(y).astype(float)
    with np.errstate(all="ignore"):
        expected = np.power(x.astype(LONG), y.astype(LONG))
    assert error(compile_math("pow", target, target.lanes(8), "double")(x, y), expected).max() <= BOUND


@needs_long_double
@each_target
@pytest.mark.parametrize("name", ["gelu", "gelu_tanh"])
def test_gelu_is_within_two_ulp_of_its_argument(name, target):
    x = np.random.default_rng(28).uniform(-12, 12, 1 << 13)
    if name == "gelu":
        expected = 0.5 * x * np.vectorize(math.erfc)(-x / math.sqrt(2))
    else:
        wide = x.astype(LONG)
        expected = wide * sigmoid(2 * np.sqrt(LONG(2) / LONG(np.pi)) * (wide + LONG("0.044715") * wide**3))
    got = compile_math(name, target, target.lanes(8), "double")(x)
    errors = np.abs(got - expected) / np.spacing(np.abs(x))
    assert errors.max() <= BOUND, x[errors.argmax()]


@each_target
@pytest.mark.parametrize("name", SPECIAL)
def test_special_values(name, target):
    x, wanted = np.array(SPECIAL[name]).T
    got = compile_math(name, target, target.lanes(8), "double")(x)
    same = (got.view(np.uint64) == np.ascontiguousarray(wanted).view(np.uint64)) | (np.isnan(got) & np.isnan(wanted))
    assert same.all(), list(zip(x, wanted, got, strict=True))


@each_target
def test_powers_of_special_values(target):
    x, y, wanted = np.array(POWERS).T
    got = compile_math("pow", target, target.lanes(8), "double")(x, y)
    same = (got.view(np.uint64) == np.ascontiguousarray(wanted).view(np.uint64)) | (np.isnan(got) & np.isnan(wanted))
    assert same.all(), list(zip(x, y, wanted, got, strict=True))


@pytest.mark.parametrize("name", SPECIAL)
def test_results_do_not_depend_on_the_width_of_the_vector(name):
    fused = [target for target in TARGETS if target.fma]
    if not fused:
        pytest.skip("this machine has no fused multiply-add")
    random = np.random.default_rng(27)
    x = np.concatenate([random.uniform(-20, 20, 2000), np.exp(random.uniform(-700, 709, 2000))])
    widths = {128: (2, 0), 256: (2, 4), 512: (0, 2, 4, 8, 16)}
    variants = [(target, lanes) for target in fused for lanes in widths[target.vector_bits]]
    wanted = compile_math(name, *variants[0], "double")(x)
    for target, lanes in variants[1:]:
        got = compile_math(name, target, lanes, "double")(x)
        same = (got.view(np.uint64) == wanted.view(np.uint64)) | (np.isnan(got) & np.isnan(wanted))
        assert same.all(), f"{name} on {target.name} with {lanes} lanes"
