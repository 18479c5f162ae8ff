"""The matrices of sines and cosines with which numbers are multiplied in a Fourier transform."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import attrs
import numpy as np

from dldt.codegen.plan.given import converted, counted, number
from dldt.compiler import ops
from dldt.compiler.budget import budget
from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.types import Array, DType

_BYTES = 48
"""What an entry of a table takes while it is computed: several arrays of f64."""
_FIRST, _SECOND, _LAST = np.array([0]), np.array([1]), np.array([-1])


@attrs.frozen
class Rotation:
    """The entries e^(sign * 2 pi i * row * column / n) of a matrix of ``rows`` by ``columns``, as sine and cosine."""

    cosine: Value
    sine: Value

    @classmethod
    def of(cls, rows: Value, columns: Value, n: Value, sign: int) -> Rotation:
        """Computed in f64; whole turns are taken off before, in integers."""
        places = ops.Multiply()(ops.Unsqueeze()(counted(rows), _SECOND), counted(columns))
        turns = converted(ops.FloorMod()(places, n), DType.f64)
        angle = ops.Divide()(ops.Multiply()(turns, np.array(sign * 2 * np.pi)), converted(n, DType.f64))
        return cls(ops.Cos()(angle), ops.Sin()(angle))


Table: TypeAlias = Callable[[Value, Value, Value], Value]
"""Rows, columns and n of a transform → its matrix."""


def pairs_to_pairs(sign: int) -> Table:
    """[2 * rows, 2 * columns]: complex numbers become complex numbers."""

    def table(rows: Value, columns: Value, n: Value) -> Value:
        turn = Rotation.of(rows, columns, n, sign)
        real, imaginary = _side(turn.cosine, turn.sine), _side(ops.Negative()(turn.sine), turn.cosine)
        both = ops.Concat(1)(ops.Unsqueeze()(real, _SECOND), ops.Unsqueeze()(imaginary, _SECOND))
        return ops.Reshape()(both, _shape(rows, columns, 2, 2))

    return table


def reals_to_pairs(rows: Value, columns: Value, n: Value) -> Value:
    """[rows, 2 * columns]: real numbers become complex ones."""
    turn = Rotation.of(rows, columns, n, -1)
    return ops.Reshape()(_side(turn.cosine, turn.sine), _shape(rows, columns, 1, 2))


def pairs_to_reals(rows: Value, columns: Value, n: Value) -> Value:
    """[2 * rows, columns]: the first half of a spectrum becomes real numbers. Each of its numbers counts twice, but the
    first one, and the one in the middle of an even n."""
    turn = Rotation.of(rows, columns, n, 1)
    place = counted(rows)
    single = ops.LogicalOr()(ops.Equal()(place, number(0)), ops.Equal()(ops.Multiply()(place, number(2)), n))
    times = ops.Unsqueeze()(ops.Select()(single, np.array(1.0), np.array(2.0)), _SECOND)
    real, imaginary = ops.Multiply()(turn.cosine, times), ops.Multiply()(turn.sine, ops.Negative()(times))
    both = ops.Concat(1)(ops.Unsqueeze()(real, _SECOND), ops.Unsqueeze()(imaginary, _SECOND))
    return ops.Reshape()(both, _shape(rows, columns, 2, 1))


def matrix(table: Table, rows: Value, columns: Value, n: Value, kind: DType) -> Value:
    """The matrix, as a constant where the sizes are."""
    sizes = (rows, columns, n)
    known = [size.type.value for size in sizes]
    if any(value is None or not isinstance(value[0], int) for value in known):
        return converted(table(*sizes), kind)
    budget().ask(_BYTES * math.prod(int(value[0]) for value in known[:2] if value is not None))
    apart = Graph("table")
    numbers = [apart.constant(number(int(value[0]))) for value in known if value is not None]
    apart.result(converted(table(*numbers), kind), "table")
    return rows.graph.constant(interpret(apart, {})["table"])


def twiddles(rows: int, columns: int, sign: int) -> tuple[Array, Array]:
    """What stands between the two stages of a transform of ``rows * columns`` numbers: the factors of the pairs, and of
    the pairs with their parts exchanged."""
    budget().ask(_BYTES * rows * columns)
    places = np.arange(rows)[:, None] * np.arange(columns) % (rows * columns)
    angle = sign * 2 * np.pi * places / (rows * columns)
    sine = np.sin(angle)
    return np.cos(angle)[..., None], np.stack([-sine, sine], -1)


def _side(a: Value, b: Value) -> Value:
    """Two matrices, element beside element."""
    return ops.Concat(2)(ops.Unsqueeze()(a, _LAST), ops.Unsqueeze()(b, _LAST))


def _shape(rows: Value, columns: Value, high: int, wide: int) -> Value:
    sizes = (ops.Multiply()(rows, number(high)), ops.Multiply()(columns, number(wide)))
    return ops.Concat(0)(*(ops.Unsqueeze()(size, _FIRST) for size in sizes))
