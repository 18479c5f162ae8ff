"""ConvertLike with its type spelled out."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convert, ConvertLike
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, node
from dldt.passes.rewrite import Rewrite


@transform
class SimplifyConvertLike(Rewrite):
    """Types are known, so the example is not needed.

    ::

        x, like:f16 → ConvertLike → y        x → Convert(f16) → y
    """

    pattern = node(ConvertLike, anything("x"), anything())

    def rewrite(self, match: Match) -> Value | None:
        """Convert to the output's own type."""
        return Convert(destination_type=match.root.type.dtype)(match["x"])
