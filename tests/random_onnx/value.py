"""A value of a random model: its name, and what onnxruntime gives for it with each of the feeds."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.types import Array


@attrs.frozen(eq=False)
class Value:
    """``arrays``: one for each feed. ``exact``: every runtime gives the same bits, so that steps may follow."""

    name: str
    arrays: tuple[Array, ...]
    exact: bool

    @property
    def dtype(self) -> np.dtype[np.generic]:
        return self.arrays[0].dtype

    @property
    def rank(self) -> int:
        return self.arrays[0].ndim

    @property
    def is_float(self) -> bool:
        return self.dtype.kind == "f"

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The dims, None where they depend on the feed."""
        return tuple(
            each[0] if len({*each}) == 1 else None for each in zip(*(x.shape for x in self.arrays), strict=True)
        )

    @property
    def size(self) -> int:
        return max(x.size for x in self.arrays)

    @property
    def magnitude(self) -> float:
        """The largest number."""
        return max(float(np.abs(x.astype(np.float64)).max(initial=0)) for x in self.arrays)
