"""Boxes as numbers in registers."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir


@attrs.frozen
class Box:
    """The sides of a box, and its area."""

    top: Ir
    left: Ir
    bottom: Ir
    right: Ir
    area: Ir


@attrs.frozen
class Boxes:
    """Reads boxes and compares them. ``centered``: a box is (x, y, width, height), else two opposite corners. What two
    share has sides above 0, and not below ``least_side``."""

    b: Builder
    centered: bool
    least_side: float = 0.0

    def load(self, boxes: Ir, place: Ir) -> Box:
        """Box number ``place``."""
        b = self.b
        at = b.gep(boxes, b.mul(place, b.index(16)))
        p, q, r, s = (b.load("float", b.gep(at, b.index(4 * k)), 4) for k in range(4))
        if self.centered:
            half = b.const("float", 0.5)
            wide, high = b.mul(r, half), b.mul(s, half)
            left, right, top, bottom = b.sub(p, wide), b.add(p, wide), b.sub(q, high), b.add(q, high)
        else:
            top, bottom = self._ordered(p, r)
            left, right = self._ordered(q, s)
        return Box(top, left, bottom, right, b.mul(b.sub(right, left), b.sub(bottom, top)))

    def overlap(self, a: Box, c: Box) -> Ir:
        """The part of what the two cover together that both cover; 0 where a box has no area."""
        b, zero = self.b, self.b.const("float", 0.0)
        high = b.sub(self._least(a.bottom, c.bottom), self._most(a.top, c.top))
        wide = b.sub(self._least(a.right, c.right), self._most(a.left, c.left))
        least, order = (b.const("float", self.least_side), "ge") if self.least_side > 0 else (zero, "gt")
        touch = b.binary("and", b.compare(order, high, least), b.compare(order, wide, least))

        def part() -> Ir:
            shared = b.mul(wide, high)
            both = b.sub(b.add(a.area, c.area), shared)
            large = b.compare("gt", both, zero)
            for area in (a.area, c.area):
                large = b.binary("and", large, b.compare("gt", area, zero))
            return b.select(large, b.fdiv(shared, both), zero)

        # Most pairs of boxes do not touch: no division for them.
        return b.choose(touch, part, lambda: zero)

    def _ordered(self, x: Ir, y: Ir) -> tuple[Ir, Ir]:
        b = self.b
        less = b.compare("lt", x, y)
        return b.select(less, x, y), b.select(less, y, x)

    def _least(self, x: Ir, y: Ir) -> Ir:
        return self.b.select(self.b.compare("lt", x, y), x, y)

    def _most(self, x: Ir, y: Ir) -> Ir:
        return self.b.select(self.b.compare("gt", x, y), x, y)
