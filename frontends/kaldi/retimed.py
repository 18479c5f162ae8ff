"""Nodes of a recurrence that need an earlier frame of it are made a frame earlier; what reads them may miss them.

r = Affine(Offset(h, -1)), h = Sum(x, IfDefined(r)) → q = Affine(h), h = Sum(x, IfDefined(Offset(q, -1))): frame t of q
is frame t + 1 of r. Afterwards what may be missing is what is read of other frames, as the loops over frames have it.
"""

from __future__ import annotations

from collections import deque

import attrs

from dldt.frontends.kaldi.cycles import recurrences
from dldt.frontends.kaldi.timed_network import TimedNetwork, TimedNode

_MOST_SHIFTS = 4
"""For each node of a recurrence. One that needs itself whatever is shifted is told by what orders the nodes."""


def retimed(network: TimedNetwork) -> TimedNetwork:
    """The same network, with other frames of such nodes."""
    still, readers = network.still(), network.readers()
    nodes, outputs = dict(network.nodes), dict(network.outputs)
    for members in recurrences(network):
        pending = deque(name for name in network.nodes if name in members)
        left = _MOST_SHIFTS * len(members)
        while pending and left:
            name = pending.popleft()
            frames = _needed_earlier(nodes[name], members, still)
            if not frames:
                continue
            left -= 1
            nodes[name] = _shifted(nodes[name], None, -frames, still)
            for reader in readers[name] & nodes.keys():
                nodes[reader] = _shifted(nodes[reader], name, frames, still)
            pending.extend(readers[name] & members)
            outputs = {key: tap.later(frames) if tap.source == name else tap for key, tap in outputs.items()}
    return attrs.evolve(network, nodes=nodes, outputs=outputs)


def _needed_earlier(node: TimedNode, members: frozenset[str], still: frozenset[str]) -> int:
    """How many frames from its own the node needs one of the recurrence, if all that it reads is as far; else 0."""
    offsets = {tap.offset for tap in node.taps if tap.source not in still}
    needs = any(tap.source in members and tap.edge == "needed" for tap in node.taps)
    return offsets.pop() if needs and len(offsets) == 1 else 0


def _shifted(node: TimedNode, source: str | None, frames: int, still: frozenset[str]) -> TimedNode:
    """The node with its taps of ``source``, or all that move, so many frames later."""
    own = (tap.source not in still if source is None else tap.source == source for tap in node.taps)
    taps = tuple(tap.later(frames) if moves else tap for tap, moves in zip(node.taps, own, strict=True))
    return attrs.evolve(node, taps=taps)
