"""Channel shuffle by its parts."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Reshape, ShuffleChannels, Transpose
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _ShuffleParts(Match):
    x: Value
    split: Value
    order: Array


@transform
class FuseShuffleChannels(Rewrite[_ShuffleParts]):
    """Channels dealt out in groups.

    ::

        x[N,C,H,W] → Reshape [N,g,C/g,H,W] → Transpose [0,2,1,3,4] → Reshape [N,C,H,W]   →   ShuffleChannels(1, g)
    """

    pattern = node(
        Reshape,
        node(Transpose, node(Reshape, anything("x"), anything(), name="split"), constant("order")),
        anything(),
    )

    def rewrite(self, match: _ShuffleParts) -> Value | None:
        """ShuffleChannels on axis 1; also where the spatial dims were flattened in between."""
        x, split = match.x.type.shape, match.split.type.shape
        if match.x.type != match.root.type or len(x) < 3 or len(split) < 4:
            return None
        groups, rest = split[1], split[2]
        if not isinstance(groups, int) or not isinstance(rest, int) or groups * rest != x[1] or split[0] != x[0]:
            return None
        order = np.arange(len(split))
        order[[1, 2]] = 2, 1
        if not np.array_equal(match.order.ravel(), order):
            return None
        return ShuffleChannels(axis=1, group=groups)(match.x)
