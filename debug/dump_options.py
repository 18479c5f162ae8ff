"""What a dump shall hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.compiler.errors import UsageError
from dldt.compiler.types import Array

WEIGHTS = ("none", "stats", "full")


@attrs.frozen
class DumpOptions:
    """``only``: a glob; passes, steps and kernels of other names get no files. ``weights``: ``none``, ``stats`` (their
    least, largest and mean) or ``full`` (one ``.bin`` for all IRs). ``values``: inputs by name, on which every version
    of the graph is run; ``tolerance`` is allowed then. ``command``: the words that made the dump, without the options
    that say where it is."""

    only: str = "*"
    weights: str = "stats"
    values: Mapping[str, Array] | None = None
    tolerance: float = 1e-4
    command: Sequence[str] = ()

    def __attrs_post_init__(self) -> None:
        if self.weights not in WEIGHTS:
            raise UsageError(f"--dump-weights is {self.weights!r}; it is one of {', '.join(WEIGHTS)}")
