"""The setting of choices: the machine, and what the user allows."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.typical_sizes import TypicalSizes
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics


@attrs.frozen
class Setting:
    """``target``: the machine. ``numerics``: how the numbers may change. ``streamed``: how many bytes of the model's
    weights an inference reads, counted as f32. ``cold``: whether they come from memory at every inference. ``sizes``:
    what is assumed of dims that are not known."""

    target: Target
    numerics: Numerics = attrs.field(factory=Numerics)
    streamed: int = 0
    cold: bool = False
    sizes: TypicalSizes = attrs.field(factory=TypicalSizes)
