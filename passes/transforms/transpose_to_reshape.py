"""Transposes that move no data."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Transpose
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.permutation import permutation
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _Transposed(Match):
    x: Value
    order: Array


@transform
class TransposeToReshape(Rewrite[_Transposed]):
    """A Transpose that moves only axes of size 1 is a Reshape.

    ::

        x[N,C,1,1] → Transpose [0,2,3,1]        x[N,C,1,1] → Reshape [N,1,1,C]
    """

    pattern = node(Transpose, anything("x"), constant("order"))

    def rewrite(self, match: _Transposed) -> Value | None:
        """The Reshape, where the axes larger than 1 keep their order."""
        shape = match.x.type.shape
        moved = [int(axis) for axis in permutation(match.order, len(shape)) if shape[int(axis)] != 1]
        return reshape_to(match.x, match.root.type.shape) if moved == sorted(moved) else None
