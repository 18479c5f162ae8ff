"""Which tensors are needed at every Nth frame alone, where only every Nth frame of the outputs is wanted."""

from __future__ import annotations

from dldt.frontends.kaldi.cycles import Cycle
from dldt.frontends.kaldi.timed_network import SENTENCE_MEAN, TimedNetwork

_TIMED = frozenset(("Switch", "Failover", "WindowSum", SENTENCE_MEAN))
"""They look at the numbers of their frames, or at all frames."""


def subsampled(
    network: TimedNetwork, order: list[tuple[str, ...] | Cycle], still: frozenset[str], step: int
) -> frozenset[str]:
    """The nodes all of whose readers are such and look a multiple of ``step`` frames away. A recurrence needs every
    frame."""
    if step == 1:
        return frozenset()
    dense = {tap.source for tap in network.outputs.values() if tap.offset % step}
    found: set[str] = set()
    for part in reversed(order):
        names = part.members if isinstance(part, Cycle) else part
        for name in names:
            node = network.nodes[name]
            if not (isinstance(part, Cycle) or name in dense or name in still or node.op_type in _TIMED):
                found.add(name)
            for tap in node.taps:
                if name not in found or tap.offset % step or tap.edge != "needed":
                    dense.add(tap.source)
    return frozenset(found)
