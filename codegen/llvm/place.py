"""Where the program finds an operand of a kernel at run time."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim


@attrs.frozen
class Place:
    """An address at run time: ``kind`` ``input``/``output`` number ``index``, ``arena``, ``weights``, ``scratch`` (the
    thread's own), or ``line buffer`` (therein, the ``index``-th of row tiles); plus bytes."""

    kind: str
    index: int = 0
    offset: Dim = 0
