"""The place where the program finds an operand of a kernel at run time."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim


@attrs.frozen
class Place:
    """An address at run time, with an offset in bytes. ``kind`` is ``input`` or ``output`` (number ``index``),
    ``arena``, ``slot`` (a buffer of the host's, number ``index``), ``states`` (the request's words of all state
    variables), ``weights``, ``scratch`` (the thread's own memory), or ``line buffer`` (the ``index``-th one of a run of
    row tiles)."""

    kind: str
    index: int = 0
    offset: Dim = 0

    def moved(self, bytes: Dim) -> Place:
        """The address so many bytes behind."""
        return attrs.evolve(self, offset=self.offset + bytes)
