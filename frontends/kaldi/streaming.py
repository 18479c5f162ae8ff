"""The form that takes a few frames a call and keeps what it needs of earlier ones.

A tensor is late by a number of frames: in a call that is given frame k, it has frame k - late. A tap that reads an
earlier frame of a tensor than its latest reads it from a state, which is the tensor's last frames:

    state [3,40] ┐
    x     [1,40] ┴ Rows → [4,40] → without the first → the state of the next call
"""

from __future__ import annotations

import attrs

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.shown import shown
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.kaldi.cycles import Cycle, in_order
from dldt.frontends.kaldi.extents import Extent, Extents, extents
from dldt.frontends.kaldi.hoist import hoisted
from dldt.frontends.kaldi.lateness import lateness, unsteady
from dldt.frontends.kaldi.loop_record import TIMED, LoopRecord
from dldt.frontends.kaldi.state_records import StateRecords
from dldt.frontends.kaldi.timed_network import FrameTap, TimedNetwork, TimedNode
from dldt.frontends.kaldi.timed_records import TimedRecords, frames_type, record_of

ENDED = "ended"
"""The input that says of each frame whether it lies behind the end."""


def streaming(network: TimedNetwork, chunk: int, states: bool) -> tuple[GraphRecord, dict[str, str]]:
    """The record of a network that takes ``chunk`` frames a call, and its metadata. ``states``: what is kept is in
    state variables; otherwise in inputs and outputs. Raises UnsupportedError where frames depend on all later ones."""
    if chunk > 1:
        network = hoisted(network)
    order = in_order(network)
    found = extents(network, order)
    still = network.still()
    late = lateness(network, order, found, still)
    form = _Streaming(
        network,
        found,
        still,
        chunk,
        late,
        unsteady(network, order, still),
        StateRecords(chunk, states),
        network.readers(),
    )
    record = form.record(order)
    delay = max(
        (late[tap.source] + tap.offset for tap in network.outputs.values() if tap.source not in still), default=0
    )
    return record, {"kaldi_form": "streaming", "run_delay": str(delay), "run_chunk": str(chunk)}


@attrs.define
class _Streaming:
    network: TimedNetwork
    extents: Extents
    still: frozenset[str]
    chunk: int
    late: dict[str, int]
    unsteady: frozenset[str]
    states: StateRecords
    readers: dict[str, set[str]]
    inputs: dict[str, DeclaredType] = attrs.field(factory=dict)
    ends: bool = False
    """Whether something depends on where the end is."""

    @property
    def records(self) -> TimedRecords:
        return self.states.records

    def record(self, order: list[tuple[str, ...] | Cycle]) -> GraphRecord:
        network, needed = self.network, self.extents.needed
        self.records.names.update(network.nodes, network.inputs, network.outputs, (ENDED,))
        for name, given in network.inputs.items():
            if name in needed or name in self.still:
                self.inputs[name] = frames_type(1 if given.still else self.chunk, given.width)
        delay = max(self.late[tap.source] + tap.offset for tap in network.outputs.values())
        self._reserve(order, delay)
        for part in order:
            if isinstance(part, Cycle) and self._is_loop(part):
                self._loop(part)
                continue
            for name in part.members if isinstance(part, Cycle) else part:
                if name in needed or name in self.still:
                    self._node(name)
        for name, tap in network.outputs.items():
            source = self._tap(tap, delay, None)
            moving = next((n for n, given in network.inputs.items() if n in self.inputs and not given.still), None)
            if tap.source in self.still and moving and self.chunk > 1:
                source = self.records.add("Spread", f"{source}/spread", (source, moving))
            self.records.names.discard(name)
            self.records.node("NoOpComponent", name, (source,), {})
        self.states.finish()
        inputs = {**self.inputs, **self.states.inputs}
        if self.ends:
            inputs[ENDED] = frames_type(self.chunk, 1)
        record = record_of(network, self.records, inputs)
        return attrs.evolve(record, outputs=(*record.outputs, *self.states.outputs), effects=tuple(self.states.effects))

    def _reserve(self, order: list[tuple[str, ...] | Cycle], delay: int) -> None:
        """How many frames of each tensor are kept."""
        inside = {
            name: part for part in order if isinstance(part, Cycle) and self._is_loop(part) for name in part.members
        }
        for name, node in self.network.nodes.items():
            if name not in self.extents.needed or name in self.still:
                continue
            for tap in node.taps:
                same = name in inside and inside[name] is inside.get(tap.source)
                if tap.source not in self.still and not same:
                    self._keep(tap, self.late[name])
        for tap in self.network.outputs.values():
            if tap.source not in self.still:
                self._keep(tap, delay)

    def _keep(self, tap: FrameTap, late: int) -> None:
        frames = late - self.late[tap.source] - tap.offset
        width = self._width(tap.source)
        self.states.keep(tap.source, frames, width, repeat=tap.source not in self.unsteady)

    def _width(self, source: str) -> int:
        network = self.network
        return network.inputs[source].width if source in network.inputs else network.nodes[source].width

    def _is_loop(self, part: Cycle) -> bool:
        """Whether frames of one call depend on one another."""
        taps = [tap for name in part.members for tap in self.network.nodes[name].taps if tap.source in part.inside]
        return part.members[0] in self.extents.needed and any(0 < -tap.offset < self.chunk for tap in taps)

    def _node(self, name: str) -> None:
        node = self.network.nodes[name]
        if name in self.still:
            self.records.component(node, tuple(tap.source for tap in node.taps))
            return
        late, own = self.late[name], self.extents.needed[name]
        inputs = [self._tap(tap, late, own) for tap in node.taps]
        moving = [tensor for tensor, tap in zip(inputs, node.taps, strict=True) if tap.source not in self.still]
        for place, tap in enumerate(node.taps):
            if tap.source in self.still and self.chunk > 1:
                inputs[place] = self.records.add("Spread", f"{tap.source}/spread", (inputs[place], moving[0]))
        given = dict(node.attributes)
        if node.op_type == "WindowSum":
            raise UnsupportedError(
                f"{self.network.path}: node {shown(name)} looks at {node.taps[1].offset - node.taps[0].offset} frames "
                "at once; leave out --streaming"
            )
        if node.op_type in TIMED:
            inputs = [self._lead(node, late), *inputs]
            given.pop("phase", None)
        self.records.component(attrs.evolve(node, attributes=given), tuple(inputs))

    def _lead(self, node: TimedNode, late: int) -> str:
        """The number of each frame, or 1 where what the node tries first is there, else 0."""
        if node.op_type == "Switch":
            return self.states.frame_number(node.attributes["phase"] - late)
        return self._valid(node.taps[0], late)

    def _tap(self, tap: FrameTap, late: int, own: Extent | None) -> str:
        """The frames that a node, late as it is, reads through the tap."""
        if tap.source in self.still:
            return tap.source
        frames = late - self.late[tap.source] - tap.offset
        found = self.states.delayed(tap.source, frames)
        if tap.edge != "zero" or own is None:
            return found
        there = self.extents.computable[tap.source]
        before = own.first + tap.offset < there.first and not self._starts_at_zero(tap.source)
        after = own.last + tap.offset > there.last
        if not (before or after):
            return found
        valid = self._valid(tap, late, before, after)
        return self.records.add("Guard", f"{found}/valid", (found, valid))

    def _starts_at_zero(self, source: str) -> bool:
        """Whether the state of a recurrence is zero where its first frame is made: that is made in the first call."""
        return source in self.unsteady and self.late[source] <= -self.extents.computable[source].first

    def _valid(self, tap: FrameTap, late: int, before: bool = True, after: bool = True) -> str:
        """Whether the tensor has the frames that a tap reads: one number a frame, 1 or 0."""
        there = self.extents.computable[tap.source]
        low = int(there.first) - tap.offset + late if before and there.first > float("-inf") else None
        high = int(there.last) - tap.offset + late if after and there.last < float("inf") else None
        self.ends |= high is not None
        return self.states.valid(low, high, ENDED)

    def _loop(self, part: Cycle) -> None:
        late, own = self.late[part.members[0]], self.extents.needed[part.members[0]]
        loop = LoopRecord(self.network, part, self.still, self.readers)
        for tap in loop.outer_taps():
            loop.give(tap, self._tap(tap, late, own))
        for name in loop.timed():
            loop.lead(name, self._lead(self.network.nodes[name], late))
        first = {name: self.states.loop_state(name, frames, self._width(name)) for name, frames in loop.delays.items()}
        starts = int(self.extents.computable[part.members[0]].first) + late
        valid = self.states.valid(starts, None, ENDED) if starts > 0 else ""
        for name, tensor in loop.add_to(self.records, first, valid).items():
            self.states.loop_next(name, tensor)
