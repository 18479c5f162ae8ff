"""By how many frames each tensor of a streaming model is late."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.cycles import Cycle
from dldt.frontends.kaldi.extents import Extents
from dldt.frontends.kaldi.timed_network import SENTENCE_MEAN, TimedNetwork


def unsteady(network: TimedNetwork, order: list[tuple[str, ...] | Cycle], still: frozenset[str]) -> frozenset[str]:
    """The tensors that differ from frame to frame although the input does not: those that depend on where the utterance
    begins."""
    found: set[str] = set()
    for part in order:
        members = part.members if isinstance(part, Cycle) else part
        taps = [tap for name in members for tap in network.nodes[name].taps]
        own = isinstance(part, Cycle) or network.nodes[members[0]].op_type in ("Switch", "Failover", "WindowSum")
        if own or any(tap.source in found or (tap.edge == "zero" and tap.source not in still) for tap in taps):
            found.update(members)
    return frozenset(found)


def lateness(
    network: TimedNetwork, order: list[tuple[str, ...] | Cycle], extents: Extents, still: frozenset[str]
) -> dict[str, int]:
    """A node is as late as the latest that it reads. What depends on where the utterance begins is late enough for its
    first frame to be made in the first call. Raises UnsupportedError where a recurrence goes backward."""
    moving = unsteady(network, order, still)
    means = [name for name, node in network.nodes.items() if node.op_type == SENTENCE_MEAN]
    if means:
        raise UnsupportedError(
            f"{network.path}: layer {shown(means[0])} averages all frames, so there is no streaming form; leave out "
            "--streaming"
        )
    late = dict.fromkeys(network.inputs, 0)
    for part in order:
        members = part.members if isinstance(part, Cycle) else part
        if isinstance(part, Cycle) and part.backward:
            raise UnsupportedError(
                f"{network.path}: node {shown(members[0])} depends on all later frames, so there is no streaming form; "
                "leave out --streaming"
            )
        inside = part.inside if isinstance(part, Cycle) else frozenset(part)
        own = 0
        for name in members:
            for tap in network.nodes[name].taps:
                if tap.source in inside or tap.source in still:
                    continue
                if tap.edge == "repeat" and tap.source in network.nodes and (late[tap.source] or tap.source in moving):
                    raise UnsupportedError(
                        f"{network.path}: layer {shown(name)} repeats the first frame of a layer that is late itself; "
                        "leave out --streaming"
                    )
                own = max(own, late[tap.source] + tap.offset)
            if name in moving and name in extents.needed:
                own = max(own, -int(min(0, extents.needed[name].first)))
        late.update(dict.fromkeys(members, own))
    return late
