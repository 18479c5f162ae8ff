"""Which frames of each tensor there are, and which are needed, when the outputs are asked for frames 0 to T-1.

Inputs are given beyond both ends as far as the outputs cannot be computed without, by repeating their first and last
frames. So Kaldi does it, and so zeros stand where a frame that is optional cannot be computed from these.
"""

from __future__ import annotations

import math

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.cycles import Cycle
from dldt.frontends.kaldi.timed_network import SENTENCE_MEAN, FrameTap, TimedNetwork

MOST_CONTEXT = 1 << 20
"""Frames beyond an end that a network may need."""


@attrs.frozen
class Extent:
    """The frames from ``first`` to T - 1 + ``last``; infinite where a tensor is the same at all times."""

    first: float
    last: float

    def clip(self, other: Extent) -> Extent:
        """The frames that are in both."""
        return Extent(max(self.first, other.first), min(self.last, other.last))

    def join(self, other: Extent) -> Extent:
        """The frames from the first to the last of either."""
        return Extent(min(self.first, other.first), max(self.last, other.last))

    def later(self, frames: int) -> Extent:
        """The same, as many frames later."""
        return Extent(self.first + frames, self.last + frames)

    def nearest(self, other: Extent) -> Extent:
        """Where the ends of this lie in ``other``, or nearest to it."""
        return Extent(
            min(max(self.first, other.first), max(other.first, 0)), max(min(self.last, other.last), min(other.last, 0))
        )


ALWAYS = Extent(-math.inf, math.inf)
NEVER = Extent(math.inf, -math.inf)
OUTPUT = Extent(0, 0)


@attrs.frozen
class Extents:
    """``context``: how far inputs are given beyond the ends; ``computable``, ``needed``: of each tensor."""

    context: Extent
    computable: dict[str, Extent]
    needed: dict[str, Extent]


def extents(network: TimedNetwork, order: list[tuple[str, ...] | Cycle]) -> Extents:
    """Found backward, forward, and backward again."""
    names = [name for part in order for name in (part.members if isinstance(part, Cycle) else part)]
    context = _context(network, names)
    if max(-context.first, context.last) > MOST_CONTEXT:
        raise InputError(f"{network.path}: the outputs need more than {MOST_CONTEXT} frames beyond the ends")
    computable = _computable(network, names, context)
    return Extents(context, computable, _needed(network, order, computable))


def _context(network: TimedNetwork, names: list[str]) -> Extent:
    asked: dict[str, Extent] = {}
    for tap in network.outputs.values():
        asked[tap.source] = asked.get(tap.source, NEVER).join(OUTPUT.later(tap.offset))
    for name in reversed(names):
        own = asked.get(name)
        if own is None:
            continue
        own = OUTPUT if network.nodes[name].op_type == SENTENCE_MEAN else own
        for tap in network.nodes[name].taps:
            if tap.edge == "zero":
                continue
            given = own.later(tap.offset) if tap.edge == "needed" else own
            asked[tap.source] = asked.get(tap.source, NEVER).join(given)
    found = OUTPUT
    for name, declared in network.inputs.items():
        if not declared.still and name in asked:
            found = found.join(asked[name])
    return found


def _computable(network: TimedNetwork, names: list[str], context: Extent) -> dict[str, Extent]:
    found = {name: ALWAYS if given.still else context for name, given in network.inputs.items()}
    for name in names:
        own = ALWAYS
        for tap in network.nodes[name].taps if network.nodes[name].op_type != SENTENCE_MEAN else ():
            if tap.edge != "zero":
                before = found[tap.source]
                own = own.clip(before.later(-tap.offset) if tap.edge == "needed" else before)
        found[name] = own
    for name, tap in network.outputs.items():
        own = found[tap.source].later(-tap.offset)
        if own.first > 0 or own.last < 0:
            raise InputError(f"{network.path}: output {shown(name)} cannot be computed for every frame")
    return found


def _needed(
    network: TimedNetwork, order: list[tuple[str, ...] | Cycle], computable: dict[str, Extent]
) -> dict[str, Extent]:
    found: dict[str, Extent] = {}

    def ask(tap: FrameTap, own: Extent) -> None:
        there = computable[tap.source]
        wanted = own.later(tap.offset)
        wanted = wanted.nearest(there) if tap.edge == "repeat" else wanted.clip(there)
        found[tap.source] = found.get(tap.source, NEVER).join(wanted)

    for tap in network.outputs.values():
        ask(tap, OUTPUT)
    for part in reversed(order):
        members = part.members if isinstance(part, Cycle) else part
        inside = part.inside if isinstance(part, Cycle) else frozenset(part)
        own = NEVER
        for name in members:
            own = own.join(found.get(name, NEVER))
        if own == NEVER:
            continue
        if isinstance(part, Cycle):
            own = _whole_recurrence(network, part, own, computable)
        for name in members:
            found[name] = own
            asking = OUTPUT if network.nodes[name].op_type == SENTENCE_MEAN else own
            for tap in network.nodes[name].taps:
                if tap.source not in inside:
                    ask(tap, asking)
    return found


def _whole_recurrence(network: TimedNetwork, part: Cycle, own: Extent, computable: dict[str, Extent]) -> Extent:
    """A recurrence starts where its first frame can be computed."""
    there = ALWAYS
    for name in part.members:
        there = there.clip(computable[name])
    for name in part.members:
        computable[name] = there
    if math.isinf(there.last if part.backward else there.first):
        raise UnsupportedError(f"{network.path}: node {shown(part.members[0])} depends on nothing but itself")
    return Extent(own.first, there.last) if part.backward else Extent(there.first, own.last)
