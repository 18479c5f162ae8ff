"""A stage of the arena: tensors whose size becomes known at one moment of the run."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim


@attrs.define(eq=False)
class MemoryStage:
    """The tensors that can be laid out once some dims are found. They lie in slot ``slot``, a buffer of ``size`` bytes,
    for which the host is asked at that moment. Without tensors there is no slot."""

    slot: int | None = None
    size: Dim = 0
