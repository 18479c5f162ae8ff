"""The input rows of an image that output rows read."""

from __future__ import annotations

import attrs


@attrs.frozen
class Reach:
    """The input rows that an output row reads: ``span`` rows from ``row * stride - pad`` on, some of them perhaps
    outside the image."""

    stride: int
    pad: int
    span: int

    def rows(self, made: int) -> int:
        """The number of input rows that ``made`` consecutive output rows read."""
        return (made - 1) * self.stride + self.span
