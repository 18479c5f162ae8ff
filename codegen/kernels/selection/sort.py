"""Sorting as LLVM IR: entries are dealt out by one byte of their keys after the other."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, vector

_BYTES = 256


class RadixSort:
    """Sorts entries of ``bits`` bits by their upper halves, smallest first; entries whose upper halves are equal stay
    in their order. It takes as many steps whatever the data are, but no step for a byte that is the same in all.
    ``i128`` entries are aligned to 8 bytes. To be made in a function's first block, where its memory is taken."""

    def __init__(self, b: Builder, bits: int) -> None:
        self.b, self.bits = b, bits
        self._size = bits // 8
        self._passes = self._size // 2
        self._counts = b.emit("ptr", f"alloca [{self._passes * _BYTES} x i32], align 64")

    @property
    def kind(self) -> str:
        """The LLVM type of an entry."""
        return f"i{self.bits}"

    def load(self, base: Ir, position: Ir) -> Ir:
        """Entry number ``position``."""
        return self.b.load(self.kind, self.at(base, position), 8)

    def at(self, base: Ir, position: Ir) -> Ir:
        """The address of an entry."""
        return self.b.gep(base, self.b.mul(position, self.b.index(self._size)))

    def sort(self, entries: Ir, other: Ir, count: Ir) -> None:
        """Sort ``count`` entries in place; ``other`` is memory for as many."""
        b = self.b
        with b.when(b.compare("gt", count, b.index(1))):
            self._count(entries, count)
            zero, passes = b.index(0), b.index(self._passes)
            with b.loop(zero, passes, carried=[entries, other], stem="byte") as loop:
                source, target = loop.carried
                counts = b.gep(self._counts, b.mul(loop.index, b.index(4 * _BYTES)))
                same = b.convert(self._load(counts, self._byte(source, zero, loop.index)), "i64")
                moves = b.compare("ne", same, count)
                with b.when(moves):
                    self._deal(source, target, count, loop.index, counts)
                loop.yields = [b.select(moves, target, source), b.select(moves, source, target)]
            found = loop.results[0]
            with b.when(b.emit("i1", f"icmp ne {found}, {entries.name}")):
                self._copy(found, entries, count)

    def _count(self, entries: Ir, count: Ir) -> None:
        """Count how often each byte has each value."""
        b = self.b
        clear = vector("i32", 16)
        with b.loop(b.index(0), b.index(self._passes * _BYTES), 16, stem="clear") as loop:
            b.store(b.const(clear, 0), b.gep(self._counts, b.mul(loop.index, b.index(4))), 64)
        with b.loop(b.index(0), count, stem="count") as loop:
            for k in range(self._passes):
                place = self._counter(
                    b.gep(self._counts, b.index(4 * _BYTES * k)), self._byte(entries, loop.index, b.index(k))
                )
                b.store(b.add(b.load("i32", place, 4), b.const("i32", 1)), place, 4)

    def _deal(self, source: Ir, target: Ir, count: Ir, byte: Ir, counts: Ir) -> None:
        """Put each entry where those with its byte begin."""
        b = self.b
        with b.loop(b.index(0), b.index(_BYTES), carried=[b.const("i32", 0)], stem="begin") as loop:
            (before,) = loop.carried
            place = self._counter(counts, loop.index)
            here = b.load("i32", place, 4)
            b.store(before, place, 4)
            loop.yields = [b.add(before, here)]
        with b.loop(b.index(0), count, stem="deal") as loop:
            place = self._counter(counts, self._byte(source, loop.index, byte))
            to = b.load("i32", place, 4)
            b.store(self.load(source, loop.index), self.at(target, b.convert(to, "i64", signed=False)), 8)
            b.store(b.add(to, b.const("i32", 1)), place, 4)

    def _copy(self, source: Ir, target: Ir, count: Ir) -> None:
        b = self.b
        with b.loop(b.index(0), count, stem="copy") as loop:
            b.store(self.load(source, loop.index), self.at(target, loop.index), 8)

    def _byte(self, entries: Ir, position: Ir, byte: Ir) -> Ir:
        """A byte of an entry's upper half, the lowest first, as i64."""
        b = self.b
        place = b.gep(self.at(entries, position), b.add(byte, b.index(self._size // 2)))
        return b.convert(b.load("i8", place, 1), "i64", signed=False)

    def _counter(self, counts: Ir, value: Ir) -> Ir:
        return self.b.gep(counts, self.b.mul(value, self.b.index(4)))

    def _load(self, counts: Ir, value: Ir) -> Ir:
        return self.b.load("i32", self._counter(counts, value), 4)
