"""The math functions against numpy's in double: seeded samples of all bit patterns and of the usual range."""

from functools import cache

import numpy as np
import pytest

from benchmarks.math_reference import REFERENCES, measure
from benchmarks.native_math import compile_math, runnable
from dldt.codegen.llvm.math import MATH

TARGETS = runnable()
COUNT = 1 << 14


@cache
def samples():
    random = np.random.default_rng(20)
    patterns = random.integers(0, 1 << 32, 4 * COUNT, dtype=np.uint64).astype(np.uint32).view(np.float32)
    patterns = np.where(np.isnan(patterns), np.float32(np.nan), patterns)
    usual = [random.uniform(-low, low, COUNT) for low in (1.0, 4.0, 20.0, 110.0, 1e5)]
    near_one = np.exp(random.uniform(-1, 1, COUNT))
    return np.concatenate([patterns, *usual, near_one]).astype(np.float32)


def operands(name):
    first = samples()
    if MATH[name] == 1:
        return (first,)
    random = np.random.default_rng(21)
    second = random.permutation(first)
    # a power of usual size has a base near 1 or a small exponent, and whole exponents where the base is negative
    first = np.concatenate([first, random.uniform(0, 4, COUNT), random.uniform(-9, 0, COUNT)])
    second = np.concatenate([second, random.uniform(-60, 60, COUNT), random.integers(-20, 20, COUNT)])
    return first.astype(np.float32), second.astype(np.float32)


def test_every_function_has_a_reference():
    assert set(MATH) == set(REFERENCES)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("name", REFERENCES)
def test_error_is_within_its_bound(name, target):
    given = operands(name)
    errors = measure(name, compile_math(name, target, target.lanes(4))(*given), *given)
    bound = REFERENCES[name].bound if target.fma else REFERENCES[name].unfused_bound
    at = int(errors.argmax())
    assert errors[at] <= bound, f"{name}({', '.join(str(x[at]) for x in given)}) is {errors[at]:.3f} ulp wrong"


@pytest.mark.parametrize("name", REFERENCES)
def test_results_do_not_depend_on_the_width_of_the_vector(name):
    given = [x[::7] for x in operands(name)]
    fused = [target for target in TARGETS if target.fma]
    if not fused:
        pytest.skip("this machine has no fused multiply-add")
    widths = {128: (4, 0), 256: (4, 8), 512: (0, 4, 8, 16, 32)}
    variants = [(target, lanes) for target in fused for lanes in widths[target.vector_bits]]
    wanted = compile_math(name, *variants[0])(*given)
    for target, lanes in variants[1:]:
        got = compile_math(name, target, lanes)(*given)
        same = (got.view(np.uint32) == wanted.view(np.uint32)) | (np.isnan(got) & np.isnan(wanted))
        assert same.all(), f"{name} on {target.name} with {lanes} lanes"
