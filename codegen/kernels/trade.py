"""What bytes of the artifact are worth in cycles."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

from dldt.codegen.kernels.family import Estimate
from dldt.compiler.content import Content


@attrs.frozen
class Trade:
    """A byte is worth ``price`` cycles: 0 where only time counts, infinity where a cycle counts only between
    implementations of one size. ``readers`` tells how many parts read the same weights: they share the bytes."""

    price: float = 0.0
    readers: Mapping[Content, int] = attrs.field(factory=dict)

    def cost(self, estimate: Estimate) -> tuple[float, float]:
        """What the choice makes least."""
        share = self.share(estimate)
        if math.isinf(self.price):
            return share, estimate.cycles
        return estimate.cycles + self.price * share, 0.0

    def share(self, estimate: Estimate) -> float:
        """The bytes of the artifact that one reader of the weights accounts for."""
        packing = estimate.packing
        return 0.0 if packing is None else packing.size / self.readers.get(packing.content, 1)
