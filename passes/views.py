"""Views: Reshape, Squeeze and Unsqueeze move no data."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import Shape
from dldt.passes.pattern import Pattern, anything, either, node


def maybe_view(inner: Pattern, name: str = "") -> Pattern:
    """``inner``, or a view of it that is captured as ``name``."""
    return either(inner, node(Trait.VIEW, inner, anything(), name=name))


def seen_shape(value: Value, view: Value | None) -> Shape:
    """The shape in which ``value`` is read: that of its view, where there is one."""
    return (value if view is None else view).type.shape


def kept_shape(data: Shape, axes: frozenset[int]) -> Shape:
    """The shape of a reduction along ``axes`` with the reduced dims kept: how it meets the data again."""
    return tuple(1 if i in axes else dim for i, dim in enumerate(data))
