"""What an import learns on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from dldt.compiler.errors import DldtError
from dldt.compiler.types import TensorType
from dldt.frontends.engine.record import NodeRecord


@attrs.define(eq=False)
class Findings:
    """The types of tensors, and the nodes that cannot be imported, with the reason or ``""``."""

    types: dict[str, TensorType] = attrs.field(factory=dict)
    unsupported: list[tuple[NodeRecord, str]] = attrs.field(factory=list)
    bodies: dict[str, int] = attrs.field(factory=dict)
    """How many nodes wanted a name for their bodies; see ``ImportScope``."""
    tolerant: bool = False
    """Go on after any error: only the types are wanted."""

    @contextmanager
    def trial(self) -> Iterator[None]:
        """What is found unsupported inside is forgotten where it ends with an error."""
        mark = len(self.unsupported)
        try:
            yield
        except DldtError:
            del self.unsupported[mark:]
            raise
