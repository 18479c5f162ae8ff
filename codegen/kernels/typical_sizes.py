"""The sizes that choices assume for dims that are not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle

import attrs

from dldt.compiler.dims import Dim, Poly, Symbol, symbols
from dldt.compiler.substitute import evaluate
from dldt.compiler.types import TensorType

_IMAGE, _VOLUME, _LENGTH, _OTHER = 224, 32, 128, 64
"""Rows and pixels of images; the sides of volumes; steps of sequences; dims that are found at run time."""

_SAMPLES = (
    *((1, 32, 32), (1, 64, 64), (1, 96, 128), (1, 160, 128), (1, 224, 224), (1, 320, 256), (1, 480, 384)),
    *((1, 480, 640), (1, 896, 896), (2, 96, 128), (3, 896, 896), (4, 64, 64), (8, 64, 64), (8, 896, 896)),
    *((16, 96, 96), (32, 32, 32)),
)
"""Numbers of images with their rows and pixels. Steps of sequences are in proportion to the rows."""

_LARGE = (480, 640)


@attrs.frozen
class TypicalSizes:
    """The size that choices assume for each symbol. No kernel depends on it for its results."""

    assumed: Mapping[Symbol, int] = attrs.field(factory=dict)
    other: int = _OTHER
    """The size of all other dims."""

    @staticmethod
    def of_inputs(types: Iterable[TensorType]) -> TypicalSizes:
        """By the places of symbols in the shapes of a model's inputs: one image or sequence of common sizes."""
        found: dict[Symbol, int] = {}
        for t in types:
            for axis, dim in enumerate(t.shape):
                for symbol in sorted(symbols(dim), key=str):
                    found.setdefault(symbol, _bounded(symbol, _size(t.rank, axis) // _factor(dim)))
        return TypicalSizes(found)

    def samples(self) -> tuple[TypicalSizes, ...]:
        """Smaller and larger sizes, each once: what is good for each of them is good for those between them."""
        made = [self._scaled(few, (rows / _IMAGE, pixels / _IMAGE)) for few, rows, pixels in _SAMPLES]
        return tuple({(*each.assumed.values(), each.other): each for each in made}.values())

    def large(self) -> TypicalSizes:
        """Those of an image that the caches do not keep between two layers."""
        rows, pixels = _LARGE
        return self._scaled(1, (rows / _IMAGE, pixels / _IMAGE))

    def _scaled(self, few: int, factors: tuple[float, float]) -> TypicalSizes:
        """Dims that are 1 become ``few``; the others are multiplied by the two factors in turns."""
        found: dict[Symbol, int] = {}
        turn = cycle(factors)
        for symbol, size in self.assumed.items():
            found[symbol] = _bounded(symbol, round(size * next(turn)) if size > 1 else few)
        return TypicalSizes(found, max(1, round(self.other * factors[0])))

    def of(self, dim: Dim) -> int:
        """The size that is assumed for a dim, at least 1 where it is not a number."""
        if isinstance(dim, int):
            return dim
        values = {s: self.assumed.get(s) or _bounded(s, self.other) for s in symbols(dim)}
        return max(1, evaluate(dim, values))


def _size(rank: int, axis: int) -> int:
    if axis == 0 and rank > 1:
        return 1
    if rank == 4 and axis > 1:
        return _IMAGE
    return _VOLUME if rank == 5 else _LENGTH


def _factor(dim: Dim) -> int:
    """The number that a dim is a multiple of."""
    return dim.terms[0][1] if isinstance(dim, Poly) and len(dim.terms) == 1 else 1


def _bounded(symbol: Symbol, size: int) -> int:
    upper = symbol.upper if isinstance(symbol.upper, int) else size
    return max(1, symbol.lower, min(size, upper))
