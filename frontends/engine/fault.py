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

    def error(self, what: str = "") -> DldtError:
        """The error; ``what`` begins its message."""
        return self.kind(f"{what}: {self.reason}" if what else self.reason)
