"""Sorting as LLVM IR: merges of longer and longer runs, without a branch that depends on the data."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir


@attrs.frozen
class MergeSort:
    """Sorts entries of ``bits`` bits, unsigned, smallest first. ``i128`` entries are aligned to 8 bytes."""

    b: Builder
    bits: int

    @property
    def kind(self) -> str:
        """The LLVM type of an entry."""
        return f"i{self.bits}"

    def load(self, base: Ir, position: Ir) -> Ir:
        """Entry number ``position``."""
        return self.b.load(self.kind, self.at(base, position), 8)

    def at(self, base: Ir, position: Ir) -> Ir:
        """The address of an entry."""
        return self.b.gep(base, self.b.mul(position, self.b.index(self.bits // 8)))

    def sort(self, entries: Ir, other: Ir, count: Ir) -> None:
        """Sort ``count`` entries in place; ``other`` is memory for as many."""
        b = self.b
        # The number of bits of count - 1, made even so that the last pass writes to where the entries were.
        below = b.select(b.compare("gt", count, b.index(1)), b.sub(count, b.index(1)), b.index(0))
        zeros = b.intrinsic("llvm.ctlz", "i64", below, b.const("i1", 0), suffix="i64")
        passes = b.sub(b.index(64), zeros)
        passes = b.add(passes, b.binary("and", passes, b.index(1)))
        with b.loop(b.index(0), passes, carried=[b.index(1), entries, other], stem="pass") as loop:
            width, source, target = loop.carried
            double = b.add(width, width)
            self._merge_all(source, target, count, width)
            loop.yields = [double, target, source]

    def _merge_all(self, source: Ir, target: Ir, count: Ir, width: Ir) -> None:
        """Merge each run of ``width`` entries with the next one."""
        b = self.b
        double = b.add(width, width)
        pairs = b.binary("udiv", b.add(count, b.sub(double, b.index(1))), double)
        with b.loop(b.index(0), pairs, stem="pair") as loop:
            first = b.mul(loop.index, double)
            middle = self._least(b.add(first, width), count)
            end = self._least(b.add(middle, width), count)
            self._merge(source, target, first, middle, end)

    def _merge(self, source: Ir, target: Ir, first: Ir, middle: Ir, end: Ir) -> None:
        b = self.b
        one, last = b.index(1), b.sub(end, b.index(1))
        with b.loop(first, end, carried=[first, middle], stem="merge") as loop:
            left, right = loop.carried
            a = self.load(source, left)  # at most `middle`, which is inside or just behind: one spare entry is there
            c = self.load(source, self._least(right, last))
            behind = b.compare("ge", right, end)
            fits = b.compare("le", a, c, signed=False)
            some = b.compare("lt", left, middle)
            take = b.binary("and", some, b.binary("or", behind, fits))
            b.store(b.select(take, a, c), self.at(target, loop.index), 8)
            step = b.emit("i64", f"zext {take} to i64")
            loop.yields = [b.add(left, step), b.add(right, b.sub(one, step))]

    def _least(self, x: Ir, y: Ir) -> Ir:
        return self.b.intrinsic("llvm.smin", "i64", x, y)
