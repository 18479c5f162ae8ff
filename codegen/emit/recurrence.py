"""The loop of a recurrent layer as one LLVM function: a unit of work is one sequence in one direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.codegen.buffers import Buffer
from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.expression import ExpressionEmitter, Scope
from dldt.codegen.emit.ir import LLVM_TYPES, Ir, vector
from dldt.codegen.emit.nest import parameters
from dldt.codegen.emit.primitive import emit_primitive
from dldt.codegen.micro.loop_plan import LoopPlan
from dldt.codegen.recurrence_op import Recurrence
from dldt.compiler.types import DType

STEPS = 4
"""Inner steps of a recurrent product that are unrolled."""


def emit_recurrence(
    b: Builder,
    name: str,
    op: Recurrence,
    plan: LoopPlan,
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[str],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, weights, [scratch], symbols…, lo, hi)``; the range runs over batch ×
    directions. ``ports`` are the operation's inputs by name."""
    listed = parameters([*buffers, output], symbols, written=output, alias=alias)
    count = len(buffers) + 1
    own = [("ptr readonly" if alias else "ptr noalias readonly", "weights")]
    own += [("ptr noalias", "scratch")] if plan.scratch else []
    with b.function(name, [*listed[:count], *own, *listed[count:]]) as arguments:
        pointers = dict(zip([*buffers, output], arguments, strict=False))
        scope = Scope(dict(zip(symbols, arguments[count + len(own) :], strict=False)))
        areas = _Areas(
            {port: pointers[buffer] for port, buffer in ports.items()},
            pointers[output],
            arguments[count],
            arguments[count + 1] if plan.scratch else arguments[count],
        )
        writer = _Writer(b, op, plan, areas, ports)
        dim = ExpressionEmitter(b, pointers, plan.lanes).dim
        steps = dim(ports["projected"].shape[1], scope)
        lower, upper = arguments[-2:]
        with b.loop(lower, upper, 1, stem="sequence") as loop:
            writer.sequence(loop.index, steps)


@attrs.frozen
class _Areas:
    """The base pointers."""

    ports: Mapping[str, Ir]
    output: Ir
    weights: Ir
    scratch: Ir


@attrs.frozen
class _Step:
    """The places of one step: the projected gates, the state before and after, the cell, the direction's weights and
    candidate bias."""

    gates: Ir
    before: Ir
    after: Ir
    cell: Ir
    weights: Ir
    bias: Ir


class _Writer:
    def __init__(self, b: Builder, op: Recurrence, plan: LoopPlan, areas: _Areas, ports: Mapping[str, Buffer]) -> None:
        self.b = b
        self.op = op
        self.plan = plan
        self.areas = areas
        self.ports = ports
        self.kind = vector("float", plan.lanes)

    # ---- one sequence ---------------------------------------------------------------------------------------------

    def sequence(self, unit: Ir, steps: Ir) -> None:
        b, op, size = self.b, self.op, self.op.hidden
        count = b.index(op.directions)
        row = b.binary("udiv", unit, count)
        direction = b.sub(unit, b.mul(row, count))
        own = self._length(row, steps)
        width = op.directions * op.gates * size
        projected = self._at(self.areas.ports["projected"], b.mul(b.mul(row, steps), b.index(width)))
        projected = self._at(projected, b.mul(direction, b.index(op.gates * size)))
        result = self._at(self.areas.output, b.mul(b.mul(unit, b.add(steps, b.index(op.states))), b.index(size)))
        begin = self._at(self.areas.ports["hidden"], b.mul(unit, b.index(size)))
        cell = self._at(result, b.mul(b.add(steps, b.index(1)), b.index(size)))
        if op.states == 2:
            self._copy(self._at(self.areas.ports["cell"], b.mul(unit, b.index(size))), cell, b.index(size))
        weights = self._at(self.areas.weights, b.mul(direction, b.index(self.plan.direction_size)))
        bias = self.areas.ports.get("bias", weights)
        if "bias" in self.areas.ports:
            bias = self._at(bias, b.mul(direction, b.index(size)))
        backwards = self._backwards(direction)
        # Backwards, step t stands at place length - 1 - t: place = base + sign·t.
        sign = b.select(backwards, b.index(-1), b.index(1))
        base = b.select(backwards, b.sub(own, b.index(1)), b.index(0))
        with b.loop(b.index(0), own, 1, [begin], "step") as loop:
            place = b.add(base, b.mul(sign, loop.index))
            after = self._at(result, b.mul(place, b.index(size)))
            gates = self._at(projected, b.mul(place, b.index(width)))
            self._step(_Step(gates, loop.carried[0], after, cell, weights, bias))
            loop.yields = [after]
        self._copy(loop.results[0], self._at(result, b.mul(steps, b.index(size))), b.index(size))
        if "lengths" in self.areas.ports:
            rest = b.mul(b.sub(steps, own), b.index(size))
            self._copy(None, self._at(result, b.mul(own, b.index(size))), rest)

    def _length(self, row: Ir, steps: Ir) -> Ir:
        """The sequence's steps; whatever the data say, not more than there are."""
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
        """``count`` elements from ``source``, None: zeros."""
        b, lanes = self.b, self.plan.lanes
        with b.loop(b.index(0), count, lanes, stem="copy") as loop:
            left = b.sub(count, loop.index)
            mask = b.compare("lt", b.iota("i64", lanes), b.splat(left, lanes))
            place = None if source is None else self._at(source, loop.index)
            value = b.const(self.kind, 0) if place is None else b.masked_load(self.kind, place, mask, 4)
            b.masked_store(value, self._at(target, loop.index), mask, 4)

    # ---- one step -------------------------------------------------------------------------------------------------

    def _step(self, step: _Step) -> None:
        weights = step.weights
        for phase in self.plan.phases:
            candidate = self.plan.reset_first and phase == (2,)
            state = self._at(self.areas.scratch, self._units(self.plan.vectors)) if candidate else step.before
            panels = self.plan.panels(phase)
            whole = [number for number, count in panels if count == panels[0][1] and not self._is_cut(number + count)]
            size = len(phase) * panels[0][1] * self.plan.lanes * self.op.hidden
            with self.b.loop(self.b.index(0), self.b.index(len(whole)), 1, stem="panel") as loop:
                place = self._at(weights, self.b.mul(loop.index, self.b.index(size)))
                first = self.b.mul(loop.index, self._units(panels[0][1]))
                self._panel(step, phase, place, state, first, [None] * panels[0][1])
            for number, count in panels[len(whole) :]:
                place = self._at(weights, self.b.index(len(phase) * number * self.plan.lanes * self.op.hidden))
                masks = [self._mask(number + k) for k in range(count)]
                self._panel(step, phase, place, state, self._units(number), masks)
            weights = self._at(weights, self.b.index(self.plan.phase_size(phase)))

    def _units(self, vectors: int) -> Ir:
        return self.b.index(vectors * self.plan.lanes)

    def _is_cut(self, end: int) -> bool:
        """Whether the vectors before ``end`` reach past the last unit."""
        return end * self.plan.lanes > self.op.hidden

    def _mask(self, vector_number: int) -> Ir | None:
        """The lanes of a vector that are units; None: all."""
        if not self._is_cut(vector_number + 1):
            return None
        left = self.op.hidden - vector_number * self.plan.lanes
        flags = ", ".join(f"i1 {int(lane < left)}" for lane in range(self.plan.lanes))
        return Ir(vector("i1", self.plan.lanes), f"<{flags}>")

    def _panel(
        self, step: _Step, phase: tuple[int, ...], weights: Ir, state: Ir, first: Ir, masks: Sequence[Ir | None]
    ) -> None:
        """Some vectors of units: their gates' sums, and what becomes of them."""
        b, lanes = self.b, self.plan.lanes
        places = [b.add(first, b.index(k * lanes)) for k in range(len(masks))]
        apart = "bias" in self.ports
        sums = []
        for gate in phase:
            source = step.bias if apart and gate == 2 else self._at(step.gates, b.index(gate * self.op.hidden))
            sums += [self._load(source, place, mask) for place, mask in zip(places, masks, strict=True)]
        sums = self._product(sums, weights, state)
        for k, (place, mask) in enumerate(zip(places, masks, strict=True)):
            self._finish(step, phase, sums[k :: len(masks)], place, mask)

    def _product(self, sums: list[Ir], weights: Ir, state: Ir) -> list[Ir]:
        b, size = self.b, self.op.hidden
        whole = size // STEPS * STEPS
        with b.loop(b.index(0), b.index(whole), STEPS, sums, "inner") as loop:
            loop.yields = self._steps(loop.carried, weights, state, loop.index, STEPS)
        return self._steps(loop.results, weights, state, b.index(whole), size - whole)

    def _steps(self, sums: list[Ir], weights: Ir, state: Ir, at: Ir, count: int) -> list[Ir]:
        b, lanes = self.b, self.plan.lanes
        line = self._at(weights, b.mul(at, b.index(len(sums) * lanes)))
        scalars = self._at(state, at)
        for k in range(count):
            wide = b.splat(b.load("float", self._at(scalars, b.index(k)), 4), lanes)
            offsets = [b.index((k * len(sums) + c) * lanes) for c in range(len(sums))]
            vectors = [b.load(self.kind, self._at(line, offset), 4 * lanes) for offset in offsets]
            sums = [b.fma(wide, v, total) for v, total in zip(vectors, sums, strict=True)]
        return sums

    # ---- the gates ------------------------------------------------------------------------------------------------

    def _finish(self, step: _Step, phase: tuple[int, ...], sums: list[Ir], place: Ir, mask: Ir | None) -> None:
        if self.op.gates == 4:
            self._finish_lstm(step, sums, place, mask)
        elif len(phase) == 3:
            reset = self._gate(0, sums[1])
            own = self._load(self._at(step.gates, self.b.index(2 * self.op.hidden)), place, mask)
            candidate = self.b.add(own, self.b.mul(reset, sums[2]))
            self._finish_gru(step, self._gate(0, sums[0]), candidate, place, mask)
        elif phase == (2,):
            self._finish_gru(step, self._load(self.areas.scratch, place, None), sums[0], place, mask)
        else:
            update, reset = self._gate(0, sums[0]), self._gate(0, sums[1])
            past = self.b.mul(reset, self._load(step.before, place, mask))
            self._store(update, self.areas.scratch, place, None)
            self._store(past, self._at(self.areas.scratch, self._units(self.plan.vectors)), place, None)

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
        """Activation ``which`` of the value, clipped first."""
        if 0 < self.op.clip < float("inf"):
            for name, bound in (("maximum", -self.op.clip), ("minimum", self.op.clip)):
                x = emit_primitive(self.b, name, [x, self.b.like(x, bound)], DType.f32, DType.f32)
        return self._activation(which, x)

    def _activation(self, which: int, x: Ir) -> Ir:
        return emit_primitive(self.b, self.op.activations[which], [x], DType.f32, DType.f32)

    # ---- memory ---------------------------------------------------------------------------------------------------

    def _at(self, pointer: Ir, offset: Ir) -> Ir:
        return pointer if offset.name == "0" else self.b.emit("ptr", f"getelementptr float, {pointer}, {offset}")

    def _load(self, base: Ir, place: Ir, mask: Ir | None) -> Ir:
        pointer = self._at(base, place)
        return self.b.load(self.kind, pointer, 4) if mask is None else self.b.masked_load(self.kind, pointer, mask, 4)

    def _store(self, value: Ir, base: Ir, place: Ir, mask: Ir | None) -> None:
        pointer = self._at(base, place)
        if mask is None:
            self.b.store(value, pointer, 4)
        else:
            self.b.masked_store(value, pointer, mask, 4)
