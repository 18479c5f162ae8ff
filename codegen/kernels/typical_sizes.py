"""The sizes that choices assume for dims that are not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from dldt.compiler.dims import Dim, Poly, Symbol, evaluate, symbols
from dldt.compiler.types import TensorType

_IMAGE, _VOLUME, _LENGTH, _OTHER = 224, 32, 128, 64
"""Rows and pixels of images; the sides of volumes; steps of sequences; dims that are found at run time."""

_SCALES = (3 / 7, 1.0, 2.0)
"""Images of 96, 224 and 448 pixels."""


@attrs.frozen
class TypicalSizes:
    """The size that choices assume for each symbol. No kernel depends on it for its results."""

    assumed: Mapping[Symbol, int] = attrs.field(factory=dict)

    @staticmethod
    def of_inputs(types: Iterable[TensorType]) -> TypicalSizes:
        """By the places of symbols in the shapes of a model's inputs: one image or sequence of common sizes."""
        found: dict[Symbol, int] = {}
        for t in types:
            for axis, dim in enumerate(t.shape):
                for symbol in sorted(symbols(dim), key=str):
                    found.setdefault(symbol, _bounded(symbol, _size(t.rank, axis) // _factor(dim)))
        return TypicalSizes(found)

    def scales(self) -> tuple[TypicalSizes, ...]:
        """Smaller, typical and larger sizes: what is chosen for all of them together is good for each."""
        return tuple(TypicalSizes({s: _scaled(s, size, f) for s, size in self.assumed.items()}) for f in _SCALES)

    def of(self, dim: Dim) -> int:
        """The size that is assumed for a dim, at least 1 where it is not a number."""
        if isinstance(dim, int):
            return dim
        values = {s: self.assumed.get(s) or _bounded(s, _OTHER) for s in symbols(dim)}
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


def _scaled(symbol: Symbol, size: int, factor: float) -> int:
    return _bounded(symbol, round(size * factor)) if size > 1 else size


def _bounded(symbol: Symbol, size: int) -> int:
    upper = symbol.upper if isinstance(symbol.upper, int) else size
    return max(1, symbol.lower, min(size, upper))
