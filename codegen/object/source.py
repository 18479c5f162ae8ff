"""A module of LLVM IR whose text is written only when it is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import attrs


@attrs.define(eq=False)
class ModuleSource:
    """``write`` returns the module's text. ``digest`` identifies the text before it is written: for one compiler,
    sources with equal digests have equal texts."""

    digest: str
    write: Callable[[], str]

    @staticmethod
    def of(text: str) -> ModuleSource:
        """A source whose text is known already."""
        return ModuleSource(hashlib.sha256(text.encode()).hexdigest(), lambda: text)
