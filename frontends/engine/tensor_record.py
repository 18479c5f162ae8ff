"""A tensor of a model file, not yet read."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.compiler.types import Array


@attrs.frozen(eq=False)
class TensorRecord:
    """Weights, or a tensor among a node's attributes: read where an importer needs it, and not before."""

    read: Callable[[str], Array]
    """Its content. The argument says which tensor it is, for the beginning of an error's message."""

    @classmethod
    def of(cls, array: Array) -> TensorRecord:
        """A tensor whose content is there already."""
        return cls(lambda what: array)
