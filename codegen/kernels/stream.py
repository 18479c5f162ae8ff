"""The cost of reading weights from beyond the second-level cache."""

from __future__ import annotations

from dldt.codegen.target import Target


def stream(size: int, passes: int, target: Target, *, cold: bool) -> float:
    """Cycles to stream ``size`` bytes ``passes`` times. The first pass reads main memory if the bytes are ``cold`` or
    too many for the last-level cache; later passes read the nearest level that holds them."""
    rate = target.cpu.bandwidth
    first = size / (rate.memory if is_cold(size, target, cold=cold) else rate.l3)
    if size <= target.l2 // 2:
        return first
    return first + (passes - 1) * size / (rate.l3 if size <= target.l3 else rate.memory)


def is_cold(size: int, target: Target, *, cold: bool = False) -> bool:
    """Whether weights of ``size`` bytes come from main memory: ``cold`` says so, or they are more than the last-level
    cache can keep together with the other data."""
    return cold or size > target.l3 // 4
