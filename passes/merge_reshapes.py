"""Chains of Reshape, Squeeze and Unsqueeze."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite
from dldt.passes.views import VIEWS


@transform
class MergeReshapes(Rewrite):
    """Two views in a row are one, or none where the shape comes back.

    ::

        x → Reshape → Reshape(s) → y           x → Reshape(s) → y
        x → Unsqueeze → Squeeze → y            x → y
    """

    pattern = node(VIEWS, node(VIEWS, anything("x"), anything()), anything())

    def rewrite(self, match: Match) -> Value | None:
        """One Reshape from the first input to the last shape."""
        return reshape_to(match["x"], match.root.type.shape)
