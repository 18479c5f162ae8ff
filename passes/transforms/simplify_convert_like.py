"""ConvertLike with its type spelled out."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convert, ConvertLike
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _Conversion(Match):
    x: Value


@transform
class SimplifyConvertLike(Rewrite[_Conversion]):
    """ConvertLike is a Convert to the type of its second input, which is known.

    ::

        x, like:f16 → ConvertLike → y        x → Convert(f16) → y
    """

    pattern = node(ConvertLike, anything("x"), anything())

    def rewrite(self, match: _Conversion) -> Value | None:
        """Convert to the output's own type."""
        return Convert(destination_type=match.root.type.dtype)(match.x)
