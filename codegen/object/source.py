"""A module of LLVM IR that is written when it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import attrs


@attrs.define(eq=False)
class ModuleSource:
    """``write`` gives the module's text. ``digest`` names it before it is written: sources of one digest have one text,
    as long as the compiler is the same."""

    digest: str
    write: Callable[[], str]

    @staticmethod
    def of(text: str) -> ModuleSource:
        """A text that is there."""
        return ModuleSource(hashlib.sha256(text.encode()).hexdigest(), lambda: text)
