"""Who takes part in a race."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Competitor:
    """A model's ``file``, opened as ``backend`` does (benchmarks/backend.py) by the interpreter ``python``."""

    backend: str
    file: Path
    python: str = sys.executable
