"""What a reduction raises where there is nothing to reduce."""

from __future__ import annotations

from dldt.compiler.errors import UsageError


class NothingFailsError(UsageError):
    """No output of the whole model fails the check."""

    def __init__(self) -> None:
        super().__init__("nothing to reduce: no output of the whole model fails the check")
