"""A competitor in a race."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Competitor:
    """One backend on one model: the interpreter ``python`` opens ``file`` as ``backend`` does
    (benchmarks/backend.py)."""

    backend: str
    file: Path
    python: str = sys.executable
