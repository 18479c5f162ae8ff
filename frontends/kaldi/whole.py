"""The form that takes a whole utterance at once: time is the first dim of every tensor.

x [T,40] → with the frames repeated that are needed beyond its ends [T+L+R,40] → components on all frames at once; a tap
some frames later is the same tensor without its first frames. A recurrence is a loop over frames.
"""

from __future__ import annotations

import attrs

from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.kaldi.cycles import Cycle, in_order
from dldt.frontends.kaldi.extents import OUTPUT, Extent, Extents, extents
from dldt.frontends.kaldi.hoist import hoisted
from dldt.frontends.kaldi.loop_record import LoopRecord
from dldt.frontends.kaldi.subsampled import subsampled
from dldt.frontends.kaldi.timed_network import SENTENCE_MEAN, FrameTap, TimedNetwork
from dldt.frontends.kaldi.timed_records import TimedRecords, frames_type, record_of

TIME = "T"
"""The name of the free number of frames."""


def whole(network: TimedNetwork, step: int = 1) -> GraphRecord:
    """The graph record of a network for whole utterances. Of the outputs every frame whose number is a multiple of
    ``step`` is made."""
    network = hoisted(network)
    order, still = in_order(network), network.still()
    found = extents(network, order)
    form = _Whole(network, found, still, network.readers(), step, subsampled(network, order, still, step))
    return form.record(order)


@attrs.define
class _Whole:
    network: TimedNetwork
    extents: Extents
    still: frozenset[str]
    readers: dict[str, set[str]]
    step: int
    sparse: frozenset[str]
    """The tensors that have every frame in ``step`` alone."""
    records: TimedRecords = attrs.field(factory=TimedRecords)
    inputs: dict[str, DeclaredType] = attrs.field(factory=dict)
    padded: dict[str, str] = attrs.field(factory=dict)
    """The tensor that has the frames of an input beyond its ends."""

    def record(self, order: list[tuple[str, ...] | Cycle]) -> GraphRecord:
        network, needed = self.network, self.extents.needed
        self.records.names.update(network.nodes, network.inputs, network.outputs)
        for name, given in network.inputs.items():
            if name not in needed:
                continue
            self.inputs[name] = frames_type(1 if given.still else TIME, given.width)
            if not given.still:
                before, after = (max(0, int(n)) for n in (-needed[name].first, needed[name].last))
                skip, drop = (max(0, int(n)) for n in (needed[name].first, -needed[name].last))
                self.padded[name] = self.records.window(name, before, after, skip, drop, "repeat")
        for part in order:
            if isinstance(part, Cycle):
                self._loop(part)
            elif part[0] in needed:
                self._node(part[0])
        for name, tap in network.outputs.items():
            self._output(name, tap)
        return record_of(network, self.records, self.inputs)

    def _node(self, name: str) -> None:
        node = self.network.nodes[name]
        if name in self.still:
            mean = node.op_type == SENTENCE_MEAN
            sources = (self.tap(tap, OUTPUT) if mean else tap.source for tap in node.taps)
            self.records.component(node, tuple(sources))
            return
        own = self.extents.needed[name]
        read = self._every_nth if name in self.sparse else self.tap
        inputs = self._with_frames(tuple(read(tap, own) for tap in node.taps), node.taps)
        if node.op_type in ("Switch", "WindowSum", "Failover"):
            self._timed(name, inputs, own)
            return
        self.records.component(node, inputs)

    def _with_frames(self, tensors: tuple[str, ...], taps: tuple[FrameTap, ...]) -> tuple[str, ...]:
        """What is the same at all times gets as many frames as the other tensors have."""
        moving = [tensor for tensor, tap in zip(tensors, taps, strict=True) if tap.source not in self.still]
        if not moving:
            return tensors
        return tuple(
            self.records.add("Spread", f"{tensor}/spread", (tensor, moving[0])) if tap.source in self.still else tensor
            for tensor, tap in zip(tensors, taps, strict=True)
        )

    def _timed(self, name: str, inputs: tuple[str, ...], own: Extent) -> None:
        """An operation that looks at the number of its frame."""
        node = self.network.nodes[name]
        given = dict(node.attributes)
        if node.op_type == "WindowSum":
            taps, there = node.taps, self.extents.needed[node.taps[0].source]
            given.update(first=taps[0].offset, last=taps[1].offset, late=int(there.first - own.first))
            given.update(more=int(own.last - own.first - there.last + there.first))
            source = self._tensor(taps[0].source)
            self.records.component(attrs.evolve(node, attributes=given), (source,))
            return
        if node.op_type == "Switch":
            phase = given.pop("phase")
            numbers = self.records.add("FrameNumbers", f"{name}/number", inputs[:1], first=int(own.first) + phase)
            self.records.component(attrs.evolve(node, attributes=given), (numbers, *inputs))
            return
        self.records.component(attrs.evolve(node, attributes=self._edges(node.taps[0], own)), inputs)

    def _edges(self, tap: FrameTap, own: Extent) -> dict[str, int]:
        """How many of the first and of the last frames of a node the tap has not."""
        there = self.extents.computable[tap.source].later(-tap.offset)
        before, after = (int(max(0, n)) for n in (there.first - own.first, own.last - there.last))
        return {"before": before, "after": after}

    def _lead(self, name: str, own: Extent, like: str) -> str:
        """For a member of a recurrence the number of each frame, or 1 where what it tries first is there, else 0.
        ``like``: a tensor with as many frames."""
        node = self.network.nodes[name]
        if node.op_type == "Switch":
            first = int(own.first) + node.attributes["phase"]
            return self.records.add("FrameNumbers", f"{name}/number", (like,), first=first)
        found = (self.records.add("Const", f"{name}/edge", (), value=value, width=1) for value in (1.0, 0.0))
        rows = tuple(self.records.add("Spread", f"{each}/spread", (each, like)) for each in found)
        return self.records.add("Failover", f"{name}/there", rows, **self._edges(node.taps[0], own))

    def _tensor(self, source: str) -> str:
        return self.padded.get(source, source)

    def tap(self, tap: FrameTap, own: Extent) -> str:
        """The tensor with the frames that a node with the frames ``own`` reads through the tap."""
        if tap.source in self.still:
            return tap.source
        there = self.extents.needed[tap.source]
        wanted = own.later(tap.offset)
        front, back = int(wanted.first - there.first), int(there.last - wanted.last)
        fill = "repeat" if tap.edge == "repeat" else "zero"
        sides = (max(0, -front), max(0, -back), max(0, front), max(0, back))
        return self.records.window(self._tensor(tap.source), *sides, fill)

    def _every_nth(self, tap: FrameTap, own: Extent) -> str:
        """The same at every frame in ``step``: ``own`` begins and ends with such."""
        if tap.source in self.still:
            return tap.source
        if tap.source not in self.sparse:
            return self._thinned(self.tap(tap, own))
        there, wanted = self.extents.needed[tap.source], own.later(tap.offset)
        skip, drop = (int(n) // self.step for n in (wanted.first - there.first, there.last - wanted.last))
        return self.records.window(tap.source, 0, 0, skip, drop)

    def _thinned(self, tensor: str) -> str:
        if self.step == 1:
            return tensor
        return self.records.add("EveryNth", f"{tensor}/every{self.step}", (tensor,), step=self.step)

    def _loop(self, part: Cycle) -> None:
        if part.members[0] not in self.extents.needed:
            return
        own = self.extents.needed[part.members[0]]
        loop = LoopRecord(self.network, part, self.still, self.readers)
        for tap in loop.outer_taps():
            loop.give(tap, self.tap(tap, own))
        for name in loop.timed():
            loop.lead(name, self._lead(name, own, next(iter(loop.given.values()))))
        zeros = {
            name: self.records.add("Zeros", f"{name}/first", (), frames=frames, width=self.network.nodes[name].width)
            for name, frames in loop.delays.items()
        }
        loop.add_to(self.records, zeros)

    def _output(self, name: str, tap: FrameTap) -> None:
        source = (self._every_nth if tap.source in self.sparse else self.tap)(tap, OUTPUT)
        moving = next((n for n, given in self.network.inputs.items() if n in self.inputs and not given.still), None)
        if tap.source in self.still and moving:
            source = self.records.add("Spread", f"{source}/spread", (source, moving))
        if tap.source not in self.sparse:
            source = self._thinned(source)
        self.records.names.discard(name)
        self.records.node("NoOpComponent", name, (source,), {})
