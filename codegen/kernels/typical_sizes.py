"""The sizes that choices assume for dims that are not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from dldt.compiler.dims import Dim, Poly, Symbol, evaluate, symbols
from dldt.compiler.types import TensorType

_IMAGE, _VOLUME, _LENGTH, _OTHER = 224, 32, 128, 64
"""Rows and pixels of images; the sides of volumes; steps of sequences; dims that are found at run time."""

_SAMPLES = (
    *((1, scale) for scale in (1 / 7, 2 / 7, 3 / 7, 5 / 7, 1.0, 10 / 7, 2.0, 20 / 7, 4.0)),
    *((2, 3 / 7), (3, 4.0), (4, 2 / 7), (8, 2 / 7), (8, 4.0), (16, 3 / 7), (32, 1 / 7)),
)
"""Numbers of images or sequences, each with the share of the assumed rows, pixels or steps: single images of 32 to 896
pixels, several smaller ones, several long sequences."""


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
        made = [self._scaled(few, factor) for few, factor in _SAMPLES]
        return tuple({(*each.assumed.values(), each.other): each for each in made}.values())

    def _scaled(self, few: int, factor: float) -> TypicalSizes:
        found = {symbol: _scaled(symbol, size, few, factor) for symbol, size in self.assumed.items()}
        return TypicalSizes(found, max(1, round(self.other * factor)))

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


def _scaled(symbol: Symbol, size: int, few: int, factor: float) -> int:
    return _bounded(symbol, round(size * factor) if size > 1 else few)


def _bounded(symbol: Symbol, size: int) -> int:
    upper = symbol.upper if isinstance(symbol.upper, int) else size
    return max(1, symbol.lower, min(size, upper))
