"""Outputs whose rank the data decide: they are made with the highest rank, and a companion output tells theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

Outputs: TypeAlias = dict[str, np.ndarray[Any, Any]]


def with_found_ranks(outputs: Outputs, ranks: Mapping[str, str]) -> Outputs:
    """``outputs`` without the companions, and each output with as many dims, the last ones, as its companion tells; the
    dims before them are 1. ``ranks``: the output that each companion speaks of."""
    told = {of: int(outputs[companion]) for companion, of in ranks.items()}
    plain = {name: array for name, array in outputs.items() if name not in ranks}
    for name, rank in told.items():
        shape = plain[name].shape
        plain[name] = plain[name].reshape(shape[len(shape) - rank :])
    return plain
