"""Views: Reshape, Squeeze and Unsqueeze move no data."""

from __future__ import annotations

from dldt.compiler.op import Op
from dldt.compiler.ops import Reshape, Squeeze, Unsqueeze
from dldt.compiler.types import Shape
from dldt.passes.pattern import Match, Pattern, anything, either, node

VIEWS: tuple[type[Op], ...] = (Reshape, Squeeze, Unsqueeze)
"""The operations that give their input another shape."""


def maybe_view(inner: Pattern, name: str) -> Pattern:
    """``inner``, or a view of it that is captured as ``name``."""
    return either(inner, node(VIEWS, inner, anything(), name=name))


def seen_shape(match: Match, name: str, view: str) -> Shape:
    """The shape in which the captured value ``name`` is read: that of its view, where there is one."""
    return match[view if view in match else name].type.shape


def kept_shape(data: Shape, axes: frozenset[int]) -> Shape:
    """The shape of a reduction along ``axes`` with the reduced dims kept: how it meets the data again."""
    return tuple(1 if i in axes else dim for i, dim in enumerate(data))
