"""A recurrence as a record: a body that makes one frame, and what it carries from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.kaldi.cycles import Cycle, inner_delay
from dldt.frontends.kaldi.timed_network import FrameTap, TimedNetwork
from dldt.frontends.kaldi.timed_records import TimedRecords, frames_type

TIMED = frozenset(("Failover", "Switch"))
"""Operations that take a tensor more, which tells of each frame whether it is there, or its number."""


@attrs.define
class LoopRecord:
    """Made step by step: ``outer_taps`` says what the body reads of other nodes, ``give`` takes the tensors for that,
    ``timed`` says which members look at the number of their frame, ``lead`` takes what tells them, ``add_to`` makes the
    record."""

    network: TimedNetwork
    part: Cycle
    still: frozenset[str]
    readers: Mapping[str, set[str]]
    """Who reads each tensor, as ``TimedNetwork.readers`` tells."""
    delays: dict[str, int] = attrs.field(init=False)
    """How many of its frames each member hands on, the oldest first."""
    given: dict[FrameTap, str] = attrs.field(factory=dict)
    leads: dict[str, str] = attrs.field(factory=dict)

    @delays.default
    def _delays(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in self.part.members:
            for tap in self.network.nodes[name].taps:
                if tap.source in self.part.inside and tap.offset:
                    found[tap.source] = max(found.get(tap.source, 0), inner_delay(tap))
        return found

    def outer_taps(self) -> tuple[FrameTap, ...]:
        """What the members read of nodes that move and are no members."""
        taps = [tap for name in self.part.members for tap in self.network.nodes[name].taps]
        return tuple(dict.fromkeys(t for t in taps if t.source not in self.part.inside and t.source not in self.still))

    def give(self, tap: FrameTap, tensor: str) -> None:
        """``tensor`` has what ``tap`` reads, a row a frame."""
        self.given[tap] = tensor

    def timed(self) -> tuple[str, ...]:
        """The members that look at the number of their frame."""
        return tuple(name for name in self.part.members if self.network.nodes[name].op_type in TIMED)

    def lead(self, name: str, tensor: str) -> None:
        """``tensor`` has a row a frame; the operation of member ``name`` takes it before all else."""
        self.leads[name] = tensor

    def read_outside(self) -> tuple[str, ...]:
        """The members whose frames are read by other nodes."""
        return tuple(name for name in self.part.members if not self.readers.get(name, set()) <= self.part.inside)

    def add_to(self, records: TimedRecords, first: Mapping[str, str], valid: str = "") -> dict[str, str]:
        """Adds the record. ``first``: the tensors with the frames before the first turn; ``valid``: a tensor that says
        of each frame whether it is one, where some are not: those are handed on as zeros. Returns what each member
        hands on behind the last turn."""
        rows = tuple(dict.fromkeys(self.leads.values()))
        body = TimedRecords(names={*self.given.values(), *rows})
        members = self.part.members
        states = {name: body.free(f"{name}/before") for name in self.delays}
        slices = {tap: body.free(f"{tensor}/frame") for tap, tensor in self.given.items()}
        leading = {tensor: body.free(f"{tensor}/frame") for tensor in rows}
        mask = body.free("valid") if valid else ""
        body.names.update(members)
        for name in members:
            node = self.network.nodes[name]
            inputs = tuple(self._inner(tap, states, slices, body) for tap in node.taps)
            if name in self.leads:
                rest = {key: value for key, value in node.attributes.items() if key != "phase"}
                node, inputs = attrs.evolve(node, attributes=rest), (leading[self.leads[name]], *inputs)
            body.component(node, inputs)
        handed = tuple(self._handed(name, states[name], mask, body) for name in self.delays)
        outside = self.read_outside()
        widths = {name: self.network.nodes[name].width for name in members}
        ports = {own: frames_type(self.delays[name], widths[name]) for name, own in states.items()}
        ports |= {own: frames_type(1, _width(self.network, tap.source)) for tap, own in slices.items()}
        ports |= {own: frames_type(1, 1) for own in (*leading.values(), *([mask] if valid else []))}
        record = GraphRecord(f"{members[0]}/loop", tuple(body.nodes), ports, (*handed, *outside))
        last = {name: records.free(f"{name}/after") for name in self.delays}
        attributes = {"states": len(states), "backward": self.part.backward, "body": record}
        given = (*(first[name] for name in states), *self.given.values(), *rows, *([valid] if valid else []))
        own = records.free(f"{members[0]}/loop")
        records.nodes.append(NodeRecord("Recurrence", own, given, (*last.values(), *outside), attributes))
        return last

    def _inner(
        self, tap: FrameTap, states: Mapping[str, str], slices: Mapping[FrameTap, str], body: TimedRecords
    ) -> str:
        if tap.source not in self.part.inside:
            return slices.get(tap, tap.source)
        if not tap.offset:
            return tap.source
        frames, ago = self.delays[tap.source], inner_delay(tap)
        return body.window(states[tap.source], 0, 0, frames - ago, ago - 1)

    def _handed(self, name: str, state: str, mask: str, body: TimedRecords) -> str:
        frame = body.add("Guard", f"{name}/valid", (name, mask)) if mask else name
        if self.delays[name] == 1:
            return body.node("NoOpComponent", f"{name}/handed", (frame,), {})
        rest = body.window(state, 0, 0, 1, 0)
        return body.add("Rows", f"{name}/handed", (rest, frame))


def _width(network: TimedNetwork, source: str) -> int:
    return network.inputs[source].width if source in network.inputs else network.nodes[source].width
