"""When a run has to end."""

from __future__ import annotations

import time

from dldt.runtime.errors import RuntimeInputError
from dldt.runtime.shown import shown

_LONGEST = 1e9


def deadline_in(seconds: float) -> int:
    """The nanosecond of CLOCK_MONOTONIC that comes in so many seconds; never 0."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= _LONGEST:
        raise RuntimeInputError(f"deadline must be a number of seconds from 0 to {_LONGEST:g}, not {shown(seconds)}")
    return time.monotonic_ns() + int(1e9 * seconds)
