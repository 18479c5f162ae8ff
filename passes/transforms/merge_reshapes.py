"""Chains of Reshape, Squeeze and Unsqueeze."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _TwoViews(Match):
    x: Value


@transform
class MergeReshapes(Rewrite[_TwoViews]):
    """Two views in a row are one, or none where the shape comes back.

    ::

        x → Reshape → Reshape(s) → y           x → Reshape(s) → y
        x → Unsqueeze → Squeeze → y            x → y
    """

    pattern = node(Trait.VIEW, node(Trait.VIEW, anything("x"), anything()), anything())

    def rewrite(self, match: _TwoViews) -> Value | None:
        """One Reshape from the first input to the last shape."""
        return reshape_to(match.x, match.root.type.shape)
