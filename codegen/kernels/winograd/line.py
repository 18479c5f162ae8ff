"""Winograd's minimal filtering F(m, r) in one dimension: its matrices, and transforms of vectors."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.compiler.types import Array


@attrs.frozen
class Phase:
    """Inputs of a tile that are transformed together: every ``step``-th one from ``first`` on, by the matrix of
    ``line``. Where ``line`` is None, they are multiplied as they are."""

    first: int
    step: int
    line: Winograd | None

    def transform(self, b: Builder, d: Sequence[Ir]) -> list[Ir]:
        """The transformed inputs, ready for the products."""
        return self.line.input_transform(b, d) if self.line else list(d)


@attrs.frozen
class Winograd:
    """``outputs`` (m) results of a kernel of ``kernel`` (r) taps from m+r-1 inputs in one dimension,
    y = Aᵀ[(G g) ⊙ (Bᵀ d)], by interpolation at ±p for each p of ``points``, at infinity, and where m+r-1 is even at 0
    (Toom–Cook; Lavin and Gray 2015). One result of one tap, without points, is that product itself."""

    outputs: int
    points: tuple[float, ...]
    kernel: int = 3

    @property
    def size(self) -> int:
        """Inputs of a tile in one dimension, and as many products of a channel pair."""
        return self.outputs + self.kernel - 1

    @property
    def zero(self) -> int:
        """1 where 0 is among the points (it then comes before all others), else 0."""
        return self.size - 1 - 2 * len(self.points)

    @property
    def stride(self) -> int:
        """The step in inputs from one result to the next."""
        return 1

    @property
    def filters(self) -> int:
        """The number of different filters among the products."""
        return self.size

    @property
    def even(self) -> Winograd:
        """The part of the line in which pairs of points are joined: all of it."""
        return self

    @property
    def phases(self) -> tuple[Phase, ...]:
        """All inputs together."""
        return (Phase(0, 1, self),)

    @property
    def sums(self) -> int:
        """The number of vector operations of one ``input_transform``."""
        return len(self.points) * (2 * len(self.points) + 1 + self.zero)

    @property
    def output_sums(self) -> int:
        """The number of vector operations of one ``output_transform``."""
        return len(self.points) * (2 + self.outputs)

    def _finite(self) -> list[float]:
        return [0.0] * self.zero + [sign * p for p in self.points for sign in (1.0, -1.0)]

    def input_matrix(self) -> Array:
        """Bᵀ: the row of a point holds the coefficients of the product of (x - q) over the other points q."""
        if self.size == 1:
            return np.ones((1, 1))
        finite = self._finite()
        rows = [np.poly([q for q in finite if q != p])[::-1] for p in finite]
        return np.array([*(np.append(row, 0.0) for row in rows), np.poly(finite)[::-1]])

    def filter_matrix(self) -> Array:
        """G: the powers of p below r, divided by the product of (p - q)."""
        if self.size == 1:
            return np.ones((1, 1))
        finite, powers = self._finite(), range(self.kernel)
        scale = [np.prod([p - q for q in finite if q != p]) for p in finite]
        rows = [[p**k / s for k in powers] for p, s in zip(finite, scale, strict=True)]
        return np.array([*rows, [float(k == self.kernel - 1) for k in powers]])

    def output_matrix(self) -> Array:
        """Aᵀ: row i holds the i-th powers of the points."""
        if self.size == 1:
            return np.ones((1, 1))
        finite, last = self._finite(), self.outputs - 1
        return np.array([[*(p**i for p in finite), float(i == last)] for i in range(self.outputs)])

    def input_transform(self, b: Builder, d: Sequence[Ir]) -> list[Ir]:
        """Bᵀd by butterflies: the rows of +p and -p share their even and their odd part."""
        if self.size == 1:
            return list(d)
        squares = [p * p for p in self.points]
        ends = [_polynomial(b, squares, d[k::2]) for k in range(1 + self.zero)]
        middle = []
        for number, point in enumerate(self.points):
            others = squares[:number] + squares[number + 1 :]
            # The row of ±p holds the coefficients of (x ± p) times a polynomial in x²; the row of 0, those of x times
            # it.
            high, low = (_polynomial(b, others, d[k + self.zero :: 2]) for k in (1, 0))
            middle += [_axpy(b, point, low, high), _axpy(b, -point, low, high)]
        return [*ends[: self.zero], *middle, ends[-1]]

    def output_transform(self, b: Builder, m: Sequence[Ir]) -> list[Ir]:
        """Aᵀm by butterflies: sums of a pair of points go to even rows, differences to odd ones."""
        if self.size == 1:
            return list(m)
        pairs = [m[k : k + 2] for k in range(self.zero, self.size - 1, 2)]
        sums, differences = [b.add(x, y) for x, y in pairs], [b.sub(x, y) for x, y in pairs]
        ends = {row: m[product] for row, product in self.ends.items()}
        return [self.output_row(b, row, differences if row % 2 else sums, ends.get(row)) for row in range(self.outputs)]

    @property
    def ends(self) -> dict[int, int]:
        """The products at 0 and at infinity, each of which contributes to one result only."""
        return dict([(0, 0)] * self.zero) | {self.outputs - 1: self.size - 1}

    def output_row(self, b: Builder, row: int, parts: Sequence[Ir], end: Ir | None) -> Ir:
        """One row of Aᵀm from the sums (of an odd row: the differences) of the pairs, and the contribution of 0 or
        infinity."""
        total = end
        for point, part in zip(self.points, parts, strict=True):
            total = _scaled(b, point**row, part) if total is None else _axpy(b, point**row, part, total)
        assert total is not None
        return total


def _polynomial(b: Builder, roots: Sequence[float], d: Sequence[Ir]) -> Ir:
    """Σ cⱼ·dⱼ with the coefficients of the product of (x - root), the last of which is 1."""
    coefficients = np.atleast_1d(np.poly(roots))[::-1]
    total = d[len(roots)]
    for k in reversed(range(len(roots))):
        total = _axpy(b, float(coefficients[k]), d[k], total)
    return total


def _axpy(b: Builder, factor: float, x: Ir, y: Ir) -> Ir:
    """y + factor·x."""
    if factor == 1:
        return b.add(y, x)
    return b.sub(y, x) if factor == -1 else b.fma(b.like(x, factor), x, y)


def _scaled(b: Builder, factor: float, x: Ir) -> Ir:
    return x if factor == 1 else b.mul(b.like(x, factor), x)
