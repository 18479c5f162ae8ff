"""Weights in the order in which a kernel streams them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import attrs

from dldt.compiler.content import Content


@attrs.frozen
class Packing:
    """Equal packings are the same bytes, which the artifact holds once however many kernels read them. That two are
    equal is known without packing.

    ``order`` is all that ``pack`` depends on besides the content of the weights, as a frozen record or a tuple: the
    width of panels, the type in which elements are stored. ``size`` is in bytes.
    """

    content: Content
    order: Hashable
    size: int
    pack: Callable[[], Iterable[bytes | memoryview]] = attrs.field(eq=False)
