"""A variable, which one run leaves for the next."""

from __future__ import annotations

import attrs

from dldt.codegen.task.tensor import Tensor


@attrs.define(eq=False)
class StateVariable:
    """A variable: its tensor in a slot, and the number of the word that says whether it is set. The sizes of its dims
    stand behind that word."""

    tensor: Tensor
    word: int
