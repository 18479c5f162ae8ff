"""What choices are made for: the machine, and what the user allows."""

from __future__ import annotations

import attrs

from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics


@attrs.frozen
class Setting:
    """``target``: the machine. ``numerics``: what may change in the numbers. ``streamed``: what an inference reads of
    all weights of the model, in bytes of f32; ``cold``: whether they come from memory at every inference."""

    target: Target
    numerics: Numerics = attrs.field(factory=Numerics)
    streamed: int = 0
    cold: bool = False
