"""The loop of a recurrent layer as one LLVM function. A unit of work is a group of sequences in one direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.codegen.kernels.recurrence.emit_activation import emit_activation
from dldt.codegen.kernels.recurrence.plan import LoopPlan
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, element, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.primitive import emit_primitive
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.recurrence import Recurrence
from dldt.compiler.dims import Symbol


def emit_recurrence(
    b: Builder,
    name: str,
    op: Recurrence,
    plan: LoopPlan,
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, weights, [scratch], symbols…, lo, hi)``. The range runs over groups of
    sequences × directions. ``ports`` are the operation's inputs by name; computed weights are one of them."""
    listed = parameters([*buffers, output], symbols, written=output, alias=alias)
    count = len(buffers) + 1
    own = [] if "weights" in ports else [("ptr readonly" if alias else "ptr noalias readonly", "weights")]
    own += [("ptr noalias", "scratch")] if plan.scratch else []
    with b.function(name, [*listed[:count], *own, *listed[count:]]) as arguments:
        pointers = dict(zip([*buffers, output], arguments, strict=False))
        scope = Scope(dict(zip(symbols, arguments[count + len(own) :], strict=False)))
        areas = _RecurrenceAreas(
            {port: pointers[buffer] for port, buffer in ports.items()},
            pointers[output],
            pointers[ports["weights"]] if "weights" in ports else arguments[count],
            arguments[count + len(own) - 1],
        )
        writer = _RecurrenceWriter(b, op, plan, areas, ports)
        dim = ExpressionEmitter(b, pointers, plan.lanes).dim
        steps = dim(ports["projected"].shape[1], scope)
        lower, upper = arguments[-2:]
        with b.loop(lower, upper, 1, stem="unit") as loop:
            writer.unit(loop.index, steps)


@attrs.frozen
class _RecurrenceAreas:
    """The base pointers."""

    ports: Mapping[str, Ir]
    output: Ir
    weights: Ir
    scratch: Ir


@attrs.frozen
class _Line:
    """The addresses of one sequence: its projected inputs, results, initial state and cell."""

    projected: Ir
    result: Ir
    begin: Ir
    cell: Ir


@attrs.frozen
class _Step:
    """The addresses of one step of a sequence: the projected gates, the state before and after, the cell, and the
    direction's candidate bias."""

    gates: Ir
    before: Ir
    after: Ir
    cell: Ir
    bias: Ir


class _RecurrenceWriter:
    def __init__(
        self, b: Builder, op: Recurrence, plan: LoopPlan, areas: _RecurrenceAreas, ports: Mapping[str, Buffer]
    ) -> None:
        self.b = b
        self.op = op
        self.plan = plan
        self.areas = areas
        self.ports = ports
        self.arithmetic = plan.arithmetic
        self.kind = plan.arithmetic.sum_type(plan.lanes)
        self.size = plan.arithmetic.sums.size

    # ---- one sequence ---------------------------------------------------------------------------------------------

    def unit(self, number: Ir, steps: Ir) -> None:
        """Emit one unit: the sequences that run side by side, in one direction. The last unit may have fewer
        sequences."""
        b, count = self.b, self.b.index(self.op.directions)
        group = b.binary("udiv", number, count)
        direction = b.sub(number, b.mul(group, count))
        batch, rows = self.ports["projected"].shape[0], self.plan.rows
        rest = batch % rows if isinstance(batch, int) else 0
        if not rest:
            self._sequences(group, direction, steps, rows)
            return
        last = b.compare("eq", group, b.index(int(batch) // rows))
        with b.when(b.binary("xor", last, b.const("i1", 1))):
            self._sequences(group, direction, steps, rows)
        with b.when(last):
            self._sequences(group, direction, steps, int(rest))

    def _sequences(self, group: Ir, direction: Ir, steps: Ir, count: int) -> None:
        b, size = self.b, self.op.hidden
        rows = [b.add(b.mul(group, b.index(self.plan.rows)), b.index(k)) for k in range(count)]
        own = self._length(rows[0], steps)
        lines = [self._line(row, direction, steps) for row in rows]
        weights = self._at(self.areas.weights, b.mul(direction, b.index(self.plan.direction_size)))
        bias = self.areas.ports.get("bias", weights)
        if "bias" in self.areas.ports:
            bias = self._at(bias, b.mul(direction, b.index(size)))
        backwards = self._backwards(direction)
        # Backwards, step t reads and writes place length - 1 - t: place = base + sign·t.
        sign = b.select(backwards, b.index(-1), b.index(1))
        base = b.select(backwards, b.sub(own, b.index(1)), b.index(0))
        with b.loop(b.index(0), own, 1, [line.begin for line in lines], "step") as loop:
            place = b.add(base, b.mul(sign, loop.index))
            done = []
            for line, before in zip(lines, loop.carried, strict=True):
                after = self._at(line.result, b.mul(place, b.index(size)))
                gates = self._at(line.projected, b.mul(place, b.index(self._width)))
                done.append(_Step(gates, before, after, line.cell, bias))
            self._step(done, weights)
            loop.yields = [step.after for step in done]
        for line, last in zip(lines, loop.results, strict=True):
            self._copy(last, self._at(line.result, b.mul(steps, b.index(size))), b.index(size))
            if "lengths" in self.areas.ports:
                rest = b.mul(b.sub(steps, own), b.index(size))
                self._copy(None, self._at(line.result, b.mul(own, b.index(size))), rest)

    @property
    def _width(self) -> int:
        """The number of elements between the projected inputs of one step and those of the next."""
        return self.op.directions * self.op.gates * self.op.hidden

    def _line(self, row: Ir, direction: Ir, steps: Ir) -> _Line:
        b, op, size = self.b, self.op, self.op.hidden
        number = b.add(b.mul(row, b.index(op.directions)), direction)
        projected = self._at(self.areas.ports["projected"], b.mul(b.mul(row, steps), b.index(self._width)))
        projected = self._at(projected, b.mul(direction, b.index(op.gates * size)))
        rows = b.add(steps, b.index(op.states))
        result = self._at(self.areas.output, b.mul(b.mul(number, rows), b.index(size)))
        begin = self._at(self.areas.ports["hidden"], b.mul(number, b.index(size)))
        cell = self._at(result, b.mul(b.add(steps, b.index(1)), b.index(size)))
        if op.states == 2:
            self._copy(self._at(self.areas.ports["cell"], b.mul(number, b.index(size))), cell, b.index(size))
        return _Line(projected, result, begin, cell)

    def _length(self, row: Ir, steps: Ir) -> Ir:
        """The number of steps of the sequence, at most the number that there is room for, whatever the data say."""
        b = self.b
        if "lengths" not in self.areas.ports:
            return steps
        buffer = self.ports["lengths"]
        kind, size = LLVM_TYPES[buffer.dtype], buffer.dtype.size
        given = b.load(kind, b.gep(self.areas.ports["lengths"], row, kind), size)
        wide = b.convert(given, "i64", signed=buffer.dtype.is_signed)
        return b.intrinsic("llvm.smax", "i64", b.intrinsic("llvm.smin", "i64", wide, steps), b.index(0))

    def _backwards(self, direction: Ir) -> Ir:
        if self.op.direction == "bidirectional":
            return self.b.compare("ne", direction, self.b.index(0))
        return self.b.const("i1", int(self.op.direction == "reverse"))

    def _copy(self, source: Ir | None, target: Ir, count: Ir) -> None:
        """Copy ``count`` elements from ``source`` (None: write zeros)."""
        b, lanes = self.b, self.plan.lanes
        with b.loop(b.index(0), count, lanes, stem="copy") as loop:
            left = b.sub(count, loop.index)
            mask = b.compare("lt", b.iota("i64", lanes), b.splat(left, lanes))
            place = None if source is None else self._at(source, loop.index)
            value = b.const(self.kind, 0) if place is None else b.masked_load(self.kind, place, mask, self.size)
            b.masked_store(value, self._at(target, loop.index), mask, self.size)

    # ---- one step -------------------------------------------------------------------------------------------------

    def _step(self, steps: list[_Step], weights: Ir) -> None:
        for phase in self.plan.phases:
            candidate = self.plan.reset_first and phase == (2,)
            states = [self._spare(r, 1) if candidate else step.before for r, step in enumerate(steps)]
            panels = self.plan.panels(phase)
            whole = [number for number, count in panels if count == panels[0][1] and not self._is_cut(number + count)]
            size = len(phase) * panels[0][1] * self.plan.lanes * self.op.hidden
            with self.b.loop(self.b.index(0), self.b.index(len(whole)), 1, stem="panel") as loop:
                place = self._at(weights, self.b.mul(loop.index, self.b.index(size)))
                first = self.b.mul(loop.index, self._units(panels[0][1]))
                self._panel(steps, phase, place, states, first, [None] * panels[0][1])
            for number, count in panels[len(whole) :]:
                place = self._at(weights, self.b.index(len(phase) * number * self.plan.lanes * self.op.hidden))
                masks = [self._mask(number + k) for k in range(count)]
                self._panel(steps, phase, place, states, self._units(number), masks)
            weights = self._at(weights, self.b.index(self.plan.phase_size(phase)))

    def _spare(self, row: int, which: int) -> Ir:
        """Scratch memory that keeps a sequence's update gate (0) or reset state (1) until the candidate is computed."""
        return self._at(self.areas.scratch, self._units((2 * row + which) * self.plan.vectors))

    def _units(self, vectors: int) -> Ir:
        return self.b.index(vectors * self.plan.lanes)

    def _is_cut(self, end: int) -> bool:
        """Whether the vectors before ``end`` reach past the last hidden unit."""
        return end * self.plan.lanes > self.op.hidden

    def _mask(self, vector_number: int) -> Ir | None:
        """The lanes of a vector that are hidden units; None: all."""
        if not self._is_cut(vector_number + 1):
            return None
        left = self.op.hidden - vector_number * self.plan.lanes
        flags = ", ".join(f"i1 {int(lane < left)}" for lane in range(self.plan.lanes))
        return Ir(vector("i1", self.plan.lanes), f"<{flags}>")

    def _panel(
        self,
        steps: Sequence[_Step],
        phase: tuple[int, ...],
        weights: Ir,
        states: Sequence[Ir],
        first: Ir,
        masks: Sequence[Ir | None],
    ) -> None:
        """Sum the gates of some vectors of hidden units, and finish these units."""
        b, lanes = self.b, self.plan.lanes
        places = [b.add(first, b.index(k * lanes)) for k in range(len(masks))]
        apart = "bias" in self.ports
        sums = []
        for step in steps:
            for gate in phase:
                source = step.bias if apart and gate == 2 else self._at(step.gates, b.index(gate * self.op.hidden))
                sums += [self._load(source, place, mask) for place, mask in zip(places, masks, strict=True)]
        sums = self._product(sums, weights, states)
        count = len(phase) * len(masks)
        for r, step in enumerate(steps):
            own = sums[r * count : (r + 1) * count]
            for k, (place, mask) in enumerate(zip(places, masks, strict=True)):
                self._finish(r, step, phase, own[k :: len(masks)], place, mask)

    def _product(self, sums: list[Ir], weights: Ir, states: Sequence[Ir]) -> list[Ir]:
        b, size = self.b, self.op.hidden
        chunk = self.plan.chunk
        whole = size // chunk * chunk
        with b.loop(b.index(0), b.index(whole), chunk, sums, "inner") as loop:
            loop.yields = self._steps(loop.carried, weights, states, loop.index, chunk)
        return self._steps(loop.results, weights, states, b.index(whole), size - whole)

    def _steps(self, sums: list[Ir], weights: Ir, states: Sequence[Ir], at: Ir, count: int) -> list[Ir]:
        b, lanes, columns = self.b, self.plan.lanes, len(sums) // len(states)
        line = self._at(weights, b.mul(at, b.index(columns * lanes)))
        scalars = [self._at(state, at) for state in states]
        for k in range(count):
            offsets = [b.index((k * columns + c) * lanes) for c in range(columns)]
            align = self.arithmetic.vector_size(lanes)
            vectors = [self.arithmetic.load_weights(b, self._at(line, offset), lanes, align) for offset in offsets]
            made = []
            for r, scalar in enumerate(scalars):
                wide = self.arithmetic.broadcast(b, self._at(scalar, b.index(k)), self.arithmetic.data, lanes, 1)
                made += [self.arithmetic.multiply_add(b, wide, v, sums[r * columns + c]) for c, v in enumerate(vectors)]
            sums = made
        return sums

    # ---- the gates ------------------------------------------------------------------------------------------------

    def _finish(
        self, row: int, step: _Step, phase: tuple[int, ...], sums: list[Ir], place: Ir, mask: Ir | None
    ) -> None:
        if self.op.gates == 1:
            self._store(self._gate(0, sums[0]), step.after, place, mask)
        elif self.op.gates == 4:
            self._finish_lstm(step, sums, place, mask)
        elif len(phase) == 3:
            reset = self._gate(0, sums[1])
            own = self._load(self._at(step.gates, self.b.index(2 * self.op.hidden)), place, mask)
            candidate = self.b.add(own, self.b.mul(reset, sums[2]))
            self._finish_gru(step, self._gate(0, sums[0]), candidate, place, mask)
        elif phase == (2,):
            self._finish_gru(step, self._load(self._spare(row, 0), place, None), sums[0], place, mask)
        else:
            update, reset = self._gate(0, sums[0]), self._gate(0, sums[1])
            past = self.b.mul(reset, self._load(step.before, place, mask))
            self._store(update, self._spare(row, 0), place, None)
            self._store(past, self._spare(row, 1), place, None)

    def _finish_lstm(self, step: _Step, sums: list[Ir], place: Ir, mask: Ir | None) -> None:
        b = self.b
        forget, enter, candidate, out = (self._gate(int(k == 2), total) for k, total in enumerate(sums))
        kept = b.mul(forget, self._load(step.cell, place, mask))
        cell = b.add(kept, b.mul(enter, candidate))
        self._store(cell, step.cell, place, mask)
        self._store(b.mul(out, self._activation(2, cell)), step.after, place, mask)

    def _finish_gru(self, step: _Step, update: Ir, candidate: Ir, place: Ir, mask: Ir | None) -> None:
        b = self.b
        fresh = b.mul(b.sub(b.like(update, 1), update), self._gate(1, candidate))
        kept = b.mul(update, self._load(step.before, place, mask))
        self._store(b.add(fresh, kept), step.after, place, mask)

    def _gate(self, which: int, x: Ir) -> Ir:
        """Activation number ``which`` of the value, after clipping."""
        if 0 < self.op.clip < float("inf"):
            for name, bound in (("maximum", -self.op.clip), ("minimum", self.op.clip)):
                x = self._primitive(name, x, self.b.like(x, bound))
        return self._activation(which, x)

    def _activation(self, which: int, x: Ir) -> Ir:
        return emit_activation(self.b, self.op.activations[which], *self.op.parameters[which], x, self.arithmetic.sums)

    def _primitive(self, name: str, *arguments: Ir) -> Ir:
        return emit_primitive(self.b, name, [*arguments], self.arithmetic.sums, self.arithmetic.sums)

    # ---- memory ---------------------------------------------------------------------------------------------------

    def _at(self, pointer: Ir, offset: Ir) -> Ir:
        return self.b.gep(pointer, offset, element(self.kind))

    def _load(self, base: Ir, place: Ir, mask: Ir | None) -> Ir:
        pointer = self._at(base, place)
        b, size = self.b, self.size
        return b.load(self.kind, pointer, size) if mask is None else b.masked_load(self.kind, pointer, mask, size)

    def _store(self, value: Ir, base: Ir, place: Ir, mask: Ir | None) -> None:
        pointer = self._at(base, place)
        if mask is None:
            self.b.store(value, pointer, self.size)
        else:
            self.b.masked_store(value, pointer, mask, self.size)
