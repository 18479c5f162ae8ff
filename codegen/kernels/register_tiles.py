"""Register tiles: rows of broadcast elements by columns of vectors, and the cost of one step of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dldt.codegen.llvm.arithmetic import F32, Arithmetic
from dldt.codegen.target import Target

CODE_LIMIT = 512
"""The most multiply-adds unrolled in one loop body: more of them cost compile time and instruction cache, and gain
nothing."""


def register_tiles(target: Target, arithmetic: Arithmetic = F32) -> Iterator[tuple[int, int]]:
    """Tiles that fit the registers, the largest first. A tile needs its accumulators, one vector for each column with
    those that widening takes, and one for the broadcast (without FMA also one for the product)."""
    each = arithmetic.registers
    spare = 2 if arithmetic.apart else 1 if target.fma else 3
    found = []
    for columns in range(1, 9):
        for rows in range(1, 33):
            if each * (rows * columns + columns) + arithmetic.held * columns + spare <= target.registers:
                found.append((rows, columns))
    found.sort(key=lambda t: (-t[0] * t[1], t[1]))
    yield from found


def unshared_rows(step: int, target: Target) -> int:
    """The most rows, ``step`` bytes apart, of which one channel's elements fit the first-level cache together. With
    1024 floats in a row, the rows all alias in one set (measured: a tile of 14 rows takes 1.6 to 1.9 times as long
    there as one of 7)."""
    way = target.cpu.caches.l1_way
    return max(1, target.l1 // way - 1) * (way // math.gcd(step, way))


def parts(total: int, size: int) -> list[tuple[int, int]]:
    """``total`` cut into parts of ``size``: each size that occurs, with its count."""
    whole, rest = divmod(total, size)
    return [(s, n) for s, n in ((size, whole), (rest, 1 if rest else 0)) if n]


def tile_cycles(rows: int, columns: int, target: Target, arithmetic: Arithmetic = F32) -> float:
    """Cycles of one step: those of the multiply-adds, of the loads, or of the latency of the additions, whichever is
    most."""
    widening = columns * arithmetic.widening if arithmetic.grid else 0  # beside the multiply-adds elsewhere
    products = (rows * columns * arithmetic.work + rows * arithmetic.spread + widening) / target.fma_per_cycle
    vectors = rows + columns * arithmetic.registers
    loads = vectors * (target.cpu.fit.load / target.loads_per_cycle)
    return max(products, loads, target.cpu.core.latency) + 0.02 * columns
