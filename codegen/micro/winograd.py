"""Winograd's minimal filtering F(m×m, 3×3): matrices, transforms of vectors, and filters packed for the products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir
from dldt.codegen.micro.pack import pack_panel
from dldt.codegen.micro.problem import Problem, Tile
from dldt.compiler.types import Array


@attrs.frozen
class Winograd:
    """``outputs`` (m) results from m+2 inputs in one dimension, y = Aᵀ[(G g) ⊙ (Bᵀ d)], by interpolation at 0, ±p for
    each p of ``points`` (one of them for m = 2, two for m = 4) and infinity (Toom–Cook; Lavin and Gray 2015)."""

    outputs: int
    points: tuple[float, ...]

    @property
    def size(self) -> int:
        """Inputs of a tile in one dimension."""
        return self.outputs + 2

    @property
    def taps(self) -> int:
        """Products a channel pair and tile."""
        return self.size**2

    @property
    def sums(self) -> int:
        """Vector operations of one ``input_transform`` (or ``output_transform``) of a line."""
        return {2: 4, 4: 12}[self.outputs]

    def _finite(self) -> list[float]:
        return [0.0, *(sign * p for p in self.points for sign in (1.0, -1.0))]

    def input_matrix(self) -> Array:
        """Bᵀ: the row of a point holds the coefficients of the product of (x - q) over the other points q."""
        finite = self._finite()
        rows = [np.poly([q for q in finite if q != p])[::-1] for p in finite]
        return np.array([*(np.append(row, 0.0) for row in rows), np.poly(finite)[::-1]])

    def filter_matrix(self) -> Array:
        """G: 1, p, p² over the product of (p - q)."""
        finite = self._finite()
        scale = [np.prod([p - q for q in finite if q != p]) for p in finite]
        return np.array([*([1 / s, p / s, p * p / s] for p, s in zip(finite, scale, strict=True)), [0.0, 0.0, 1.0]])

    def output_matrix(self) -> Array:
        """Aᵀ: row i holds the i-th powers of the points."""
        finite, last = self._finite(), self.outputs - 1
        return np.array([[*(p**i for p in finite), float(i == last)] for i in range(self.outputs)])

    def filters(self, weights: Array) -> Array:
        """[outputs, inputs, 3, 3] → [outputs, inputs, size, size], in double precision."""
        g = self.filter_matrix()
        return np.asarray(np.matmul(np.matmul(g, np.asarray(weights, np.float64)), g.T))

    def input_transform(self, b: Builder, d: Sequence[Ir]) -> list[Ir]:
        """Bᵀd by butterflies: the rows of +p and -p share their even and their odd part."""
        if len(self.points) == 1:
            (a,) = self.points
            ends = [_axpy(b, -a * a, d[k], d[k + 2]) for k in (0, 1)]
            return [ends[0], _axpy(b, a, d[1], d[2]), _axpy(b, -a, d[1], d[2]), ends[1]]
        first, second = self.points
        u, v = first * first, second * second
        ends = [_axpy(b, u * v, d[k], _axpy(b, -u - v, d[k + 2], d[k + 4])) for k in (0, 1)]
        middle = []
        for point, other in ((first, v), (second, u)):
            even, odd = _axpy(b, -other, d[2], d[4]), _axpy(b, -other, d[1], d[3])
            middle += [_axpy(b, point, odd, even), _axpy(b, -point, odd, even)]
        return [ends[0], *middle, ends[1]]

    def output_transform(self, b: Builder, m: Sequence[Ir]) -> list[Ir]:
        """Aᵀm by butterflies: sums of a pair of points go to even rows, differences to odd ones."""
        pairs = [m[1 + 2 * k : 3 + 2 * k] for k in range(len(self.points))]
        sums, differences = [b.add(x, y) for x, y in pairs], [b.sub(x, y) for x, y in pairs]
        ends = {0: m[0], self.outputs - 1: m[-1]}
        return [self.output_row(b, row, differences if row % 2 else sums, ends.get(row)) for row in range(self.outputs)]

    def output_row(self, b: Builder, row: int, parts: Sequence[Ir], end: Ir | None) -> Ir:
        """One row of Aᵀm from the sums (an odd row: the differences) of the pairs, and what comes of 0 or infinity."""
        total = end
        for point, part in zip(self.points, parts, strict=True):
            total = _scaled(b, point**row, part) if total is None else _axpy(b, point**row, part, total)
        assert total is not None
        return total


def pack_filters(weights: Array, form: Winograd, problem: Problem, tile: Tile) -> Iterator[memoryview]:
    """Column tile by column tile, and for each the products' taps in order: the panels of ``pack_weights``."""
    width = tile.columns * tile.lanes
    for panel in range(tile.panels(problem)):
        columns = tile.columns if panel + 1 < tile.panels(problem) else tile.last_columns(problem)
        part = form.filters(weights[0][panel * width : panel * width + columns * tile.lanes]).astype(np.float32)
        short = columns * tile.lanes - part.shape[0]
        if short:
            part = np.concatenate([part, np.zeros((short, *part.shape[1:]), np.float32)])
        for tap in range(form.taps):
            row, column = divmod(tap, form.size)
            yield from pack_panel(part[:, :, row : row + 1, column : column + 1], tile.chunk)


def filters_size(form: Winograd, problem: Problem, tile: Tile) -> int:
    """Bytes of the packed filters."""
    return 4 * form.taps * problem.inputs * problem.vectors(tile.lanes) * tile.lanes


def _axpy(b: Builder, factor: float, x: Ir, y: Ir) -> Ir:
    """y + factor·x."""
    if factor == 1:
        return b.add(y, x)
    return b.sub(y, x) if factor == -1 else b.fma(b.like(x, factor), x, y)


def _scaled(b: Builder, factor: float, x: Ir) -> Ir:
    return x if factor == 1 else b.mul(b.like(x, factor), x)
