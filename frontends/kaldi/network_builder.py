"""What makes a network node by node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.timed_network import FrameTap, TimedInput, TimedNode

MOST_NODES = 200_000


@attrs.define
class NetworkBuilder:
    """Nodes get the names that are asked for, or such with a number where these are taken."""

    path: Path
    inputs: dict[str, TimedInput] = attrs.field(factory=dict)
    nodes: dict[str, TimedNode] = attrs.field(factory=dict)
    widths: dict[str, int] = attrs.field(factory=dict)
    """Of every tensor that is known, before its node is made, too."""
    numbers: dict[str, int] = attrs.field(factory=dict)
    making: str = ""
    """The node whose turn it is: only it may have its name."""

    def input(self, name: str, width: int, still: bool = False) -> FrameTap:
        """An input of the network."""
        if width < 1:
            raise InputError(f"{self.path}: input {shown(name)} has {width} numbers a frame; it must have at least one")
        self.inputs[name] = TimedInput(width, still)
        self.widths[name] = width
        return FrameTap(name)

    def add(self, op_type: str, name: str, taps: tuple[FrameTap, ...], width: int, **attributes: Any) -> FrameTap:
        """A node; the tap reads its output."""
        if len(self.nodes) == MOST_NODES:
            raise InputError(f"{self.path}: the network has more than {MOST_NODES} nodes")
        own = self.free(name)
        self.nodes[own] = TimedNode(op_type, own, taps, width, attributes)
        self.widths[own] = width
        return FrameTap(own)

    def free(self, name: str) -> str:
        """``name``, or where that is taken such a name with a number."""
        own = name
        while own in self.nodes or own in self.inputs or (own in self.widths and own != self.making):
            self.numbers[name] = number = self.numbers.get(name, 1) + 1
            own = f"{name}_{number}"
        return own

    def append(self, name: str, taps: tuple[FrameTap, ...]) -> FrameTap:
        """The taps side by side."""
        return taps[0] if len(taps) == 1 else self.add("Append", name, taps, sum(self.widths[t.source] for t in taps))
