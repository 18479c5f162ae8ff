"""Kernels that read the same weights agree on one order, where that costs less than the bytes are worth."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import attrs

from dldt.codegen.kernels.choice import Choice, candidates, family_of
from dldt.codegen.kernels.family import Estimate
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.task import Leaf
from dldt.compiler.content import Content


def agree(leaves: Iterable[Leaf], choice: Choice) -> None:
    """Change what was chosen for the tasks so that weights lie in fewer orders in the artifact. What was measured or
    recorded stays."""
    if not choice.trade.price or choice.recorded is not None:
        return
    readers: dict[Content, list[_WeightReader]] = defaultdict(list)
    for leaf in leaves:
        for number, chosen in enumerate(leaf.chosen):
            if chosen.packing is not None and chosen.sizes is None:
                readers[chosen.packing.content].append(_WeightReader(leaf, number))
    for each in readers.values():
        orders = list(dict.fromkeys(p for reader in each if (p := reader.chosen.packing) is not None))
        if len(orders) > 1:
            _agree(each, orders, choice)


@attrs.frozen
class _WeightReader:
    """A part of a task that reads the weights."""

    leaf: Leaf
    number: int

    @property
    def chosen(self) -> Chosen:
        """What is chosen for it."""
        return self.leaf.chosen[self.number]

    def ways(self, orders: Sequence[Packing], choice: Choice) -> dict[Packing, Estimate]:
        """Its fastest way for each of the orders. Only its own, where a measurement has chosen it."""
        found: dict[Packing, Estimate] = {}
        for estimate in candidates(self.chosen, choice.on):
            packing = estimate.packing
            if packing not in orders or packing is None:
                continue
            if packing == self.chosen.packing and estimate.implementation != self.chosen.implementation:
                continue
            if self.chosen.measured and packing != self.chosen.packing:
                continue
            if packing not in found or estimate.cycles < found[packing].cycles:
                found[packing] = estimate
        return found

    def take(self, estimate: Estimate, choice: Choice) -> None:
        """Be carried out in another way."""
        old = self.chosen
        rowwise = family_of(estimate.implementation).in_rows(self.leaf, old.part, choice.on)
        moved = None if old.cost.moved is None else old.cost.moved - old.cost.bytes + estimate.cost().bytes
        self.leaf.chosen[self.number] = attrs.evolve(
            old,
            implementation=estimate.implementation,
            remark=estimate.remark,
            cost=attrs.evolve(estimate.cost(), moved=moved),
            packing=estimate.packing,
            in_rows=None if rowwise is None else rowwise.implementation,
        )


def _agree(readers: Sequence[_WeightReader], orders: Sequence[Packing], choice: Choice) -> None:
    """Leave out one order after the other, as long as that pays."""
    ways = [reader.ways(orders, choice) for reader in readers]
    kept = list(orders)
    while len(kept) > 1:
        gains = {order: _gain(order, kept, ways, choice.trade.price) for order in kept}
        worst = max(gains, key=lambda order: gains[order])
        if gains[worst] <= (0, 0):
            break
        kept.remove(worst)
    for reader, each in zip(readers, ways, strict=True):
        if reader.chosen.packing not in kept:
            reader.take(_fastest(each, kept), choice)


def _gain(
    order: Packing, kept: Sequence[Packing], ways: Sequence[dict[Packing, Estimate]], price: float
) -> tuple[float, float]:
    """What it brings to do without an order: cycles, or bytes first where only these count. Nothing, where a reader
    has no other."""
    others = [other for other in kept if other != order]
    if not all(any(other in each for other in others) for each in ways):
        return 0, 0
    lost = sum(_fastest(each, others).cycles - _fastest(each, kept).cycles for each in ways)
    return (order.size, -lost) if math.isinf(price) else (price * order.size - lost, 0)


def _fastest(ways: dict[Packing, Estimate], kept: Sequence[Packing]) -> Estimate:
    return min((ways[order] for order in kept if order in ways), key=lambda estimate: estimate.cycles)
