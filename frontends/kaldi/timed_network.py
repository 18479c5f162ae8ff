"""A network over time: what the outputs of a frame are computed from, in this frame and in others.

This one description is made from nnet1, nnet2 and nnet3 alike; both forms of a model are made from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

Edge: TypeAlias = Literal["needed", "zero", "repeat"]


SENTENCE_MEAN = "SentenceMean"
"""The node that looks at all frames of an utterance, those beyond its ends left out."""
STILL = frozenset(("Const", "ConstantComponent", SENTENCE_MEAN))
"""Nodes whose output is the same at all times, whatever they read."""


@attrs.frozen
class FrameTap:
    """What a node reads: tensor ``source``, ``offset`` frames later than its own."""

    source: str
    offset: int = 0
    edge: Edge = "needed"
    """Where the tensor has no such frame: the node has none either, or it reads zeros, or the nearest frame."""

    def later(self, frames: int) -> FrameTap:
        """The same, as many frames later."""
        return attrs.evolve(self, offset=self.offset + frames)


@attrs.frozen(eq=False)
class TimedNode:
    """An operation on frames; frame t of its output is made of its taps at t."""

    op_type: str
    name: str
    taps: tuple[FrameTap, ...]
    width: int
    """Numbers in a frame of its output."""
    attributes: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class TimedInput:
    """An input of the network; ``still``: one frame serves all times (an i-vector)."""

    width: int
    still: bool = False


@attrs.frozen(eq=False)
class TimedNetwork:
    """Nodes by the names of their outputs; cycles are recurrences."""

    path: Path
    inputs: dict[str, TimedInput]
    nodes: dict[str, TimedNode]
    outputs: dict[str, FrameTap]
    metadata: dict[str, str] = attrs.field(factory=dict)
    priors: Any = None
    """The priors of the classes that the file has, as a vector."""

    def readers(self) -> dict[str, set[str]]:
        """The names of the nodes that read each tensor, and those of the outputs, in brackets."""
        found: dict[str, set[str]] = {}
        for node in self.nodes.values():
            for tap in node.taps:
                found.setdefault(tap.source, set()).add(node.name)
        for name, tap in self.outputs.items():
            found.setdefault(tap.source, set()).add(f"[{name}]")
        return found

    def still(self) -> frozenset[str]:
        """The tensors that are the same at all times."""
        found = {name for name, given in self.inputs.items() if given.still}
        found |= {name for name, node in self.nodes.items() if node.op_type in STILL}
        readers = self.readers()
        moving = {node.name: len({tap.source for tap in node.taps}) for node in self.nodes.values()}
        pending = list(found)
        while pending:
            for reader in readers.get(pending.pop(), set()) & moving.keys():
                moving[reader] -= 1
                if not moving[reader]:
                    found.add(reader)
                    pending.append(reader)
        return frozenset(found)
