"""Which rows of an image are read for rows of a result."""

from __future__ import annotations

import attrs


@attrs.frozen
class Reach:
    """The input rows behind output rows: ``span`` of them from ``row * stride - pad`` on, some perhaps outside."""

    stride: int
    pad: int
    span: int

    def rows(self, made: int) -> int:
        """The input rows behind so many output rows side by side."""
        return (made - 1) * self.stride + self.span
