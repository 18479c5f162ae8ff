"""A model file as a record."""

from __future__ import annotations

from pathlib import Path

import attrs

from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.record import GraphRecord


@attrs.frozen(eq=False)
class ModelRecord:
    """What a reader makes of a model file; of several files ``path`` is the one that the user named."""

    framework: Framework
    path: Path
    graph: GraphRecord
    metadata: dict[str, str] = attrs.field(factory=dict)
    """Text that goes into the graph's metadata."""
