"""Which implementations a part of unknown sizes gets, and for which sizes each of them is taken."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.trade import Trade
from dldt.codegen.task.implementation import Part
from dldt.codegen.task.size_range import SizeRange
from dldt.compiler.dims import Dim, product

LOSS = 0.03
"""The share of the time, on average over all sample sizes, that one more implementation must save. It makes the code
larger."""

NEAR = 1.4
"""How many times longer an implementation of smaller weights may take for some size."""

WORTH = 0.5
"""The share of what bytes are worth for one size that they are worth here: a file that serves all sizes takes the place
of many."""


def versions(
    part: Part, rivals: Sequence[Family], on: Setting, trade: Trade
) -> list[tuple[Estimate, SizeRange | None]]:
    """The implementations that lose least over small and large sizes, in the order of the sizes for which each is
    taken. Empty where sizes are known, or do not matter."""
    dims = rivals[0].dims(part)
    if not dims:
        return []
    growth = product(dims)
    different = {tuple(map(sizes.of, dims)): attrs.evolve(on, sizes=sizes) for sizes in on.sizes.samples()}
    samples = sorted(different.values(), key=lambda each: each.sizes.of(growth))
    return _Versions(part, rivals, on, trade, growth, samples).found()


@attrs.frozen
class _Versions:
    part: Part
    rivals: Sequence[Family]
    on: Setting
    trade: Trade
    growth: Dim
    samples: Sequence[Setting]
    """The settings with small and large sizes, the smallest first."""

    def found(self) -> list[tuple[Estimate, SizeRange | None]]:
        """See ``versions``."""
        ways = self._ways()
        if len(ways) == 1:
            return [(ways[0], None)]
        picked = self._path(ways, self._losses(ways))
        bounds = [0, *(k for k in range(1, len(picked)) if picked[k] != picked[k - 1])]
        if len(bounds) == 1:
            return [(ways[picked[0]], None)]
        starts = [0, *(self._between(k) for k in bounds[1:])]
        ranges = [SizeRange(self.growth, *each) for each in zip(starts, [*starts[1:], None], strict=True)]
        return [(ways[picked[k]], sizes) for k, sizes in zip(bounds, ranges, strict=True)]

    def _ways(self) -> list[Estimate]:
        """For every sample the fastest implementation, and those with smaller weights that are not much slower."""
        found: dict[object, Estimate] = {}
        for sample in self.samples:
            options = [estimate for family in self.rivals for estimate in family.options(self.part, sample)]
            most, least = NEAR * min(each.cycles for each in options), math.inf
            for each in sorted(options, key=lambda each: each.cycles):
                if each.cycles > most:
                    break
                if self.trade.share(each) < least or not least:
                    least = self.trade.share(each)
                    found.setdefault(each.implementation, each)
        least = min(map(self.trade.share, found.values()))
        smallest = math.isinf(self.trade.price)
        return [each for each in found.values() if not smallest or self.trade.share(each) == least]

    def _size(self, sample: Setting) -> int:
        return sample.sizes.of(self.growth)

    def _losses(self, ways: Sequence[Estimate]) -> list[list[float]]:
        """The share of the time that each implementation loses for each sample."""
        families = {family.name: family for family in self.rivals}
        found: list[list[float]] = []
        for sample in self.samples:
            made = [way.implementation for way in ways]
            cycles = [families[each.family].cycles(self.part, each, sample) for each in made]
            least = min(cycles)
            found.append([each / least - 1 if least else 0.0 for each in cycles])
        return found

    def _path(self, ways: Sequence[Estimate], losses: Sequence[Sequence[float]]) -> list[int]:
        """The implementation for each sample, by the least sum of losses and of what code and weights are worth."""
        bytes = self._worth_of_bytes(ways)
        total = [loss + worth for loss, worth in zip(losses[0], bytes, strict=True)]
        came: list[list[int]] = []
        for k in range(1, len(losses)):
            grows = self._size(self.samples[k]) > self._size(self.samples[k - 1])
            costs = [
                [
                    before
                    + (0.0 if old == new else len(losses) * LOSS if grows else math.inf)
                    + (0.0 if way.packing == ways[old].packing else bytes[new])
                    for old, before in enumerate(total)
                ]
                for new, way in enumerate(ways)
            ]
            came.append([min(range(len(ways)), key=each.__getitem__) for each in costs])
            total = [min(each) + loss for each, loss in zip(costs, losses[k], strict=True)]
        path = [min(range(len(ways)), key=total.__getitem__)]
        for origin in reversed(came):
            path.append(origin[path[-1]])
        return path[::-1]

    def _worth_of_bytes(self, ways: Sequence[Estimate]) -> list[float]:
        """What the weights of each implementation are worth, in shares of the time of one run of the largest sample. A
        byte is worth as much there as in a run of typical sizes, in proportion to the time."""
        if math.isinf(self.trade.price):
            return [0.0] * len(ways)
        families = {family.name: family for family in self.rivals}
        made = [way.implementation for way in ways]
        least = min(families[each.family].cycles(self.part, each, self.on) for each in made)
        return [WORTH * self.trade.price * self.trade.share(way) / max(1.0, least) for way in ways]

    def _between(self, number: int) -> int:
        """The size from which on the implementation of a sample is taken, and not that of the sample before it."""
        return math.isqrt(self._size(self.samples[number - 1]) * self._size(self.samples[number])) + 1
