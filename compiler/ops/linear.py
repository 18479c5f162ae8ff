"""The base of operations that are linear in their data, with weights as second input."""

from __future__ import annotations

from dldt.compiler.op import Op
from dldt.compiler.traits import Trait


class Linear(Op):
    """y = f(data, weights): each output channel is a sum of products of the data with its own weights."""

    traits = Trait.CONTRACTION | Trait.LINEAR

    def output_channel_axes(self, rank: int) -> tuple[int, ...]:
        """The axes of weights of ``rank`` dims that together make up the output channels."""
        raise NotImplementedError(f"{self.type} has no output_channel_axes")

    def input_channel_axes(self, rank: int) -> tuple[int, ...]:
        """The axes of weights of ``rank`` dims that together make up the input channels; that of groups is in both."""
        raise NotImplementedError(f"{self.type} has no input_channel_axes")

    def channel_axis(self, rank: int) -> int:
        """The axis of the channels in data and output of ``rank`` dims."""
        return 1
