"""The sizes for which an implementation is taken, where a part of a task has several."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim


@attrs.frozen
class SizeRange:
    """The runs in which ``dim`` is at least ``least`` and below ``end`` (None: any number from ``least`` on)."""

    dim: Dim
    least: int = 0
    end: int | None = None
