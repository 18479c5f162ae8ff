"""What it costs to read weights from beyond the second-level cache."""

from __future__ import annotations

from dldt.codegen.target import Target

MEMORY = 5.0
"""Bytes a cycle from main memory (some 20 GB/s), for filters that no cache holds."""
SHARED = 14.0
"""Bytes a cycle from the last cache."""


def stream(size: int, passes: int, target: Target) -> float:
    """Cycles to stream ``size`` bytes ``passes`` times: at first from main memory, then from where they fit."""
    if size <= target.l2 // 2:
        return size / SHARED
    again = SHARED if size <= target.l3 else MEMORY
    return size / (SHARED if size <= target.l3 // 4 else MEMORY) + (passes - 1) * size / again
