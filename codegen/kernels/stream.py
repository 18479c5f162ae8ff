"""What it costs to read weights from beyond the second-level cache."""

from __future__ import annotations

from dldt.codegen.target import Target

MEMORY = 5.0
"""Bytes a cycle from main memory (some 20 GB/s), for filters that no cache holds."""
SHARED = 14.0
"""Bytes a cycle from the last cache."""


def stream(size: int, passes: int, target: Target, *, cold: bool) -> float:
    """Cycles to stream ``size`` bytes ``passes`` times: at first from main memory where they are ``cold`` or too many
    for the last cache, then from where they fit."""
    first = size / (MEMORY if is_cold(size, target, cold=cold) else SHARED)
    if size <= target.l2 // 2:
        return first
    return first + (passes - 1) * size / (SHARED if size <= target.l3 else MEMORY)


def is_cold(size: int, target: Target, *, cold: bool = False) -> bool:
    """Whether weights of ``size`` bytes come from main memory: they are said to, or are more than the last cache keeps
    beside all else."""
    return cold or size > target.l3 // 4
