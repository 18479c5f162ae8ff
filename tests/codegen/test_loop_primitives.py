"""The primitives on values written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dldt.codegen.loop.primitives import PRIMITIVES, convert, primitive
from dldt.compiler.types import DType

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("name", "a", "b", "want"),
    [
        ("floordiv", [7, -7, 7, -7, 5], [2, 2, -2, -2, 0], [3, -4, -4, 3, 0]),
        ("truncdiv", [7, -7, 7, -7, 5], [2, 2, -2, -2, 0], [3, -3, -3, 3, 0]),
        ("floormod", [7, -7, 7, -7, 5], [3, 3, -3, -3, 0], [1, 2, -2, -1, 0]),
        ("truncmod", [7, -7, 7, -7, 5], [3, 3, -3, -3, 0], [1, -1, 1, -1, 0]),
        ("pow", [2, -3, 1, -1, 5, 0], [10, 3, -4, -3, -1, 0], [1024, -27, 1, -1, 0, 1]),
    ],
)
def test_integer_arithmetic(name, a, b, want):
    with np.errstate(all="ignore"):
        found = primitive(name).meaning(np.array(a, np.int32), np.array(b, np.int32))
    assert found.tolist() == want
    assert found.dtype == np.int32


@pytest.mark.parametrize(
    ("name", "x", "want"),
    [
        ("round_even", [0.5, 1.5, -0.5, -1.5, 2.4], [0, 2, 0, -2, 2]),
        ("round_away", [0.5, 1.5, -0.5, -1.5, 2.4], [1, 2, -1, -2, 2]),
        ("relu", [-1, 0, 2], [0, 0, 2]),
        ("sign", [-3, 0, 4], [-1, 0, 1]),
        ("sigmoid", [0, 1000, -1000], [0.5, 1, 0]),
        ("softplus", [0, 1000, -1000], [math.log(2), 1000, 0]),
        ("mish", [0, 100, -1000], [0, 100, 0]),
        ("swish", [0, 1, -1, 1000], [0, 0.7310586, -0.2689414, 1000]),
        ("gelu", [0, 1, -1], [0, 0.8413447, -0.1586553]),
        ("gelu_tanh", [0, 1, -1], [0, 0.8411920, -0.1588080]),
        ("erf", [0, 1, -2], [0, 0.8427008, -0.9953223]),
        ("expm1", [0, 1e-8], [0, 1e-8]),
        ("log1p", [0, 1e-8], [0, 1e-8]),
    ],
)
def test_float_functions(name, x, want):
    found = primitive(name).meaning(np.array(x, np.float32))
    np.testing.assert_allclose(found, np.array(want, np.float32), rtol=1e-6, atol=1e-7)
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("x", "dtype", "want"),
    [
        ([1.9, -1.9, NAN, INF, -INF, 300, -300], DType.i8, [1, -1, 0, 127, -128, 127, -128]),
        ([1.9, -1.9, NAN, INF, -INF, 300], DType.u8, [1, 0, 0, 255, 0, 255]),
        ([3e9, -3e9, 2147483520], DType.i32, [2**31 - 1, -(2**31), 2147483520]),
        ([1e19, -1e19, 2**62], DType.i64, [2**63 - 1, -(2**63), 2**62]),
        ([2e19, 2**63], DType.u64, [2**64 - 1, 2**63]),
        ([0, -0.0, 0.25, NAN], DType.boolean, [False, False, True, True]),
    ],
)
def test_floats_convert_with_saturation(x, dtype, want):
    assert convert(np.array(x, np.float32), dtype).tolist() == want


def test_integers_convert_by_wrapping():
    assert convert(np.array([255, 256, -1], np.int64), DType.u8).tolist() == [255, 0, 255]


def test_half_precision_is_rounded_by_a_conversion():
    found = convert(np.array([1 + 2**-12, 1e6], np.float32), DType.f16)
    assert found.dtype == np.float32
    assert found.tolist() == [1, INF]


def test_every_entry_carries_its_own_name():
    assert all(name == known.name and known.arity in (1, 2, 3) for name, known in PRIMITIVES.items())
