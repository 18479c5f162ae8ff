"""Seeded data for cases."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import DType
from tests.frontends.tensorflow.case import Case, Fixed

RANDOM = np.random.default_rng(16)
F32, F64, I32, I64, U8 = DType.f32, DType.f64, DType.i32, DType.i64, DType.u8


def normal(*shape):
    """f32 numbers round 0."""
    return RANDOM.standard_normal(shape).astype(np.float32)


def positive(*shape):
    """f32 numbers from 0.1 to 3."""
    return RANDOM.uniform(0.1, 3, shape).astype(np.float32)


def unit(*shape):
    """f32 numbers from -0.9 to 0.9."""
    return RANDOM.uniform(-0.9, 0.9, shape).astype(np.float32)


def whole(low, high, *shape, dtype=np.int32):
    """Integers from low on, below high."""
    return RANDOM.integers(low, high, shape).astype(dtype)


def flags(*shape):
    """Booleans."""
    return RANDOM.integers(0, 2, shape).astype(bool)


def fixed(*numbers, dtype=np.int32):
    """A vector that is a constant of the model."""
    return Fixed(np.array(numbers, dtype))


def one(number, dtype=np.int32):
    """A scalar that is a constant of the model."""
    return Fixed(np.array(number, dtype))


__all__ = [
    "F32",
    "F64",
    "I32",
    "I64",
    "U8",
    "Case",
    "Fixed",
    "fixed",
    "flags",
    "normal",
    "one",
    "positive",
    "unit",
    "whole",
]
