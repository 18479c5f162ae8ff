"""What is wrong with one value of a file."""

from __future__ import annotations

import attrs

from dldt.compiler.errors import DldtError


@attrs.frozen
class Fault:
    """Stands in a record for a value that could not be read. It is raised where an importer asks for the value; a
    value that nobody asks for does no harm."""

    kind: type[DldtError]
    reason: str
    """Goes on after what the value is: ``is of type STRING``."""

    def error(self, begin: str, end: str = "") -> DldtError:
        """The error: ``begin`` says what the value is, ``end`` what it should be."""
        return self.kind(f"{begin} {self.reason}{end}")
